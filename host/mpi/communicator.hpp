/// MPI as this program uses it: owning, in bytes and words, and gentle where it waits: MPI's own
/// waiting keeps a core busy. What MPI itself cannot do ends the job, with exit code 4.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <type_traits>

#include "host/support/error.hpp"
#include "kernels/stats/fixed_point.hpp"

namespace blocrisk {

/// Sleeps longer the longer nothing happens, up to some milliseconds.
class Patience {
 public:
  explicit Patience(int most_us) : most_us_(most_us) {}
  void sleep();
  void reset() { sleep_us_ = least_us; }

 private:
  static constexpr int least_us = 50;
  int most_us_;
  int sleep_us_ = least_us;
};

/// All ranks of a job. One a process; every call by the thread that made it.
class Communicator {
 public:
  /// Starts MPI. Throws EnvironmentError where it was started before.
  Communicator();
  /// Ends MPI, once every rank gets here.
  ~Communicator();
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_first() const { return rank_ == 0; }
  /// Among the ranks of this machine.
  int local_rank() const { return local_rank_; }
  int n_local() const { return n_local_; }
  /// Machines that hold ranks.
  int n_machines() const { return n_machines_; }
  /// CPU threads this rank may take: of the processors it is bound to, its share among the ranks of
  /// this machine that are bound to the same. At least 1.
  int fair_threads() const { return fair_threads_; }

  template <typename T>
  void send(int to, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    send_bytes(to, std::as_bytes(std::span(&value, 1)));
  }
  template <typename T>
  T receive(int from) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    receive_bytes(from, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  /// In pieces that MPI can count. The receiver knows the number of bytes.
  void send_bytes(int to, std::span<const std::byte> bytes);
  void receive_bytes(int from, std::span<std::byte> bytes);

  /// Rank of whoever has sent something that was not received yet, or -1.
  int sender();
  /// Waits for a message of `from` without keeping a core busy.
  void wait_for(int from);

  /// From the first rank to all, which know the number of bytes.
  void broadcast(std::span<std::byte> bytes);
  /// The largest of all ranks' values, to all.
  std::uint64_t maximum(std::uint64_t value);

  /// Bring all ranks' values together in the first rank's, one by one; what the others' are
  /// afterwards is not said. All ranks call it with the same number of values.
  void add_up(std::span<std::uint64_t> values);
  void add_up(std::span<Sum128> values);
  /// Bits set in any.
  void unite(std::span<std::uint64_t> words);
  /// With an operation of the caller's, which neither order nor grouping matters to.
  template <typename T>
  void reduce(std::span<T> values, MPI_User_function* operation) {
    static_assert(std::is_trivially_copyable_v<T>);
    reduce_with(values.data(), sizeof(T), values.size(), operation);
  }

 private:
  void reduce_words(std::span<std::uint64_t> words, MPI_Op operation);
  void reduce_with(void* values, std::size_t value_bytes, std::size_t count,
                   MPI_User_function* operation);
  void look_around();

  MPI_Comm all_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1, local_rank_ = 0, n_local_ = 1, n_machines_ = 1, fair_threads_ = 1;
};

/// Says what went wrong in this rank, then ends every rank's process now.
[[noreturn]] void end_job(ExitCode exit_code, const char* why);

/// What went wrong in a rank, for people.
std::string rank_text(int rank, const std::string& what);

/// Name and version of this program's MPI, for people.
std::string mpi_library();

}  // namespace blocrisk
