// Checked jumps take a change of stacks for a mistake.
#undef _FORTIFY_SOURCE
#include "tests/parity/warp_emulator.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <ucontext.h>

namespace blocrisk {
namespace {

constexpr int n_lanes = 32;
constexpr std::size_t stack_bytes = std::size_t{1} << 20;

struct Lane {
  ucontext_t start;
  std::jmp_buf place;  ///< where it goes on; setcontext asks the kernel each time, a jump does not
  std::vector<char> stack = std::vector<char>(stack_bytes);
  bool started, finished;
  int n_exchanges;
};

/// An exchange of all lanes. A lane may be one ahead of the others, so there are two.
struct Exchange {
  std::uint32_t word[n_lanes];
  int site[n_lanes];
};

/// The lanes take turns in the order of their numbers.
class Warp {
 public:
  void run(const std::function<void(int)>& work) {
    work_ = &work;
    problem_.clear();
    failure_ = nullptr;
    n_finished_ = 0;
    for (Lane& lane : lanes_) {
      lane.started = lane.finished = false;
      lane.n_exchanges = 0;
    }
    current_ = 0;
    if (_setjmp(home_) == 0) go_on();
    if (failure_) std::rethrow_exception(failure_);
    if (!problem_.empty()) throw std::logic_error(problem_);
  }

  int lane() const { return current_; }

  const std::uint32_t* exchange(std::uint32_t word, int site) {
    Lane& lane = lanes_[current_];
    Exchange& mine = exchanges_[lane.n_exchanges++ % 2];
    mine.word[current_] = word;
    mine.site[current_] = site;
    if (n_finished_ > 0) give_up("one has finished, lane " + name(current_, site) + " goes on");
    if (_setjmp(lane.place) == 0) next();
    if (current_ == 0) check(mine);  // it is the first to go on, and all have given their words
    return mine.word;
  }

 private:
  static std::string name(int lane, int site) {
    return std::to_string(lane) + " at line " + std::to_string(site / 4) + " (kind " +
           std::to_string(site % 4) + ")";
  }

  void check(const Exchange& met) {
    for (int k = 1; k < n_lanes; ++k) {
      if (met.site[k] != met.site[0]) {
        give_up("lane " + name(0, met.site[0]) + " meets lane " + name(k, met.site[k]));
      }
    }
  }

  [[noreturn]] void give_up(const std::string& problem) {
    if (problem_.empty()) problem_ = "lanes of a warp part: " + problem;
    std::longjmp(home_, 1);
  }

  [[noreturn]] void next() {
    current_ = (current_ + 1) % n_lanes;
    go_on();
  }

  [[noreturn]] void go_on() {
    Lane& lane = lanes_[current_];
    if (lane.started) std::longjmp(lane.place, 1);
    lane.started = true;
    getcontext(&lane.start);
    lane.start.uc_stack.ss_sp = lane.stack.data();
    lane.start.uc_stack.ss_size = lane.stack.size();
    lane.start.uc_link = nullptr;
    makecontext(&lane.start, &Warp::enter, 0);
    setcontext(&lane.start);
    throw std::runtime_error("cannot run on another stack");
  }

  static void enter();

  void live() {
    try {
      (*work_)(current_);
    } catch (...) {
      failure_ = std::current_exception();
      std::longjmp(home_, 1);
    }
    if (++n_finished_ == n_lanes) std::longjmp(home_, 1);
    Lane& lane = lanes_[current_];
    lane.finished = true;
    // Lane 0 finishes first, and then all do, in their order.
    if (current_ != n_finished_ - 1) give_up("one has finished, others before it have not");
    next();
  }

  const std::function<void(int)>* work_ = nullptr;
  Lane lanes_[n_lanes];
  Exchange exchanges_[2];
  std::jmp_buf home_;
  std::string problem_;
  std::exception_ptr failure_;
  int current_ = 0;
  int n_finished_ = 0;
};

Warp& warp() {
  thread_local Warp one;
  return one;
}

void Warp::enter() { warp().live(); }

}  // namespace

int emulated_lane() { return warp().lane(); }
const std::uint32_t* emulated_exchange(std::uint32_t word, int site) {
  return warp().exchange(word, site);
}
void run_warp(const std::function<void(int lane)>& work) { warp().run(work); }

}  // namespace blocrisk
