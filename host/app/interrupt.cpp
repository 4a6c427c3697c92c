#include "host/app/interrupt.hpp"

#include <csignal>

namespace blocrisk {
namespace {

volatile std::sig_atomic_t signal_seen = 0;

void remember(int signal) { signal_seen = signal; }

}  // namespace

void catch_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const char* stop_signal() {
  if (signal_seen == 0) return nullptr;
  return signal_seen == SIGINT ? "SIGINT" : "SIGTERM";
}

}  // namespace blocrisk
