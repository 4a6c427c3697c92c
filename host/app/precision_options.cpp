#include "host/app/precision_options.hpp"

#include <algorithm>

#include "host/app/numbers.hpp"
#include "host/engine/run.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

/// A member that wants nothing of a mineral is never short of it.
void require_demand(const std::string& text, const CellChoice& choice, const Network& network) {
  if (choice.member < 0 || choice.mineral < 0 ||
      cell_has_demand(network, choice.member, choice.mineral))
    return;
  throw UsageError(
      "--for " + text + ": " + network.members[static_cast<std::size_t>(choice.member)] +
      " has no demand for " + network.minerals[static_cast<std::size_t>(choice.mineral)]);
}

}  // namespace

void add_precision_options(CLI::App& command, PrecisionOptions& options,
                           std::optional<std::uint64_t>& paths) {
  CLI::Option* precision = command.add_option_function<std::string>(
      "--precision",
      [&options](const std::string& text) {
        options.relative = parse_fraction("--precision", text);
      },
      "Stop once the 95 % intervals are this narrow: half-width over figure, 0.01 is 1 %");
  precision->type_name("REL");
  command
      .add_option("--precision-on", options.on,
                  "Figure to be that precise (repeatable; default shortfall.cvar95)")
      ->allow_extra_args(false)
      ->needs(precision)
      ->type_name("FIGURE");
  command
      .add_option("--for", options.only_for,
                  "Only this member, mineral, or both: JPN,gallium (repeatable; default all)")
      ->allow_extra_args(false)
      ->needs(precision)
      ->type_name("CELLS");
  command
      .add_option_function<std::string>(
          "--min-paths",
          [&options](const std::string& text) {
            options.least_paths = parse_count("--min-paths", text);
          },
          "Paths before the precision is looked at (default 16384, or all if fewer)")
      ->needs(precision)
      ->type_name("N");
  command
      .add_option_function<std::string>(
          "--max-paths",
          [&paths](const std::string& text) { paths = parse_count("--max-paths", text); },
          "Paths after which to stop anyway; the same as --paths")
      ->needs(precision)
      ->excludes(command.get_option("--paths"))
      ->excludes(command.get_option("--path-range"))
      ->type_name("N");
}

std::optional<PrecisionRule> precision_rule(const PrecisionOptions& options, const Network& network,
                                            const ResultFacts& facts) {
  if (!options.relative) return std::nullopt;
  PrecisionRule rule;
  rule.relative_half_width = *options.relative;
  for (const std::string& name : options.on)
    rule.figures.push_back(find_figure("--precision-on", name, facts.thresholds));
  if (rule.figures.empty())
    rule.figures.push_back(find_figure("--precision-on", "shortfall.cvar95", facts.thresholds));
  for (const std::string& text : options.only_for) {
    rule.choices.push_back(parse_cell_choice("--for", text, facts));
    require_demand(text, rule.choices.back(), network);
  }
  return rule;
}

std::vector<std::uint64_t> asked_path_counts(const PrecisionOptions& options, std::uint64_t n_paths,
                                             std::uint64_t n_samples) {
  if (!options.relative) return {};
  if (options.least_paths.value_or(0) > n_paths) {
    throw UsageError("--min-paths " + std::to_string(*options.least_paths) + " is more than the " +
                     std::to_string(n_paths) + " paths there are");
  }
  const std::uint64_t least = options.least_paths.value_or(default_least_paths);
  return asked_path_counts(std::max(least, n_samples), n_paths);
}

}  // namespace blocrisk
