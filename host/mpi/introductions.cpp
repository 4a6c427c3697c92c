#include "host/mpi/introductions.hpp"

#include <map>
#include <optional>
#include <utility>

namespace blocrisk {
namespace {

std::string backend_of(const std::string& text) { return text.substr(0, text.find('\n')); }
std::string device_of(const std::string& text) { return text.substr(text.find('\n') + 1); }

std::string counted(int n, const std::string& thing) {
  return std::to_string(n) + " " + thing + (n == 1 ? "" : "s");
}

/// Hears every rank, so that all are idle whatever one of them has to say.
Introductions receive_introductions(Communicator& ranks, Introductions introductions) {
  std::optional<std::pair<int, RankFailure>> failed;
  for (int rank = 1; rank < ranks.size(); ++rank) {
    ranks.wait_for(rank);
    Answer answer = receive_answer(ranks, rank);
    if (answer.failure && !failed) failed = {rank, *answer.failure};
    introductions.texts.push_back(std::move(answer.text));
    introductions.batch_paths.push_back(answer.batch_paths);
  }
  if (failed) throw Error(failed->second.exit_code, rank_text(failed->first, failed->second.what));
  return introductions;
}

}  // namespace

Introductions introduce_all(Communicator& ranks, PathRange range, std::string job,
                            const Answer& own) {
  order_all(ranks, {Order::set_up, range, 0, job.size()});
  ranks.broadcast(std::as_writable_bytes(std::span(job)));
  return receive_introductions(ranks, {{own.text}, {own.batch_paths}});
}

std::string backends_text(const Introductions& introductions) {
  std::map<std::string, int> n_with;
  for (const std::string& text : introductions.texts) ++n_with[backend_of(text)];
  std::string names;
  for (const auto& [name, n] : n_with) names += (names.empty() ? "" : "+") + name;
  return names;
}

std::string devices_text(const Communicator& ranks, const Introductions& introductions) {
  std::map<std::string, int> n_with;
  for (const std::string& text : introductions.texts) ++n_with[device_of(text)];
  std::string text =
      counted(ranks.size(), "rank") + " on " + counted(ranks.n_machines(), "machine");
  if (n_with.size() == 1)
    return text + (ranks.size() == 1 ? ", " : ", each ") + n_with.begin()->first;
  for (const auto& [device, n] : n_with) text += "; " + std::to_string(n) + " with " + device;
  return text;
}

}  // namespace blocrisk
