/// SIGINT and SIGTERM as a question that a run asks between batches.
#pragma once

namespace blocrisk {

/// From now on the first signal is only remembered; a second one of its kind ends the program.
void catch_stop_signals();
/// Name of the signal that came, or null.
const char* stop_signal();

}  // namespace blocrisk
