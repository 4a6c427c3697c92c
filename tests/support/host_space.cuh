/// \file
/// A space in host memory with the members of DeviceSpace: the device's own code and order of
/// launches, run by a loop. It can be told to fail as a device does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "kernels/cuda/check.hpp"
#include "tests/parity/emulated_chains.cuh"

namespace blocrisk {

/// Memory that, like a device's, starts with whatever was there: here, numbers that would show.
template <class T>
class Rubbish {
 public:
  explicit Rubbish(std::size_t n = 0) : values_(n) {
    if (n > 0) std::memset(static_cast<void*>(values_.data()), 0xA5, n * sizeof(T));
  }
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  std::size_t size() const { return values_.size(); }

 private:
  std::vector<T> values_;
};

/// An emulated device, and what is wrong with it.
struct HostPlace {
  int id = 0;
  std::size_t free_bytes = std::size_t{1} << 40;
  std::optional<int> lost_after_launches{};  ///< of one worker; from then on its calls fail
  friend bool operator==(const HostPlace&, const HostPlace&) = default;
};

/// Threads run in an order no device would choose.
class HostSpace {
 public:
  template <class T>
  using Vector = Rubbish<T>;
  template <class T>
  using HostVector = Rubbish<T>;

  using Place = HostPlace;
  explicit HostSpace(Place place) : place_(place) {}

  template <class Work>
  static void translate_errors(Work work) {
    work();
  }
  void enter() const {}
  std::size_t free_bytes() const { return place_.free_bytes; }

  template <class T>
  static T* data(Vector<T>& values) {
    return values.data();
  }
  template <class T>
  static const T* data(const Vector<T>& values) {
    return values.data();
  }
  template <class T>
  void copy_in(const std::vector<T>& from, Vector<T>& to) {
    require_device("copying");
    std::copy(from.begin(), from.end(), to.data());
  }
  template <class T>
  Vector<T> upload(const std::vector<T>& from) {
    Vector<T> to(from.size());
    copy_in(from, to);
    return to;
  }
  template <class T>
  std::vector<T> download(const Vector<T>& from, std::size_t n) {
    require_device("copying");
    return {from.data(), from.data() + n};
  }
  template <class T>
  void fetch(const Vector<T>& from, HostVector<T>& to) {
    require_device("copying");
    to = from;
  }
  void wait() { require_device("running kernels"); }
  template <class T>
  void clear(Vector<T>& values) {
    if (values.size() > 0)
      std::memset(static_cast<void*>(values.data()), 0, values.size() * sizeof(T));
  }
  /// The device's launch of a mineral's chains.
  void run_chains(const ChainLaunch& launch, ChainShape shape, int n_paths) {
    ++n_launches_;
    require_device("launching a kernel");
    switch (shape.n_stages) {
      case 1:
        return emulate_chains<1>(launch, shape.n_pieces, n_paths);
      case 2:
        return emulate_chains<2>(launch, shape.n_pieces, n_paths);
      case 3:
        return emulate_chains<3>(launch, shape.n_pieces, n_paths);
      default:
        return emulate_chains<4>(launch, shape.n_pieces, n_paths);
    }
  }
  template <class Body>
  void each_thread(const Body& body, int n_threads, int n_rows = 1) {
    ++n_launches_;
    require_device("launching a kernel");
    for (int row = n_rows - 1; row >= 0; --row) {
      for (int thread = n_threads - 1; thread >= 0; --thread) body(thread, row);
    }
  }
  void sort(Vector<std::uint64_t>& keys, std::size_t n) { std::sort(keys.data(), keys.data() + n); }

 private:
  void require_device(const char* doing) const {
    if (place_.lost_after_launches && n_launches_ > *place_.lost_after_launches)
      fail_cuda(cudaErrorECCUncorrectable, doing);
  }

  Place place_;
  int n_launches_ = 0;
};

inline void run_chains(HostSpace& space, const ChainLaunch& launch, ChainShape shape, int n_paths) {
  space.run_chains(launch, shape, n_paths);
}

}  // namespace blocrisk
