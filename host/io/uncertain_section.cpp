#include <cstddef>

#include "host/analysis/draw_figures.hpp"
#include "host/io/result_sections.hpp"
#include "host/io/state_arrays.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;

struct DrawFigure {
  const char* suffix;
  bool by_input;
  std::vector<double> MeasureDraws::*values;
  bool has_unit;  ///< the measure's; else none
  const char* meaning;
};

constexpr DrawFigure draw_figure_table[] = {
    {"between_std", false, &MeasureDraws::between_std, true,
     "standard deviation of the mean over what the inputs may be"},
    {"within_std", false, &MeasureDraws::within_std, true,
     "standard deviation of samples whose inputs are known"},
    {"between_share", false, &MeasureDraws::between_share, false,
     "share of variance that is not knowing the inputs"},
    {"mean_lo", false, &MeasureDraws::mean_lo, true, "5 % of the mean over what the inputs may be"},
    {"mean_hi", false, &MeasureDraws::mean_hi, true,
     "95 % of the mean over what the inputs may be"},
    {"design_effect", false, &MeasureDraws::design_effect, false,
     "variance of the mean over that of as many independent paths"},
    {"input_correlation", true, &MeasureDraws::input_correlation, false,
     "correlation of the input's value with the draw's mean"},
    {"input_share", true, &MeasureDraws::input_share, false,
     "part of the between variance that the input explains alone"},
};

/// A measure's figures, and the sums they come from.
struct DrawFamily {
  const MeasureInfo& info;
  const MeasureDraws& figures;
  std::size_t first_sum, n_cells;
  Names cell;  ///< axes
};

void write_family(NetcdfGroup& group, const DrawFamily& family, const Accumulators& state) {
  for (const DrawFigure& figure : draw_figure_table) {
    Names axes = family.cell;
    if (figure.by_input) axes.insert(axes.begin(), "input");
    group.add(std::string(family.info.name) + "_" + figure.suffix, axes,
              family.figures.*figure.values, figure.has_unit ? unit_of(family.info.kind) : "1",
              std::string(figure.meaning) + ", of: " + family.info.long_name);
  }
  std::vector<std::uint64_t> sums;
  for (const auto& [draw, of] : state.draws) {
    const auto first = of.sums.begin() + static_cast<std::ptrdiff_t>(family.first_sum);
    sums.insert(sums.end(), first, first + static_cast<std::ptrdiff_t>(family.n_cells));
  }
  Names axes = family.cell;
  axes.insert(axes.begin(), "draw");
  group.add(
      draw_sum_name(family.info), axes, sums, "1",
      std::string("sum over the draw's paths in units of 1/scale, of: ") + family.info.long_name);
}

std::string lines(const std::vector<UncertainFact>& inputs, std::string UncertainFact::*text) {
  std::string joined;
  for (const UncertainFact& input : inputs) joined += (joined.empty() ? "" : "\n") + input.*text;
  return joined;
}

void write_draws(NetcdfGroup& group, const ResultContent& content) {
  std::vector<std::int64_t> numbers;
  std::vector<std::uint64_t> paths;
  std::vector<double> values;
  for (const auto& [draw, sums] : content.accumulators.draws) {
    numbers.push_back(static_cast<std::int64_t>(draw));
    paths.push_back(sums.n_paths);
    values.insert(values.end(), sums.inputs.begin(), sums.inputs.end());
  }
  Names names;
  for (const UncertainFact& input : content.facts.uncertain) names.push_back(input.name);
  group.add_axis("draw", numbers, "1", "number of the outer draw");
  group.add_axis("input", names, "uncertain input");
  group.attributes().set_attribute("addresses",
                                   lines(content.facts.uncertain, &UncertainFact::address));
  group.attributes().set_attribute("distributions",
                                   lines(content.facts.uncertain, &UncertainFact::distribution));
  group.add("value", {"draw", "input"}, values, "1",
            "what was drawn: set at the input's address, or multiplied with or added to what is");
  group.add("paths", {"draw"}, paths, "1", "paths of the draw");
}

}  // namespace

void write_uncertain(NetcdfGroup& root, const ResultContent& content) {
  const Accumulators& state = content.accumulators;
  if (state.draws.empty()) return;
  NetcdfGroup group = root.add_group("uncertain");
  write_draws(group, content);
  add_member_axis(group, content.facts);
  add_mineral_axis(group, content.facts);
  const DrawFigures figures = draw_figures(state, content.facts, content.summary);
  const auto n_cells = static_cast<std::size_t>(state.shape.n_cells());
  const auto n_members = static_cast<std::size_t>(state.shape.n_members);
  std::size_t first = 0;
  for (std::size_t k = 0; k < n_measures; ++k, first += n_cells) {
    write_family(group,
                 {measure_table[k], figures.measure[k], first, n_cells, {"member", "mineral"}},
                 state);
  }
  for (std::size_t k = 0; k < n_member_measures; ++k, first += n_members) {
    write_family(group,
                 {member_measure_table[k], figures.member_measure[k], first, n_members, {"member"}},
                 state);
  }
}

}  // namespace blocrisk
