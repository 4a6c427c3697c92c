#include "host/mpi/sample_rows.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace blocrisk {
namespace {

/// Calls `with` for the values of each measure that belong to `paths`.
template <typename Store, typename Function>
void for_each_measure(Store& samples, PathRange paths, Function with) {
  const auto rows = [&](auto& values) {
    if (values.empty()) return;
    const std::size_t width = values.size() / samples.n_paths;
    with(std::span(values).subspan((paths.first - samples.first_path) * width,
                                   paths.count() * width));
  };
  for (auto& values : samples.measure) rows(values);
  for (auto& values : samples.member_measure) rows(values);
}

}  // namespace

PathRange below(PathRange range, std::uint64_t until) {
  return {range.first, std::clamp(until, range.first, range.last)};
}

void send_samples(Communicator& ranks, const Samples& samples) {
  const PathRange all{samples.first_path, samples.end_path()};
  for_each_measure(samples, all, [&](std::span<const float> values) {
    ranks.send_bytes(0, std::as_bytes(values));
  });
}

void receive_samples(Communicator& ranks, int from, PathRange paths, Samples& into) {
  for_each_measure(into, paths, [&](std::span<float> values) {
    ranks.receive_bytes(from, std::as_writable_bytes(values));
  });
}

}  // namespace blocrisk
