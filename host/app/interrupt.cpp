#include "host/app/interrupt.hpp"

#include <sys/time.h>

#include <cmath>
#include <csignal>

namespace blocrisk {
namespace {

volatile std::sig_atomic_t signal_seen = 0;

/// The first to come is who stopped the run.
void remember(int signal) {
  if (signal_seen == 0) signal_seen = signal;
}

void catch_signal(int signal) {
  struct sigaction action = {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void catch_stop_signals() {
  catch_signal(SIGINT);
  catch_signal(SIGTERM);
}

void stop_after(double seconds) {
  catch_signal(SIGALRM);
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  // A timer of zero would never ring.
  timer.it_value.tv_usec =
      static_cast<suseconds_t>(std::ceil((seconds - std::floor(seconds)) * 1e6));
  if (timer.it_value.tv_usec == 1'000'000) timer.it_value = {timer.it_value.tv_sec + 1, 0};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

const char* stop_signal() {
  switch (signal_seen) {
    case 0:
      return nullptr;
    case SIGINT:
      return "SIGINT";
    case SIGALRM:
      return "time limit";
    default:
      return "SIGTERM";
  }
}

std::string stopped_by() {
  const bool is_limit = signal_seen == SIGALRM;
  return std::string("stopped by ") + (is_limit ? "the " : "") + stop_signal();
}

}  // namespace blocrisk
