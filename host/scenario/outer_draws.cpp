#include "host/scenario/outer_draws.hpp"

#include <algorithm>
#include <utility>

#include "host/scenario/canonical.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/law.hpp"
#include "host/scenario/number_text.hpp"
#include "host/scenario/overrides.hpp"
#include "host/scenario/variant.hpp"
#include "host/support/error.hpp"
#include "host/support/sha256.hpp"
#include "kernels/random/address.hpp"

namespace blocrisk {
namespace {

using Values = std::vector<std::pair<std::size_t, double>>;

/// Strictly between 0 and 1, exact in double.
double probability_of(std::uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

Change change_of(const UncertainInput& input, double value) {
  Change change;
  if (input.apply == "multiply") change.operation = Change::Operation::multiply;
  if (input.apply == "add") change.operation = Change::Operation::add;
  change.operand.data = value;
  return change;
}

/// Complaints that say under which values they arose, instead of a line nobody wrote.
ScenarioError told_with(const std::vector<Complaint>& complaints, const std::string& where) {
  std::vector<Complaint> told;
  for (const Complaint& complaint : complaints)
    told.push_back({"", 0, complaint.key, complaint.value, complaint.message + "; " + where});
  return ScenarioError(std::move(told));
}

}  // namespace

/// Multiplying by one finds a number wherever it may be, and complains about everything else.
void check_uncertain_addresses(const Document& document, const Scenario& scenario,
                               Complaints& complaints) {
  for (const UncertainInput& input : scenario.uncertain) {
    if (input.address.empty()) continue;  // told as missing
    std::vector<std::string> files;
    Complaints found(files);
    Document scratch = document;
    const Assignment unchanged{input.address, {Change::Operation::multiply, {1.0, {}, false}}};
    apply_assignment(scratch, unchanged, found);
    const std::string key = "uncertain." + input.name + ".address";
    for (const Complaint& complaint : found.list())
      complaints.add(place_of(scenario, key, input.source), key, input.address, complaint.message);
  }
}

OuterDraws::OuterDraws(Scenario scenario)
    : scenario_(std::move(scenario)), document_(document_of(scenario_)) {
  document_.keys.erase("uncertain");  // a draw is a scenario without them
  std::vector<std::string> files = scenario_.provenance.files;
  Complaints complaints(files);
  check_uncertain_addresses(document_, scenario_, complaints);
  if (!complaints.empty()) throw ScenarioError(complaints.list(), complaints.n_unlisted());
  base_ = calibrate(scenario_);
  usd_bounds_ = bounds_at_ends();
  scales_ = scales_for(usd_bounds_, base_);
  set_scales(base_, scales_);
  Scenario uncertain;
  uncertain.uncertain = scenario_.uncertain;
  uncertain.sampling.paths_per_draw = scenario_.sampling.paths_per_draw;
  base_.hash = sha256(hash_network(base_) + canonical_text(uncertain));
}

Scenario OuterDraws::with(const Values& values) const {
  std::vector<Assignment> changes;
  for (const auto& [input, value] : values) {
    const UncertainInput& of = scenario_.uncertain[input];
    changes.push_back({of.address, change_of(of, value)});
  }
  return changed(document_, changes);
}

/// Money's bounds grow with each input or fall with it, so the ends tell the worst: the bound of
/// all inputs together is at most the base's times the worst ratio of each.
std::vector<double> OuterDraws::bounds_at_ends() const {
  const std::vector<double> base = usd_bounds(scenario_, base_);
  std::vector<double> bounds = base;
  std::vector<Complaint> wrong;
  for (std::size_t input = 0; input < scenario_.uncertain.size(); ++input) {
    const UncertainInput& of = scenario_.uncertain[input];
    const Support support = support_of(of);
    std::vector<double> worst(base.size(), 1.0);
    for (const double end : {support.low, support.high}) {
      try {
        const Scenario scenario = with({{input, end}});
        const Network network = calibrate(scenario);
        check_shape(network);
        const std::vector<double> at_end = usd_bounds(scenario, network);
        for (std::size_t cell = 0; cell < base.size(); ++cell)
          worst[cell] = std::max(worst[cell], at_end[cell] / base[cell]);
      } catch (const ScenarioError& error) {
        const std::string where =
            "at an end of the uncertain input \"" + of.name + "\", " + number_text(end);
        const ScenarioError told = told_with(error.complaints(), where);
        wrong.insert(wrong.end(), told.complaints().begin(), told.complaints().end());
      }
    }
    for (std::size_t cell = 0; cell < base.size(); ++cell) bounds[cell] *= worst[cell];
  }
  if (!wrong.empty()) throw ScenarioError(std::move(wrong));
  return bounds;
}

/// Cells with demand are sampled, others known: which is which has to be the same in all draws.
void OuterDraws::check_shape(const Network& network) const {
  for (std::size_t mineral = 0; mineral < network.chains.size(); ++mineral) {
    const auto cells = [mineral](const Network& of) {
      const ChainSpec& chain = of.chains[mineral];
      const auto first = of.ints.begin() + static_cast<std::ptrdiff_t>(chain.cell_member);
      return std::vector<std::int32_t>(first, first + chain.n_cells);
    };
    if (cells(network) == cells(base_)) continue;
    throw ScenarioError(std::vector{Complaint{
        "", 0, "demand[" + network.minerals[mineral] + ",*].demand_t_per_yr", "",
        "a member's demand must not come and go with an uncertain input: 0 in one draw and "
        "more in another"}});
  }
}

/// Sums would leave their range, and silently.
void OuterDraws::check_bounds(const std::vector<double>& usd) const {
  for (std::size_t cell = 0; cell < usd.size(); ++cell) {
    if (usd[cell] <= usd_bounds_[cell] * (1.0 + 1e-9)) continue;
    throw ScenarioError(
        std::vector{Complaint{"", 0, "uncertain", rounded_text(usd[cell]) + " USD",
                              "more money than the ends of the uncertain inputs have together, " +
                                  rounded_text(usd_bounds_[cell]) + " USD"}});
  }
}

std::vector<double> OuterDraws::values(std::uint64_t draw) const {
  std::vector<double> values;
  const PhiloxKey key = key_from_seed(scenario_.sampling.seed);
  for (const UncertainInput& input : scenario_.uncertain) {
    const auto words =
        philox_words<Lanes<1>>(key, paths_from<Lanes<1>>(draw), 0, stream_id(uncertain_tag(input)));
    values.push_back(law_value(input, probability_of(words.w[0])));
  }
  return values;
}

Network OuterDraws::network(std::uint64_t draw) const {
  Values changes;
  for (const double value : values(draw)) changes.emplace_back(changes.size(), value);
  try {
    const Scenario scenario = with(changes);
    Network network = calibrate(scenario, scales_);
    check_shape(network);
    check_bounds(usd_bounds(scenario, network));
    return network;
  } catch (const ScenarioError& error) {
    std::string where = "in draw " + std::to_string(draw) + " (paths " +
                        std::to_string(draw * paths_per_draw()) + " to " +
                        std::to_string(draw * paths_per_draw() + paths_per_draw() - 1) + "), where";
    for (const auto& [input, value] : changes)
      where +=
          (input > 0 ? ", " : " ") + scenario_.uncertain[input].name + " = " + rounded_text(value);
    throw told_with(error.complaints(), where);
  }
}

std::unique_ptr<const OuterDraws> outer_draws_of(const Scenario& scenario) {
  return scenario.uncertain.empty() ? nullptr : std::make_unique<const OuterDraws>(scenario);
}

Network network_of(const Scenario& scenario, const OuterDraws* draws) {
  return draws != nullptr ? draws->base() : calibrate(scenario);
}

}  // namespace blocrisk
