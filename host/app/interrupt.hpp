/// SIGINT, SIGTERM and SIGUSR1, which batch systems can send ahead of these, as a question that a
/// run asks between batches.
#pragma once

namespace blocrisk {

/// What a second signal of a kind does. Launchers of several ranks pass on what they get, so that
/// one signal may come twice.
enum class SecondSignal { ends_program, is_ignored };

/// From now on the first signal is only remembered.
void catch_stop_signals(SecondSignal second = SecondSignal::ends_program);
/// Signals are for somebody else.
void ignore_stop_signals();
/// Name of the signal that came, or null.
const char* stop_signal();

}  // namespace blocrisk
