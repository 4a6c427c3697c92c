/// Whoever wants a run to stop, SIGINT, SIGTERM or a time limit, as a question that the run asks
/// between batches.
#pragma once

#include <string>

namespace blocrisk {

/// From now on the first signal is only remembered; a second one of its kind ends the program.
void catch_stop_signals();
/// As if a signal came after so many seconds from now; expects more than 0.
void stop_after(double seconds);
/// Who it was that stops the run: "SIGINT", "SIGTERM", "time limit"; or null.
const char* stop_signal();
/// "stopped by SIGINT", "stopped by the time limit"; expects that somebody did.
std::string stopped_by();

}  // namespace blocrisk
