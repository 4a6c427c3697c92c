/// \file
/// Launching chains on a device, by their shape.
#pragma once

#include <cuda_runtime.h>

#include "kernels/cuda/chains.cuh"

namespace blocrisk {

/// Chains of S stages; see chain_kernels.cuh.
template <int S>
void launch_chains(const ChainLaunch& launch, int n_pieces, int n_paths, cudaStream_t stream);

extern template void launch_chains<1>(const ChainLaunch&, int, int, cudaStream_t);
extern template void launch_chains<2>(const ChainLaunch&, int, int, cudaStream_t);
extern template void launch_chains<3>(const ChainLaunch&, int, int, cudaStream_t);
extern template void launch_chains<4>(const ChainLaunch&, int, int, cudaStream_t);

/// Runs one mineral of `n_paths` paths, a multiple of a warp's.
template <class Space>
requires requires(Space& space) { space.stream(); }
void run_chains(Space& space, const ChainLaunch& launch, ChainShape shape, int n_paths) {
  switch (shape.n_stages) {
    case 1:
      return launch_chains<1>(launch, shape.n_pieces, n_paths, space.stream());
    case 2:
      return launch_chains<2>(launch, shape.n_pieces, n_paths, space.stream());
    case 3:
      return launch_chains<3>(launch, shape.n_pieces, n_paths, space.stream());
    default:
      return launch_chains<4>(launch, shape.n_pieces, n_paths, space.stream());
  }
}

}  // namespace blocrisk
