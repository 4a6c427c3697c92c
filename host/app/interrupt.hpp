/// Whoever wants a run to stop, SIGINT, SIGTERM, SIGUSR1 or a time limit, as a question that the
/// run asks between batches.
#pragma once

#include <string>

namespace blocrisk {

/// What a second signal of a kind does. Launchers of several ranks pass on what they get, so that
/// one signal may come twice.
enum class SecondSignal { ends_program, is_ignored };

/// From now on the first signal is only remembered.
void catch_stop_signals(SecondSignal second = SecondSignal::ends_program);
/// Signals are for another rank.
void ignore_stop_signals();
/// As if a signal came after so many seconds from now; expects more than 0.
void stop_after(double seconds);
/// Who it was that stops the run: "SIGINT", "SIGTERM", "SIGUSR1", "time limit"; or null.
const char* stop_signal();
/// "stopped by SIGINT", "stopped by the time limit"; expects that somebody did.
std::string stopped_by();

}  // namespace blocrisk
