#include "host/sweep/differences.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace blocrisk {
namespace {

/// A figure of `compare` and what a sweep calls it; each has an interval.
struct DifferenceFigure {
  const char* entry;
  const char* name;
  const char* units;
  const char* meaning;
  bool of_cell;  ///< else of a member
};

constexpr std::array<DifferenceFigure, 10> difference_figures{
    {{"shortfall_mean_difference", "shortfall_mean_difference", "1",
      "mean shortfall less the reference's", true},
     {"shortfall_cvar95_difference", "shortfall_cvar95_difference", "1",
      "CVaR 95 of shortfall less the reference's", true},
     {"short_probability_difference", "short_probability_difference", "1",
      "probability of being short less the reference's", true},
     {"months_short_mean_difference", "months_short_mean_difference", "months",
      "mean time short less the reference's", true},
     {"a_worse_probability", "shortfall_worse_probability", "1",
      "share of paths with more shortfall than the reference", true},
     {"b_worse_probability", "shortfall_better_probability", "1",
      "share of paths with less shortfall than the reference", true},
     {"loss_mean_difference", "member_loss_mean_difference", "USD",
      "mean loss less the reference's", false},
     {"loss_cvar95_difference", "member_loss_cvar95_difference", "USD",
      "CVaR 95 of loss less the reference's", false},
     {"a_worse_probability", "member_loss_worse_probability", "1",
      "share of paths with more loss than the reference", false},
     {"b_worse_probability", "member_loss_better_probability", "1",
      "share of paths with less loss than the reference", false}}};

constexpr std::array<std::pair<const char*, const char*>, 3> ends{
    {{"", ""}, {"_lo", ", lower end of 95 % interval"}, {"_hi", ", upper end of 95 % interval"}}};

std::size_t position(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

std::vector<DifferenceVariable> difference_variables(const std::vector<std::string>& members,
                                                     const std::vector<std::string>& minerals,
                                                     const Comparison& comparison) {
  std::vector<DifferenceVariable> variables;
  for (const DifferenceFigure& figure : difference_figures) {
    const std::size_t n = members.size() * (figure.of_cell ? minerals.size() : 1);
    for (const auto& [suffix, meaning] : ends) {
      DifferenceVariable variable{std::string(figure.name) + suffix,
                                  {"member"},
                                  figure.units,
                                  std::string(figure.meaning) + meaning,
                                  std::vector(n, std::numeric_limits<double>::quiet_NaN())};
      if (figure.of_cell) variable.axes.emplace_back("mineral");
      for (const TableRow& row : figure.of_cell ? comparison.cells : comparison.members) {
        const std::size_t member = position(members, row.member);
        const std::size_t at =
            figure.of_cell ? member * minerals.size() + position(minerals, row.mineral) : member;
        variable.values[at] = row.at(std::string(figure.entry) + suffix);
      }
      variables.push_back(std::move(variable));
    }
  }
  return variables;
}

}  // namespace blocrisk
