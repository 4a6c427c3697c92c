#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "host/scenario/findings.hpp"
#include "host/scenario/law.hpp"
#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

using Parameter = std::optional<double> UncertainInput::*;

struct NamedParameter {
  std::string_view name;
  Parameter value;
};

constexpr std::array<NamedParameter, 7> parameters{{{"mode", &UncertainInput::mode},
                                                    {"mean", &UncertainInput::mean},
                                                    {"sd", &UncertainInput::sd},
                                                    {"median", &UncertainInput::median},
                                                    {"log_sd", &UncertainInput::log_sd},
                                                    {"alpha", &UncertainInput::alpha},
                                                    {"beta", &UncertainInput::beta}}};

/// Which of the parameters a distribution has; `low` and `high` all have.
struct LawSpec {
  std::string_view name;
  bool needs_ends;
  std::array<std::string_view, 2> needs;  ///< empty: none
};

constexpr std::array<LawSpec, 5> laws{{{"uniform", true, {}},
                                       {"triangular", true, {"mode"}},
                                       {"normal", false, {"mean", "sd"}},
                                       {"lognormal", false, {"median", "log_sd"}},
                                       {"beta", false, {"alpha", "beta"}}}};

/// Farther from its middle, in standard deviations, nothing of a normal is left to draw from.
constexpr double farthest_cut_sd = 8.0;

class InputChecks {
 public:
  InputChecks(const UncertainInput& input, Findings& findings)
      : input_(input), findings_(findings), prefix_("uncertain." + input.name + ".") {}

  void run() {
    check_word("apply", input_.apply, {"set", "multiply", "add"});
    check_address();
    const auto law = std::ranges::find(laws, input_.distribution, &LawSpec::name);
    if (law == laws.end()) {
      std::vector<std::string> known;
      for (const LawSpec& spec : laws) known.emplace_back(spec.name);
      return check_word("distribution", input_.distribution, known);
    }
    if (check_parameters(*law) && widths_make_sense()) check_order();
  }

 private:
  void complain(std::string_view key, std::string value, std::string message) {
    findings_.add(prefix_ + std::string(key), input_.source, std::move(value), std::move(message));
  }

  void check_word(std::string_view key, const std::string& word,
                  const std::vector<std::string>& known) {
    if (word.empty() && findings_.missing_is_told()) return;
    if (std::ranges::find(known, word) != known.end()) return;
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
    complain(key, word, "must be one of " + all);
  }

  /// Paths of all draws are counted in one set of arrays, so no input may change their shape; nor
  /// may one change what is sampled, measured or uncertain.
  void check_address() {
    for (const std::string_view section :
         {"clock.", "sampling.", "measures.", "uncertain.", "network.balance_tolerance"}) {
      if (trimmed(input_.address).starts_with(section))
        return complain("address", input_.address,
                        "cannot be uncertain: it is not a model input "
                        "with a real value, or shapes the result");
    }
  }

  /// False where one is missing or out of its range.
  bool check_parameters(const LawSpec& law) {
    bool complete = true;
    for (const NamedParameter& parameter : parameters) {
      const bool wanted = std::ranges::find(law.needs, parameter.name) != law.needs.end();
      const std::optional<double>& value = input_.*parameter.value;
      if (wanted && !value) complain(parameter.name, "", "missing; required by " + law_name(law));
      if (!wanted && value)
        complain(parameter.name, number_text(*value), "is no parameter of " + law_name(law));
      complete = complete && (!wanted || (value && std::isfinite(*value)));
    }
    for (const NamedParameter& end : {NamedParameter{"low", &UncertainInput::low},
                                      NamedParameter{"high", &UncertainInput::high}}) {
      const std::optional<double>& value = input_.*end.value;
      if (law.needs_ends && !value) complain(end.name, "", "missing; required by " + law_name(law));
      complete = complete && (value ? std::isfinite(*value) : !law.needs_ends);
    }
    return complete;
  }

  /// Those that do not are told as out of their ranges.
  bool widths_make_sense() const {
    return input_.sd.value_or(0.0) >= 0.0 && input_.median.value_or(1.0) > 0.0 &&
           input_.log_sd.value_or(0.0) >= 0.0 && input_.log_sd.value_or(0.0) <= 10.0;
  }

  static std::string law_name(const LawSpec& law) {
    return "the distribution \"" + std::string(law.name) + "\"";
  }

  void check_order() {
    const Support support = support_of(input_);
    if (!(support.low <= support.high)) {
      const bool low_is_given = input_.low.has_value();
      return complain(low_is_given ? "low" : "high",
                      number_text(low_is_given ? support.low : support.high),
                      low_is_given ? "must be at most the upper end, " + number_text(support.high)
                                   : "must be at least the lower end, " + number_text(support.low));
    }
    if (input_.mode && !(*input_.mode >= support.low && *input_.mode <= support.high))
      complain("mode", number_text(*input_.mode), "must lie between low and high");
    if (input_.distribution == "normal") check_cut(support, *input_.mean, *input_.sd, "mean");
    if (input_.distribution == "lognormal") check_log_cut(support);
  }

  void check_log_cut(Support support) {
    if (!(support.low > 0.0))
      return complain("low", number_text(support.low), "must be > 0 for a lognormal");
    check_cut({std::log(support.low), std::log(support.high)}, std::log(*input_.median),
              *input_.log_sd, "median");
  }

  /// Something of the law has to be left between its ends.
  void check_cut(Support support, double middle, double sd, std::string_view key) {
    // The logarithms of a law without width may differ in their last digit.
    const double reach = farthest_cut_sd * sd + 1e-12 * std::abs(middle);
    if (support.low <= middle + reach && support.high >= middle - reach &&
        (sd == 0.0 || support.low < support.high))
      return;
    complain(key, number_text(key == "mean" ? *input_.mean : *input_.median),
             "leaves next to nothing between the ends: low to high must have a width and reach "
             "within 8 standard deviations of it");
  }

  const UncertainInput& input_;
  Findings& findings_;
  std::string prefix_;
};

}  // namespace

void check_uncertain(const Scenario& scenario, Findings& findings) {
  const int per_draw = scenario.sampling.paths_per_draw;
  if (per_draw > 0 && (per_draw & (per_draw - 1)) != 0) {
    findings.add("sampling.paths_per_draw", {}, std::to_string(per_draw), "must be a power of two");
  }
  for (const UncertainInput& input : scenario.uncertain) InputChecks(input, findings).run();
}

}  // namespace blocrisk
