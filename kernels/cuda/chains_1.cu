// Kernels of chains with this many stages.
#include "kernels/cuda/curand_words.cuh"

#include "kernels/cuda/chain_kernels.cuh"

namespace blocrisk {

template void launch_chains<1>(const ChainLaunch&, int, int, cudaStream_t);

}  // namespace blocrisk
