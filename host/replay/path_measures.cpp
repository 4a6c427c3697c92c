#include "host/replay/path_measures.hpp"

#include <algorithm>
#include <utility>

#include "host/engine/run.hpp"
#include "kernels/model/members.hpp"

namespace blocrisk {
namespace {

constexpr auto annual = static_cast<int>(MemberMeasure::annual_loss);

}  // namespace

float PathMeasures::of(Measure measure, int member, int mineral) const {
  return values.measure[static_cast<std::size_t>(measure)]
                       [static_cast<std::size_t>(member * values.n_minerals + mineral)];
}

float PathMeasures::of(MemberMeasure measure, int member, int year) const {
  const int row = measure == MemberMeasure::annual_loss ? member * values.n_years + year : member;
  return values.member_measure[static_cast<std::size_t>(measure)][static_cast<std::size_t>(row)];
}

PathSums::PathSums(const Network& network, std::uint64_t path)
    : network_(network),
      member_values_(static_cast<std::size_t>(n_member_measures) * network.members.size()),
      year_loss_(network.members.size() * static_cast<std::size_t>(network.header.n_years)),
      result_{empty_samples(network, path, 1)} {}

void PathSums::add(int mineral, const ChainMeasures& measures) {
  const NetworkView net = network_.view();
  const ChainSpec& chain = net.chains[mineral];
  // Rows want to be written to, but adding to members only reads these.
  ChainMeasures copy = measures;
  const ChainResult<OneLane> result{{copy.measure.data()}, {copy.year_loss.data()}};
  const MemberSums<OneLane> sums{{member_values_.data()}, {year_loss_.data()}};
  for (int c = 0; c < chain.n_cells; ++c) {
    const int member = net.ints[chain.cell_member + static_cast<Offset>(c)];
    const auto cell = static_cast<std::size_t>(member * net.n_minerals + mineral);
    for (int k = 0; k < n_measures; ++k) {
      const float value = result.measure[k * chain.n_cells + c];
      result_.values.measure[static_cast<std::size_t>(k)][cell] = value;
      add_to_digest<OneLane>(digest_, value, digest_slot(k, member, mineral));
    }
    add_to_member<OneLane>(net, chain, c, result, sums);
  }
}

PathMeasures PathSums::finish() {
  const NetworkView net = network_.view();
  const MemberSums<OneLane> sums{{member_values_.data()}, {year_loss_.data()}};
  auto& member_measure = result_.values.member_measure;
  for (int member = 0; member < net.n_members; ++member) {
    finish_member<OneLane>(net, member, sums);
    for (int k = 0; k < annual; ++k) {
      const float value = sums.measure[k * net.n_members + member];
      member_measure[static_cast<std::size_t>(k)][static_cast<std::size_t>(member)] = value;
      add_to_digest<OneLane>(digest_, value, digest_slot(n_measures + k, member, 0));
    }
    for (int year = 0; year < net.n_years; ++year) {
      const auto at = static_cast<std::size_t>(member * net.n_years + year);
      member_measure[annual][at] = year_loss_[at];
      add_to_digest<OneLane>(digest_, year_loss_[at],
                             digest_slot(n_measures + annual, member, year));
    }
  }
  result_.digest = finish_digest(digest_.a, digest_.b, result_.path());
  return result_;
}

PathMeasures measure_path(const Network& network, std::uint64_t seed, std::uint64_t path) {
  OnePath one(network, seed);
  one.sample_world(path);
  PathSums sums(network, path);
  PathWatcher nobody;
  for (std::size_t m = 0; m < network.minerals.size(); ++m)
    sums.add(static_cast<int>(m), one.run_chain(static_cast<int>(m), nobody));
  return sums.finish();
}

std::vector<int> worst_minerals(const PathMeasures& path, const std::vector<int>& members) {
  std::vector<std::pair<double, int>> losses;
  for (int mineral = 0; mineral < path.values.n_minerals; ++mineral) {
    double loss = 0.0;
    for (const int member : members) loss += path.of(Measure::loss, member, mineral);
    losses.push_back({-loss, mineral});
  }
  std::sort(losses.begin(), losses.end());
  losses.resize(std::min<std::size_t>(losses.size(), most_told_minerals));
  std::vector<int> minerals;
  for (const auto& [loss, mineral] : losses) {
    if (loss < 0.0 || minerals.empty()) minerals.push_back(mineral);
  }
  std::sort(minerals.begin(), minerals.end());
  return minerals;
}

}  // namespace blocrisk
