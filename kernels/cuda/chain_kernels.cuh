/// \file
/// The kernels of chains, one for each shape of a chain. They take long to compile and so have
/// source files of their own, by the number of stages: chains_1.cu, ...
#pragma once

#include "kernels/cuda/chain_launch.cuh"
#include "kernels/cuda/check.hpp"

namespace blocrisk {

/// Blocks that have to fit a multiprocessor at once. Registers per thread follow: as few as do
/// without spills where chains have up to two stages.
template <class L>
inline constexpr int chain_blocks = L::n_pieces == 4  ? 2
                                    : L::n_stages > 2 ? 4 - L::n_pieces
                                                      : 5 - L::n_pieces;

template <class L>
__global__ void __launch_bounds__(RunChains<L>::block_threads, chain_blocks<L>)
    chains_kernel(const __grid_constant__ RunChains<L> body) {
  extern __shared__ std::uint32_t shared[];
  const int thread_of_block = static_cast<int>(threadIdx.x);
  body.begin(shared, thread_of_block);
  __syncthreads();
  body.run(shared, static_cast<int>(blockIdx.x) * RunChains<L>::block_threads + thread_of_block);
  __syncthreads();
  body.end(shared, thread_of_block);
}

/// What a block may have of shared memory unless the kernel asks for more.
inline constexpr std::size_t shared_bytes_without_asking = 48 * 1024;
/// The largest network's flows, bins and sums fit what a block can ask for from compute capability
/// 8.0 on: 99 KiB or more. (Older ones have 64 KiB; they say so when such a network is launched.)
static_assert((max_stages * most_slots * most_slots + chain_block_paths * most_slots +
               most_shared_words) *
                  4 <=
              99 * 1024);

template <int S>
void launch_chains(const ChainLaunch& launch, int n_pieces, int n_paths, cudaStream_t stream) {
  with_pieces<S>(n_pieces, [&](auto policy) {
    using L = decltype(policy);
    const auto n_blocks = static_cast<unsigned>(n_paths / chain_block_paths);
    const std::size_t shared = static_cast<std::size_t>(shared_words(launch)) * 4;
    if (shared > shared_bytes_without_asking) {
      check_cuda(cudaFuncSetAttribute(chains_kernel<L>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                      static_cast<int>(shared)),
                 "asking for shared memory");
    }
    chains_kernel<L><<<n_blocks, chain_block_threads, shared, stream>>>(RunChains<L>{launch});
    check_cuda(cudaGetLastError(), "launching a kernel");
  });
}

}  // namespace blocrisk
