/// Runs the lanes of a warp on the host, one at a time and each on a stack of its own: a lane
/// runs until it exchanges registers, then the next one does. What a device would answer with a
/// deadlock or with rubbish, lanes that do not meet at the same exchange, is an error here.
#pragma once

#include <cstdint>
#include <functional>

namespace blocrisk {

// What kernels/lanes/half_warp.hpp asks of a host.
int emulated_lane();
const std::uint32_t* emulated_exchange(std::uint32_t word, int site);

/// Calls work(lane) for the 32 lanes. Throws std::logic_error where they part; their stacks are
/// then left as they are.
void run_warp(const std::function<void(int lane)>& work);

}  // namespace blocrisk
