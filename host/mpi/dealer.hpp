/// Deals a range of paths, or of a sweep's members, piece by piece, to whichever rank is idle, the
/// first among them: its own pieces go to a thread, so that the others never wait for it.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/engine/backend.hpp"
#include "host/mpi/communicator.hpp"
#include "host/mpi/orders.hpp"

namespace blocrisk {

/// One kind of work that is dealt.
struct Deal {
  Order order{};                    ///< sample, attribute or run_member
  std::uint64_t sampled_until = 0;  ///< see OrderMessage
  std::uint64_t grain = 1;          ///< pieces end at its multiples where they can
  /// The first rank's share, on a thread; the text that another would answer.
  std::function<std::string(PathRange)> own;
  /// Takes in what any rank answered for this piece, the first too, and what follows its answer.
  std::function<void(int rank, PathRange, const std::string& text)> take{};
  /// Where pieces may be left in the midst: asks that of `own`, once no more are dealt; the other
  /// ranks are then told to stop. What was left counts as done; the answer's text says otherwise.
  std::function<void()> leave_own{};
};

class Dealer {
 public:
  /// `batch_paths`: what each rank wants to get, the first's included.
  Dealer(Communicator& ranks, std::vector<std::uint64_t> batch_paths)
      : ranks_(ranks), batch_paths_(std::move(batch_paths)) {}

  /// Returns the paths done, the range's beginning: all, unless `go_on` stopped it. All ranks are
  /// idle then, and also where it throws, naming a rank that could not do its piece: NothingAdded
  /// where its machine is to blame.
  std::uint64_t deal(PathRange range, const Deal& deal, const GoOn& go_on);

  /// Of all ranks together.
  std::uint64_t batch_paths() const;
  void set_batches(std::vector<std::uint64_t> batch_paths) {
    batch_paths_ = std::move(batch_paths);
  }
  /// What the first rank would like to get next.
  void set_own_batch(std::uint64_t paths) { batch_paths_.front() = paths; }

 private:
  /// A range while it is dealt.
  struct State {
    PathRange range;
    const Deal& how;
    std::uint64_t next;                              ///< the first path that nobody has
    std::vector<std::optional<PathRange>> pieces{};  ///< [rank] what it is at
    std::uint64_t n_done = 0;
    bool is_stopped = false;  ///< by `go_on` or a failure
    std::future<Answer> own{};
    std::string failed{};  ///< the first failure, with its rank; empty: none
    ExitCode exit_code = ExitCode::done;

    bool anybody_busy() const;
  };

  PathRange next_piece(const State& state, int rank) const;
  void hand_out(State& state);
  bool collect_one(State& state);
  void finish(State& state, int rank, const Answer& answer);
  void stop(State& state);

  Communicator& ranks_;
  std::vector<std::uint64_t> batch_paths_;  ///< [rank]
};

}  // namespace blocrisk
