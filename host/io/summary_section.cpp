#include "host/analysis/levels.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;

template <typename Number>
struct Figure {
  const char* suffix;
  const char* axis;  ///< besides the cell's; empty: none
  std::vector<Number> MeasureSummary::*values;
  const char* units;  ///< empty: the measure's
  const char* meaning;
};

constexpr Figure<double> figures[] = {
    {"mean", "", &MeasureSummary::mean, "", "mean"},
    {"std", "", &MeasureSummary::std_dev, "", "standard deviation"},
    {"std_lo", "", &MeasureSummary::std_dev_lo, "",
     "standard deviation, lower end of 95 % interval"},
    {"std_hi", "", &MeasureSummary::std_dev_hi, "",
     "standard deviation, upper end of 95 % interval"},
    {"stderr", "", &MeasureSummary::std_error, "", "standard error of the mean"},
    {"mean_lo", "", &MeasureSummary::mean_lo, "", "mean, lower end of 95 % interval"},
    {"mean_hi", "", &MeasureSummary::mean_hi, "", "mean, upper end of 95 % interval"},
    {"quantile", "quantile", &MeasureSummary::quantile, "", "quantiles"},
    {"quantile_lo", "quantile", &MeasureSummary::quantile_lo, "",
     "quantiles, lower end of 95 % interval"},
    {"quantile_hi", "quantile", &MeasureSummary::quantile_hi, "",
     "quantiles, upper end of 95 % interval"},
    {"var", "level", &MeasureSummary::var, "", "value at risk"},
    {"var_lo", "level", &MeasureSummary::var_lo, "", "value at risk, lower end of 95 % interval"},
    {"var_hi", "level", &MeasureSummary::var_hi, "", "value at risk, upper end of 95 % interval"},
    {"cvar", "level", &MeasureSummary::cvar, "", "conditional value at risk"},
    {"cvar_lo", "level", &MeasureSummary::cvar_lo, "",
     "conditional value at risk, lower end of 95 % interval"},
    {"cvar_hi", "level", &MeasureSummary::cvar_hi, "",
     "conditional value at risk, upper end of 95 % interval"},
};

constexpr Figure<std::int64_t> support_figures[] = {
    {"support", "level", &MeasureSummary::support, "1",
     "samples strictly beyond the value at risk"},
    {"paths_needed", "level", &MeasureSummary::paths_needed, "1",
     "paths it takes to support the tail figures; 0: known without sampling"},
    {"mean_paths_needed", "", &MeasureSummary::mean_paths_needed, "1",
     "paths it takes to support mean and standard deviation; 0: known without sampling"},
};

constexpr Figure<std::int8_t> flag_figures[] = {
    {"thin", "level", &MeasureSummary::thin, "1", "flag of the tail figures"},
    {"mean_thin", "", &MeasureSummary::mean_thin, "1", "flag of mean and standard deviation"},
};
constexpr const char* flag_meanings = "supported too_few_paths";

/// A whole family of figures of one measure.
struct Family {
  const MeasureInfo& info;
  const MeasureSummary& summary;
  Names cell;  ///< axes
};

template <typename Number>
h5::Dataset write_figure(NetcdfGroup& root, const Family& family, const Figure<Number>& figure) {
  Names axes = family.cell;
  if (*figure.axis != '\0') axes.emplace_back(figure.axis);
  return root.add(std::string(family.info.name) + "_" + figure.suffix, axes,
                  family.summary.*figure.values,
                  *figure.units != '\0' ? figure.units : unit_of(family.info.kind),
                  std::string(figure.meaning) + " of: " + family.info.long_name);
}

/// A counted probability with its interval and what carries it.
void write_probability(NetcdfGroup& root, const std::string& name, const Names& axes,
                       const ProbabilitySummary& summary, const std::string& meaning) {
  root.add(name, axes, summary.value, "1", meaning);
  root.add(name + "_stderr", axes, summary.std_error, "1", "standard error of: " + meaning);
  root.add(name + "_lo", axes, summary.low, "1", "lower end of 95 % interval of: " + meaning);
  root.add(name + "_hi", axes, summary.high, "1", "upper end of 95 % interval of: " + meaning);
  root.add(name + "_paths_needed", axes, summary.paths_needed, "1",
           "paths it takes to support: " + meaning);
  root.add(name + "_thin", axes, summary.thin, "1", "flag of: " + meaning)
      .set_attribute("flag_meanings", flag_meanings);
}

void write_family(NetcdfGroup& root, const Family& family) {
  for (const auto& figure : figures) write_figure(root, family, figure);
  for (const auto& figure : support_figures) write_figure(root, family, figure);
  for (const auto& figure : flag_figures)
    write_figure(root, family, figure).set_attribute("flag_meanings", flag_meanings);
  if (family.summary.exceedance.value.empty()) return;
  Names axes = family.cell;
  axes.emplace_back("threshold");
  write_probability(
      root, std::string(family.info.name) + "_exceedance", axes, family.summary.exceedance,
      std::string("probability of exceeding the threshold, of: ") + family.info.long_name);
}

template <std::size_t n>
std::vector<double> values_of(const std::array<Level, n>& levels) {
  std::vector<double> values;
  for (const Level& level : levels) values.push_back(level.value());
  return values;
}

std::vector<std::int64_t> ranks() {
  std::vector<std::int64_t> numbers;
  for (int rank = 1; rank <= n_worst_paths; ++rank) numbers.push_back(rank);
  return numbers;
}

void add_axes(NetcdfGroup& root, const ResultFacts& facts) {
  add_member_axis(root, facts);
  add_mineral_axis(root, facts);
  root.add_axis("quantile", values_of(quantile_levels), "1", "share of the samples at or below");
  root.add_axis("level", values_of(tail_levels), "1", "level of value at risk");
  if (!facts.thresholds.empty()) {
    root.add_axis("threshold", facts.thresholds, "1", "threshold to exceed");
  }
  root.add_axis("return_period", std::vector(return_periods_yr.begin(), return_periods_yr.end()),
                "years", "return period");
  root.add_axis("rank", ranks(), "1", "rank, the worst first");
}

void write_return_periods(NetcdfGroup& root, const Summary& summary) {
  const Names axes{"member", "return_period"};
  const std::string meaning = "annual loss reached once in the return period";
  root.add("member_loss_return", axes, summary.loss_return, "USD", meaning);
  root.add("member_loss_return_lo", axes, summary.loss_return_lo, "USD",
           meaning + ", lower end of 95 % interval");
  root.add("member_loss_return_hi", axes, summary.loss_return_hi, "USD",
           meaning + ", upper end of 95 % interval");
  root.add("member_loss_return_support", axes, summary.loss_return_support, "1",
           "sampled years strictly beyond the loss");
  root.add("member_loss_return_paths_needed", axes, summary.loss_return_paths_needed, "1",
           "paths it takes to support: " + meaning);
  root.add("member_loss_return_thin", axes, summary.loss_return_thin, "1", "flag of: " + meaning)
      .set_attribute("flag_meanings", flag_meanings);
}

void write_worst(NetcdfGroup& root, const Summary& summary) {
  const Names cell{"member", "mineral", "rank"}, member{"member", "rank"};
  root.add("worst_path", cell, summary.worst.path, "1",
           "number of the path with the worst shortfall");
  root.add("worst_path_value", cell, summary.worst.value, "1", "its shortfall");
  root.add("member_worst_path", member, summary.member_worst.path, "1",
           "number of the path with the worst loss");
  root.add("member_worst_path_value", member, summary.member_worst.value, "USD", "its loss");
}

}  // namespace

void write_summary(NetcdfGroup& root, const ResultContent& content) {
  const Summary& summary = content.summary;
  add_axes(root, content.facts);
  for (std::size_t k = 0; k < summary.measure.size(); ++k) {
    write_family(root, {measure_table[k], summary.measure[k], {"member", "mineral"}});
  }
  write_probability(root, "short_probability", {"member", "mineral"}, summary.short_probability,
                    "probability of a step with a shortfall above the threshold");
  for (std::size_t k = 0; k < summary.member_measure.size(); ++k) {
    write_family(root, {member_measure_table[k], summary.member_measure[k], {"member"}});
  }
  write_return_periods(root, summary);
  write_worst(root, summary);
}

}  // namespace blocrisk
