#include "host/mpi/orders.hpp"

#include <new>

namespace blocrisk {
namespace {

struct AnswerHeader {
  std::uint64_t batch_paths;
  std::int64_t exit_code;
  std::uint64_t n_bytes;
};

}  // namespace

void send_answer(Communicator& ranks, const Answer& answer) {
  const std::string& text = answer.failure ? answer.failure->what : answer.text;
  const ExitCode code = answer.failure ? answer.failure->exit_code : ExitCode::done;
  ranks.send(0, AnswerHeader{answer.batch_paths, static_cast<std::int64_t>(code), text.size()});
  ranks.send_bytes(0, std::as_bytes(std::span(text)));
}

Answer receive_answer(Communicator& ranks, int from) {
  const auto header = ranks.receive<AnswerHeader>(from);
  std::string text;
  // Whoever sends waits until it is taken.
  all_or_none([&] { text.resize(header.n_bytes); });
  ranks.receive_bytes(from, std::as_writable_bytes(std::span(text)));
  const auto code = static_cast<ExitCode>(header.exit_code);
  if (code == ExitCode::done) return {header.batch_paths, std::move(text), std::nullopt};
  return {header.batch_paths, {}, RankFailure{code, std::move(text)}};
}

std::string to_bytes(const JobText& job) {
  return job.program + "\n" + job.network_hash + "\n" + job.scenario;
}

JobText job_from_bytes(const std::string& bytes, PathRange range) {
  const std::size_t first = bytes.find('\n');
  const std::size_t second = bytes.find('\n', first + 1);
  return {bytes.substr(0, first), bytes.substr(first + 1, second - first - 1),
          bytes.substr(second + 1), range};
}

std::string receive_text(Communicator& ranks, const OrderMessage& message) {
  std::string text(message.n_bytes, '\0');
  ranks.broadcast(std::as_writable_bytes(std::span(text)));
  return text;
}

std::string introduction(const Backend& backend) {
  return backend.name() + "\n" + backend.device();
}

void order_all(Communicator& ranks, const OrderMessage& message) {
  for (int rank = 1; rank < ranks.size(); ++rank) ranks.send(rank, message);
}

RankFailure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.exit_code(), error.what()};
  } catch (const std::bad_alloc&) {
    return {ExitCode::environment, "out of memory"};
  } catch (const std::exception& error) {
    return {ExitCode::environment, error.what()};
  }
}

}  // namespace blocrisk
