#include "host/io/figure_variables.hpp"

#include <array>

#include "host/analysis/levels.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;
using Variables = std::vector<FigureVariable>;

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

/// A whole family of figures of one measure.
struct Family {
  const MeasureInfo& info;
  const MeasureSummary& summary;
  Names cell;  ///< axes
};

/// "mean" of "mean_lo"; what says how thin the tail is is its support.
std::string figure_of(const std::string& suffix) {
  if (suffix == "thin" || suffix == "paths_needed") return "support";
  return suffix.substr(0, suffix.find('_'));
}

template <typename Number>
FigureVariable variable_of(const Family& family, const Figure<Number>& figure) {
  Names axes = family.cell;
  if (*figure.axis != '\0') axes.emplace_back(figure.axis);
  const std::vector<Number>& values = family.summary.*figure.values;
  return {{std::string(family.info.name) + "_" + figure.suffix, axes, h5::type_of<Number>(),
           values.data(), *figure.units != '\0' ? figure.units : unit_of(family.info.kind),
           std::string(figure.meaning) + " of: " + family.info.long_name},
          values.size(),
          family.info.name,
          figure_of(figure.suffix)};
}

template <typename Number>
void append(Variables& into, const FigureVariable& kind, const std::vector<Number>& values) {
  FigureVariable made = kind;
  made.variable.type = h5::type_of<Number>();
  made.variable.data = values.data();
  made.count = values.size();
  into.push_back(std::move(made));
}

/// `kind`, with another name, unit and meaning.
FigureVariable like(const FigureVariable& kind, const std::string& suffix, const std::string& units,
                    const std::string& meaning) {
  FigureVariable made = kind;
  made.variable.name += suffix;
  made.variable.units = units;
  made.variable.long_name = meaning;
  return made;
}

/// A counted probability with its interval and what carries it.
void append_probability(Variables& into, const FigureVariable& kind,
                        const ProbabilitySummary& summary, const std::string& meaning) {
  append(into, like(kind, "", "1", meaning), summary.value);
  append(into, like(kind, "_stderr", "1", "standard error of: " + meaning), summary.std_error);
  append(into, like(kind, "_lo", "1", "lower end of 95 % interval of: " + meaning), summary.low);
  append(into, like(kind, "_hi", "1", "upper end of 95 % interval of: " + meaning), summary.high);
  append(into, like(kind, "_paths_needed", "1", "paths it takes to support: " + meaning),
         summary.paths_needed);
  append(into, like(kind, "_thin", "1", "flag of: " + meaning), summary.thin);
}

/// A kind of variable: name and axes, to which `append` adds values.
FigureVariable kind_of(const std::string& name, const Names& axes, const std::string& measure,
                       const std::string& figure) {
  return {{name, axes, h5::Type::f64, nullptr, "", ""}, 0, measure, figure};
}

void append_family(Variables& into, const Family& family) {
  for (const auto& figure : figures) into.push_back(variable_of(family, figure));
  for (const auto& figure : support_figures) into.push_back(variable_of(family, figure));
  for (const auto& figure : flag_figures) into.push_back(variable_of(family, figure));
  if (family.summary.exceedance.value.empty()) return;
  Names axes = family.cell;
  axes.emplace_back("threshold");
  const std::string name = family.info.name;
  append_probability(
      into, kind_of(name + "_exceedance", axes, name, "exceedance"), family.summary.exceedance,
      std::string("probability of exceeding the threshold, of: ") + family.info.long_name);
}

void append_return_periods(Variables& into, const Summary& summary) {
  const FigureVariable kind =
      kind_of("member_loss_return", {"member", "return_period"}, "member_annual_loss", "return");
  const std::string meaning = "annual loss reached once in the return period";
  append(into, like(kind, "", "USD", meaning), summary.loss_return);
  append(into, like(kind, "_lo", "USD", meaning + ", lower end of 95 % interval"),
         summary.loss_return_lo);
  append(into, like(kind, "_hi", "USD", meaning + ", upper end of 95 % interval"),
         summary.loss_return_hi);
  append(into, like(kind, "_support", "1", "sampled years strictly beyond the loss"),
         summary.loss_return_support);
  append(into, like(kind, "_paths_needed", "1", "paths it takes to support: " + meaning),
         summary.loss_return_paths_needed);
  append(into, like(kind, "_thin", "1", "flag of: " + meaning), summary.loss_return_thin);
}

void append_quantity(Variables& into, const std::string& name, Names axes,
                     const TimelineSummary& timeline, const std::string& units,
                     const std::string& meaning) {
  append(into, like(kind_of(name, axes, name, ""), "_mean", units, "mean of " + meaning),
         timeline.mean);
  if (timeline.quantile.empty()) return;
  axes.emplace_back("quantile");
  append(into, like(kind_of(name, axes, name, ""), "_quantile", units, "quantiles of " + meaning),
         timeline.quantile);
}

template <std::size_t n>
std::vector<double> values_of(const std::array<Level, n>& levels) {
  std::vector<double> values;
  for (const Level& level : levels) values.push_back(level.value());
  return values;
}

}  // namespace

std::vector<FigureVariable> figure_variables(const Summary& summary) {
  Variables all;
  for (std::size_t k = 0; k < summary.measure.size(); ++k)
    append_family(all, {measure_table[k], summary.measure[k], {"member", "mineral"}});
  append_probability(
      all, kind_of("short_probability", {"member", "mineral"}, "short_probability", "probability"),
      summary.short_probability, "probability of a step with a shortfall above the threshold");
  for (std::size_t k = 0; k < summary.member_measure.size(); ++k)
    append_family(all, {member_measure_table[k], summary.member_measure[k], {"member"}});
  append_return_periods(all, summary);
  return all;
}

std::vector<FigureVariable> timeline_variables(const Summary& summary) {
  Variables all;
  append_quantity(all, "shortfall", {"member", "mineral", "time"}, summary.shortfall, "1",
                  "unmet need over reference demand of the step");
  append_quantity(all, "days_of_cover", {"member", "mineral", "time"}, summary.cover, "day",
                  "stocks at the end of the step over daily reference demand");
  append_quantity(all, "price_ratio", {"mineral", "time"}, summary.price, "1",
                  "world price over base price");
  append_quantity(all, "restricted_fraction", {"mineral", "time"}, summary.restricted, "1",
                  "restricted share of base output, averaged over stages");
  return all;
}

void add_figure_axes(NetcdfGroup& root, const ResultFacts& facts) {
  add_member_axis(root, facts);
  add_mineral_axis(root, facts);
  root.add_axis("quantile", values_of(quantile_levels), "1", "share of the samples at or below");
  root.add_axis("level", values_of(tail_levels), "1", "level of value at risk");
  if (!facts.thresholds.empty()) {
    root.add_axis("threshold", facts.thresholds, "1", "threshold to exceed");
  }
  root.add_axis("return_period", std::vector(return_periods_yr.begin(), return_periods_yr.end()),
                "years", "return period");
}

void add_timeline_axes(NetcdfGroup& group, const ResultFacts& facts) {
  add_member_axis(group, facts);
  add_mineral_axis(group, facts);
  add_time_axis(group, facts);
  group.add_axis("quantile", values_of(timeline_levels), "1", "share of the paths at or below");
}

void add_figure(NetcdfGroup& group, const FigureVariable& figure) {
  h5::Dataset dataset = group.add(figure.variable, figure.count);
  if (figure.variable.type == h5::Type::i8)
    dataset.set_attribute("flag_meanings", "supported too_few_paths");
}

}  // namespace blocrisk
