#include "host/app/footprint.hpp"

#include <unistd.h>

#include <algorithm>

#include "host/app/numbers.hpp"
#include "host/engine/run.hpp"
#include "host/engine/work.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

std::uint64_t sample_bytes_per_path(const AccumulatorShape& shape) {
  const int values = n_measures * shape.n_cells() + n_member_measures * shape.n_members +
                     shape.n_years * shape.n_members;
  return static_cast<std::uint64_t>(values) * sizeof(float);
}

}  // namespace

Footprint estimate_footprint(const Network& network, std::uint64_t n_paths,
                             std::uint64_t n_samples) {
  const AccumulatorShape shape = shape_of(network);
  Footprint footprint;
  footprint.accumulator_bytes = Accumulators::bytes(shape);
  footprint.samples_bytes = std::min(n_paths, n_samples) * sample_bytes_per_path(shape);
  // A checkpoint copies the samples that are done; its file holds them once more, deflated.
  footprint.summary_bytes = footprint.accumulator_bytes / 2 + footprint.samples_bytes * 3 / 2;
  footprint.output_bytes = footprint.accumulator_bytes / 8 + footprint.samples_bytes;
  footprint.operations_per_path = operations_per_path(network.view());
  return footprint;
}

void add_draws(Footprint& footprint, const Network& network, std::uint64_t n_draws) {
  const std::uint64_t bytes = n_draws * draw_bytes(shape_of(network));
  footprint.accumulator_bytes += bytes;
  footprint.summary_bytes += bytes;
  footprint.output_bytes += bytes / 2;
}

void require_memory(std::uint64_t bytes, const std::string& remedy) {
  const auto here = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                    static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  if (bytes <= here) return;
  throw EnvironmentError("this would need about " + format_bytes(static_cast<double>(bytes)) +
                         " of memory and the machine has " +
                         format_bytes(static_cast<double>(here)) + "; " + remedy);
}

}  // namespace blocrisk
