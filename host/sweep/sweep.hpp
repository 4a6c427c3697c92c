/// A sweep as written: a base scenario, axes over its inputs, a design, what is compared and kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/scenario/overrides.hpp"
#include "host/scenario/scenario.hpp"
#include "host/sweep/design.hpp"

namespace blocrisk {

inline constexpr std::uint64_t default_difference_paths = 100'000;

/// One thing that members differ in.
struct Axis {
  std::string name;  ///< also a variable of the file: letters, digits, underscores
  std::vector<std::string> addresses;  ///< as in `--set`; all take the axis' value
  Change::Operation apply = Change::Operation::set;
  std::vector<Value> values;          ///< none where there is a law
  std::vector<std::string> labels;    ///< names of the values; none: they name themselves
  std::optional<UncertainInput> law;  ///< of a sampled design: a distribution
  SourceLine source;

  [[nodiscard]] std::size_t n_values() const { return values.size(); }
};

/// The member that others are compared with: its number, its name, or the values of its axes.
using Reference = std::variant<std::int64_t, std::string, ValueMap>;

struct Sweep {
  std::string name;
  std::string text;  ///< of the file
  std::filesystem::path base;
  std::optional<std::uint64_t> paths, seed;  ///< instead of the base's
  Design design;
  std::vector<std::string> member_names;  ///< of a list; none: by their values
  std::vector<Axis> axes;
  std::optional<Reference> reference;
  SourceLine reference_source;
  std::uint64_t difference_paths = default_difference_paths;
  std::vector<std::string> keep_measures, keep_figures;  ///< none: all
  bool keep_timelines = false;

  [[nodiscard]] std::vector<DesignAxis> design_axes() const;
};

}  // namespace blocrisk
