/// The backend of several ranks, as the first of them has it. What the others do meanwhile stands
/// in worker.hpp.
#pragma once

#include <string>

#include "host/engine/attribution.hpp"
#include "host/engine/backend.hpp"
#include "host/mpi/communicator.hpp"
#include "host/mpi/dealer.hpp"
#include "host/mpi/work.hpp"

namespace blocrisk {

/// Whatever the number of ranks and their speed, states get the bits of one process. Not to be used
/// again once a call threw.
class RanksBackend final : public Backend {
 public:
  /// Gets every rank ready; `own` is the first rank's work and stays referred to. Throws what
  /// hindered a rank, naming it.
  RanksBackend(Communicator& ranks, const JobText& job, RankWork& own);

  std::string name() const override { return name_; }
  std::string device() const override { return device_; }
  /// Seconds of work for all ranks: at the end of a call all wait until states are brought
  /// together.
  std::uint64_t batch_paths() const override;
  void run(PathRange range, Accumulators& into, Samples* samples) override;
  std::uint64_t run_while(PathRange range, Accumulators& into, Samples* samples,
                          const GoOn& go_on) override;

  /// Attribution's pass, on the processors of all ranks. Throws what a rank threw.
  AttributionSums attribute(const AttributionRequest& request);

 private:
  std::uint64_t grain() const;

  Communicator& ranks_;
  RankWork& own_;
  std::string name_, device_;
  Dealer dealer_;
  double paths_per_s_ = 0;          ///< in the last call; 0: there was none
  double bringing_together_s_ = 0;  ///< the last time
};

/// Tells the other ranks to leave, when it goes.
class Dismissal {
 public:
  explicit Dismissal(Communicator& ranks) : ranks_(ranks) {}
  Dismissal(const Dismissal&) = delete;
  Dismissal& operator=(const Dismissal&) = delete;
  ~Dismissal() { order_all(ranks_, {Order::leave}); }

 private:
  Communicator& ranks_;
};

}  // namespace blocrisk
