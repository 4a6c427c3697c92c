#include "host/mpi/dealer.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace blocrisk {
namespace {

std::future<Answer> begin_own(const Deal& how, PathRange piece) {
  return std::async(std::launch::async, [&how, piece] {
    Answer answer;
    answer.failure = attempt([&] { answer.text = how.own(piece); });
    return answer;
  });
}

}  // namespace

std::uint64_t Dealer::batch_paths() const {
  return std::accumulate(batch_paths_.begin(), batch_paths_.end(), std::uint64_t{0});
}

std::uint64_t Dealer::deal(PathRange range, const Deal& how, const GoOn& go_on) {
  // Quick to answer: whoever waits for a piece does nothing meanwhile.
  constexpr int most_us = 1000;
  Patience patience(most_us);
  State state{range, how, range.first};
  state.pieces.resize(batch_paths_.size());
  while (true) {
    if (!state.is_stopped) hand_out(state);
    if (!state.anybody_busy()) break;
    if (collect_one(state)) {
      patience.reset();
    } else {
      patience.sleep();
    }
    const bool is_wanted = go_on(state.n_done) && state.failed.empty();
    if (!is_wanted && !state.is_stopped) stop(state);
  }
  if (state.failed.empty()) return state.n_done;
  if (state.exit_code == ExitCode::environment) throw NothingAdded(state.failed);
  throw Error(state.exit_code, state.failed);
}

bool Dealer::State::anybody_busy() const {
  return std::any_of(pieces.begin(), pieces.end(), [](const auto& piece) { return piece; });
}

/// What the rank wants, but less toward the end, so that ranks end together.
PathRange Dealer::next_piece(const State& state, int rank) const {
  constexpr std::uint64_t least_share = 8;  // of a batch: smaller ones cost more than they save
  const std::uint64_t batch = batch_paths_[static_cast<std::size_t>(rank)];
  const std::uint64_t left = state.range.last - state.next;
  const std::uint64_t fair = left / (2 * batch_paths_.size());
  const std::uint64_t wanted = std::clamp(fair, std::max<std::uint64_t>(batch / least_share, 1),
                                          std::max<std::uint64_t>(batch, 1));
  if (wanted >= left) return {state.next, state.range.last};
  const std::uint64_t grain = state.how.grain;
  const std::uint64_t end = (state.next + wanted) / grain * grain;
  return {state.next,
          end > state.next ? end : state.next + std::min(left, grain - state.next % grain)};
}

void Dealer::hand_out(State& state) {
  for (int rank = 0; rank < ranks_.size() && state.next < state.range.last; ++rank) {
    auto& piece = state.pieces[static_cast<std::size_t>(rank)];
    if (piece) continue;
    piece = next_piece(state, rank);
    state.next = piece->last;
    if (rank > 0) {
      ranks_.send(rank, OrderMessage{state.how.order, *piece, state.how.sampled_until});
    } else {
      // Where there is no thread to be had, the other ranks are waited for none the less.
      Answer answer;
      answer.failure = attempt([&] { state.own = begin_own(state.how, *piece); });
      if (answer.failure) finish(state, 0, answer);
    }
  }
}

/// False where nobody has finished a piece.
bool Dealer::collect_one(State& state) {
  if (state.own.valid() &&
      state.own.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    finish(state, 0, state.own.get());
    return true;
  }
  const int rank = ranks_.sender();
  if (rank < 0) return false;
  finish(state, rank, receive_answer(ranks_, rank));
  return true;
}

/// What cannot be taken in is the first rank's failure, whoever did it.
void Dealer::finish(State& state, int rank, const Answer& answer) {
  const auto at = static_cast<std::size_t>(rank);
  auto& piece = state.pieces[at];
  if (answer.batch_paths > 0) batch_paths_[at] = answer.batch_paths;
  std::optional<RankFailure> failure = answer.failure;
  if (!failure && state.how.take) {
    failure = attempt([&] { state.how.take(rank, *piece, answer.text); });
    if (failure) rank = 0;
  }
  if (!failure) {
    state.n_done += piece->count();
  } else if (state.failed.empty()) {
    // What is wrong with a scenario is wrong with it everywhere.
    const bool is_one_rank_s = failure->exit_code != ExitCode::scenario;
    state.failed = is_one_rank_s ? rank_text(rank, failure->what) : failure->what;
    state.exit_code = failure->exit_code;
  }
  piece.reset();
}

void Dealer::stop(State& state) {
  state.is_stopped = true;
  if (!state.how.leave_own) return;
  state.how.leave_own();
  for (int rank = 1; rank < ranks_.size(); ++rank) {
    if (state.pieces[static_cast<std::size_t>(rank)]) ranks_.send(rank, OrderMessage{Order::stop});
  }
}

}  // namespace blocrisk
