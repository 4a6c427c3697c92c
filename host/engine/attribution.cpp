#include "host/engine/attribution.hpp"

namespace blocrisk {

AttributionSums::AttributionSums(AttributionShape of)
    : shape(of), tail_paths(of.n_cells()), expected(of.n_values()), tail(of.n_values()) {}

void AttributionSums::merge(const AttributionSums& other) {
  n_paths += other.n_paths;
  for (std::size_t k = 0; k < tail_paths.size(); ++k) tail_paths[k] += other.tail_paths[k];
  for (std::size_t k = 0; k < expected.size(); ++k) {
    expected[k].add(other.expected[k]);
    tail[k].add(other.tail[k]);
  }
}

}  // namespace blocrisk
