#include "host/app/interrupt.hpp"

#include <csignal>

namespace blocrisk {
namespace {

volatile std::sig_atomic_t signal_seen = 0;

constexpr int stop_signals[] = {SIGINT, SIGTERM, SIGUSR1};

void remember(int signal) { signal_seen = signal; }

void handle_stop_signals(void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int signal : stop_signals) sigaction(signal, &action, nullptr);
}

}  // namespace

void catch_stop_signals(SecondSignal second) {
  const auto once = static_cast<int>(SA_RESETHAND);
  handle_stop_signals(remember, SA_RESTART | (second == SecondSignal::ends_program ? once : 0));
}

void ignore_stop_signals() { handle_stop_signals(SIG_IGN, 0); }

const char* stop_signal() {
  if (signal_seen == 0) return nullptr;
  return signal_seen == SIGINT ? "SIGINT" : signal_seen == SIGUSR1 ? "SIGUSR1" : "SIGTERM";
}

}  // namespace blocrisk
