/// Runs the lanes of a half-warp on the host, one at a time and each on a stack of its own: a lane
/// runs until it exchanges registers, then the next one does. What a device would answer with a
/// deadlock or with rubbish, lanes that do not meet at the same exchange, is an error here.
#pragma once

#include <functional>

namespace blocrisk {

/// Calls work(lane) for the 16 lanes. Throws std::logic_error where they part; their stacks are
/// then left as they are.
void run_half_warp(const std::function<void(int lane)>& work);

}  // namespace blocrisk
