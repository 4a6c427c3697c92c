#include "host/mpi/communicator.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "host/support/error.hpp"

namespace blocrisk {
namespace {

constexpr int tag = 1;
constexpr std::size_t message_bytes = std::size_t{1} << 28;
/// Of a reduction: MPI keeps a copy of what is under way.
constexpr std::size_t piece_bytes = std::size_t{1} << 23;

int to_int(std::size_t count) { return static_cast<int>(count); }

/// Calls `with` for one piece after the other of `count` things.
template <typename Function>
void in_pieces(std::size_t count, std::size_t most, Function with) {
  for (std::size_t at = 0; at < count; at += most) with(at, std::min(most, count - at));
}

void add_sums(void* from, void* into, int* count, MPI_Datatype*) {
  const auto* const others = static_cast<const Sum128*>(from);
  auto* const mine = static_cast<Sum128*>(into);
  for (int k = 0; k < *count; ++k) mine[k].add(others[k]);
}

/// What MPI cannot do, for want of memory or of another rank, ends the job here: nobody could be
/// told by it.
void end_failed_job(MPI_Comm*, int* error, ...) {
  char why[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(*error, why, &length);
  char text[sizeof why + 80];
  std::snprintf(text, sizeof text, "MPI failed, perhaps for want of memory or of another rank: %s",
                why);
  end_job(ExitCode::environment, text);
}

/// For communicators made from now on, and what belongs to none.
void handle_errors() {
  MPI_Errhandler handler;
  MPI_Comm_create_errhandler(end_failed_job, &handler);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
  MPI_Comm_set_errhandler(MPI_COMM_SELF, handler);
  MPI_Errhandler_free(&handler);  // the communicators keep it
}

/// A communicator that is freed with its owner.
class Split {
 public:
  explicit Split(MPI_Comm all) {
    MPI_Comm_split_type(all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &value_);
  }
  Split(const Split&) = delete;
  Split& operator=(const Split&) = delete;
  ~Split() { MPI_Comm_free(&value_); }
  MPI_Comm get() const { return value_; }

 private:
  MPI_Comm value_ = MPI_COMM_NULL;
};

/// Of the processors that the calling thread may run on, the share of each rank that is bound to
/// the same ones.
int share_of_processors(MPI_Comm machine, int n_local) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) return 1;
  std::vector<cpu_set_t> all(static_cast<std::size_t>(n_local));
  MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all.data(), sizeof mine, MPI_BYTE, machine);
  const auto n_same = std::count_if(all.begin(), all.end(),
                                    [&](const cpu_set_t& set) { return CPU_EQUAL(&set, &mine); });
  return std::max(1, CPU_COUNT(&mine) / static_cast<int>(n_same));
}

}  // namespace

void Patience::sleep() {
  ::usleep(static_cast<useconds_t>(sleep_us_));
  sleep_us_ = std::min(2 * sleep_us_, most_us_);
}

Communicator::Communicator() {
  int was_started = 0;
  MPI_Initialized(&was_started);
  if (was_started != 0) throw EnvironmentError("MPI was started twice");
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  handle_errors();
  MPI_Comm_dup(MPI_COMM_WORLD, &all_);
  MPI_Comm_rank(all_, &rank_);
  MPI_Comm_size(all_, &size_);
  look_around();
}

Communicator::~Communicator() {
  MPI_Comm_free(&all_);
  MPI_Finalize();
}

void Communicator::look_around() {
  const Split machine(all_);
  MPI_Comm_rank(machine.get(), &local_rank_);
  MPI_Comm_size(machine.get(), &n_local_);
  const int is_first_here = local_rank_ == 0 ? 1 : 0;
  MPI_Allreduce(&is_first_here, &n_machines_, 1, MPI_INT, MPI_SUM, all_);
  fair_threads_ = share_of_processors(machine.get(), n_local_);
}

void Communicator::send_bytes(int to, std::span<const std::byte> bytes) {
  in_pieces(bytes.size(), message_bytes, [&](std::size_t at, std::size_t count) {
    MPI_Send(bytes.data() + at, to_int(count), MPI_BYTE, to, tag, all_);
  });
}

void Communicator::receive_bytes(int from, std::span<std::byte> bytes) {
  in_pieces(bytes.size(), message_bytes, [&](std::size_t at, std::size_t count) {
    MPI_Recv(bytes.data() + at, to_int(count), MPI_BYTE, from, tag, all_, MPI_STATUS_IGNORE);
  });
}

int Communicator::sender() {
  int has_come = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, tag, all_, &has_come, &status);
  return has_come != 0 ? status.MPI_SOURCE : -1;
}

void Communicator::wait_for(int from) {
  constexpr int most_us = 5000;
  Patience patience(most_us);
  for (int has_come = 0; has_come == 0;) {
    MPI_Iprobe(from, tag, all_, &has_come, MPI_STATUS_IGNORE);
    if (has_come == 0) patience.sleep();
  }
}

void Communicator::broadcast(std::span<std::byte> bytes) {
  in_pieces(bytes.size(), message_bytes, [&](std::size_t at, std::size_t count) {
    MPI_Bcast(bytes.data() + at, to_int(count), MPI_BYTE, 0, all_);
  });
}

std::uint64_t Communicator::maximum(std::uint64_t value) {
  std::uint64_t most = 0;
  MPI_Allreduce(&value, &most, 1, MPI_UINT64_T, MPI_MAX, all_);
  return most;
}

void Communicator::add_up(std::span<std::uint64_t> values) { reduce_words(values, MPI_SUM); }

void Communicator::add_up(std::span<Sum128> values) { reduce(values, add_sums); }

void Communicator::unite(std::span<std::uint64_t> words) { reduce_words(words, MPI_BOR); }

void Communicator::reduce_words(std::span<std::uint64_t> words, MPI_Op operation) {
  const std::size_t most = piece_bytes / sizeof(std::uint64_t);
  in_pieces(words.size(), most, [&](std::size_t at, std::size_t count) {
    std::uint64_t* const first = words.data() + at;
    MPI_Reduce(is_first() ? MPI_IN_PLACE : first, is_first() ? first : nullptr, to_int(count),
               MPI_UINT64_T, operation, 0, all_);
  });
}

void Communicator::reduce_with(void* values, std::size_t value_bytes, std::size_t count,
                               MPI_User_function* operation) {
  MPI_Datatype type;
  MPI_Type_contiguous(to_int(value_bytes), MPI_BYTE, &type);
  MPI_Type_commit(&type);
  MPI_Op op;
  MPI_Op_create(operation, 1, &op);
  const std::size_t most = std::max<std::size_t>(piece_bytes / value_bytes, 1);
  in_pieces(count, most, [&](std::size_t at, std::size_t n) {
    void* const first = static_cast<std::byte*>(values) + at * value_bytes;
    MPI_Reduce(is_first() ? MPI_IN_PLACE : first, is_first() ? first : nullptr, to_int(n), type, op,
               0, all_);
  });
  MPI_Op_free(&op);
  MPI_Type_free(&type);
}

/// Takes no memory: there may be none left.
void end_job(ExitCode exit_code, const char* why) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  std::fprintf(stderr, "blocrisk: rank %d: %s\n  what was kept before goes on with --resume\n",
               rank, why);
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(exit_code));
  std::abort();  // MPI_Abort does not return; its declaration does not say so
}

std::string rank_text(int rank, const std::string& what) {
  return "rank " + std::to_string(rank) + ": " + what;
}

std::string mpi_library() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string all(text, static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
}

}  // namespace blocrisk
