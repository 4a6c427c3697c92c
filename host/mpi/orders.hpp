/// What the first rank tells the others, and what they answer. Ranks run the same program on
/// machines of one kind, so structs travel as they lie in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/engine/backend.hpp"
#include "host/mpi/communicator.hpp"
#include "host/mpi/work.hpp"
#include "host/support/error.hpp"

namespace blocrisk {

/// `set_up` and `begin_attribution` are followed by a broadcast, `bring_*` by reductions, so these
/// go to all ranks; `sample`, `attribute` and `run_member` to whoever is idle, and these and
/// `set_up` are answered. `stop` goes to busy ranks, and may reach them when they are so no more.
enum class Order : std::uint64_t {
  set_up,              ///< get ready for the job whose text follows
  sample,              ///< the range's paths
  bring_accumulators,  ///< of all paths sampled since the last time, which were the range
  begin_attribution,   ///< with the thresholds that follow
  attribute,           ///< the range's paths
  bring_attribution,
  run_member,  ///< the one at the range's place among those that the job lists
  stop,        ///< leave the member you are at
  leave
};

struct OrderMessage {
  Order order{};
  PathRange range{};
  std::uint64_t sampled_until = 0;  ///< sample: measures of paths below are wanted themselves
  std::uint64_t n_bytes = 0;        ///< of what is broadcast next
};

/// Why a rank could not do what it was told.
struct RankFailure {
  ExitCode exit_code = ExitCode::environment;
  std::string what;
};

/// `text`: to `set_up`, what the rank computes with; to `run_member`, its row, or nothing where it
/// was left. Measures that were wanted follow as messages of their own.
struct Answer {
  std::uint64_t batch_paths = 0;  ///< that the rank would like to get next
  std::string text{};
  std::optional<RankFailure> failure{};
};

void send_answer(Communicator& ranks, const Answer& answer);
Answer receive_answer(Communicator& ranks, int from);

/// A job as it is broadcast; its range goes with the order.
std::string to_bytes(const JobText& job);
JobText job_from_bytes(const std::string& bytes, PathRange range);

/// The text that follows an order, which the first rank broadcasts.
std::string receive_text(Communicator& ranks, const OrderMessage& message);

/// What every rank but the first does: obeys until `obey(message)` says that this was the last.
template <typename Obey>
void obey_orders(Communicator& ranks, const Obey& obey) {
  do {
    ranks.wait_for(0);
  } while (obey(ranks.receive<OrderMessage>(0)));
}

/// What a rank computes with: the backend's name and its device, a line each.
std::string introduction(const Backend& backend);

/// Tells every other rank.
void order_all(Communicator& ranks, const OrderMessage& message);

/// What is being handled, as a failure; to be called in a catch block.
RankFailure current_failure();

/// Runs `work`; what it throws becomes a failure.
template <typename Work>
std::optional<RankFailure> attempt(const Work& work) {
  try {
    work();
    return std::nullopt;
  } catch (...) {
    return current_failure();
  }
}

/// What this rank does while others wait for it: what it alone throws nobody could tell them, so
/// that is said here and ends the job.
template <typename Work>
void all_or_none(const Work& work) {
  if (const auto failure = attempt(work)) end_job(failure->exit_code, failure->what.c_str());
}

}  // namespace blocrisk
