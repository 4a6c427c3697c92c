// Compiled by nvcc, for the host half of the very functions that devices run.
#include "kernels/cuda/curand_words.cuh"

#include "tests/parity/emulated_backend.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/cuda/range_engine.cuh"
#include "tests/parity/emulated_chains.cuh"

namespace blocrisk {
namespace {

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

/// The members of DeviceSpace, in host memory. Threads run in an order no device would choose.
class HostSpace {
 public:
  template <class T>
  using Vector = Rubbish<T>;

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
    return {from.data(), from.data() + n};
  }
  template <class T>
  void clear(Vector<T>& values) {
    if (values.size() > 0)
      std::memset(static_cast<void*>(values.data()), 0, values.size() * sizeof(T));
  }
  template <class Body>
  void each_thread(const Body& body, int n_threads, int n_rows = 1) {
    for (int row = n_rows - 1; row >= 0; --row) {
      for (int thread = n_threads - 1; thread >= 0; --thread) body(thread, row);
    }
  }
  void sort(Vector<std::uint64_t>& keys, std::size_t n) { std::sort(keys.data(), keys.data() + n); }
};

void run_chains(HostSpace&, const ChainLaunch& launch, ChainShape shape, int n_paths) {
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

class EmulatedBackend final : public Backend {
 public:
  EmulatedBackend(const Network& network, std::uint64_t seed, int most_batch_paths)
      : engine_(network, seed, space_, std::numeric_limits<std::size_t>::max(), most_batch_paths) {}

  std::string name() const override { return "emulated"; }
  std::string device() const override { return "host"; }
  std::uint64_t batch_paths() const override { return digest_block_paths; }

  void run(PathRange range, Accumulators& into, Samples* samples) override {
    engine_.start(range, into);
    while (range.count() > 0) {
      const std::uint64_t block_end = (range.first / digest_block_paths + 1) * digest_block_paths;
      const auto most = static_cast<std::uint64_t>(engine_.capacity_paths());
      const PathRange piece{range.first, std::min({range.first + most, block_end, range.last})};
      engine_.run_batch(piece, samples);
      range.first = piece.last;
    }
    engine_.drain(into);
  }

 private:
  HostSpace space_;
  RangeEngine<HostSpace> engine_;
};

}  // namespace

std::unique_ptr<Backend> make_emulated_backend(const Network& network, std::uint64_t seed,
                                               int most_batch_paths) {
  return std::make_unique<EmulatedBackend>(network, seed, most_batch_paths);
}

}  // namespace blocrisk
