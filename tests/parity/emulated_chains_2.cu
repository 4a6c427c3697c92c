// Chains with this many stages, for the host.
#include "kernels/cuda/curand_words.cuh"

#include "tests/parity/emulated_chains.cuh"

namespace blocrisk {

template void emulate_chains<2>(const ChainLaunch&, int, int);

}  // namespace blocrisk
