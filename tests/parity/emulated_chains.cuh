/// The blocks of a mineral's chains, one after the other. Compiled by the number of stages, as the
/// kernels are.
#pragma once

#include <cstring>
#include <vector>

#include "kernels/cuda/chains.cuh"
#include "tests/parity/warp_emulator.hpp"

namespace blocrisk {

/// Last block first.
template <class L>
void emulate_blocks(const RunChains<L>& body, int n_paths) {
  constexpr int n_threads = chain_block_threads;
  std::vector<std::uint32_t> shared(static_cast<std::size_t>(shared_words(body.launch)));
  for (int block = n_paths / chain_block_paths - 1; block >= 0; --block) {
    std::memset(shared.data(), 0xA5, shared.size() * sizeof shared.front());
    for (int thread = 0; thread < n_threads; ++thread) body.begin(shared.data(), thread);
    for (int warp = n_threads / warp_lanes - 1; warp >= 0; --warp) {
      const int first_thread = block * n_threads + warp * warp_lanes;
      run_warp([&](int lane) { body.run(shared.data(), first_thread + lane); });
    }
    for (int thread = 0; thread < n_threads; ++thread) body.end(shared.data(), thread);
  }
}

/// Chains of S stages.
template <int S>
void emulate_chains(const ChainLaunch& launch, int n_pieces, int n_paths) {
  with_pieces<S>(
      n_pieces, [&](auto policy) { emulate_blocks(RunChains<decltype(policy)>{launch}, n_paths); });
}

extern template void emulate_chains<1>(const ChainLaunch&, int, int);
extern template void emulate_chains<2>(const ChainLaunch&, int, int);
extern template void emulate_chains<3>(const ChainLaunch&, int, int);
extern template void emulate_chains<4>(const ChainLaunch&, int, int);

}  // namespace blocrisk
