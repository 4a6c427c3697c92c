/// What members take on an axis, as a coordinate of the file along `scenario`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/io/netcdf.hpp"
#include "host/sweep/members.hpp"

namespace blocrisk {

/// One axis of all members in the file; one of the lists holds the values.
struct AxisCoordinate {
  std::string name, units, long_name;
  std::vector<std::int8_t> truths;
  std::vector<std::int64_t> whole;
  std::vector<double> real;
  std::vector<std::string> texts;
};

/// True and false where all values are, then whole numbers, numbers, else texts.
[[nodiscard]] std::vector<AxisCoordinate> axis_coordinates(
    const SweepMembers& members, const std::vector<std::uint64_t>& numbers);

/// Adds the axis `scenario` and what lies along it by name: the axes' values and `scenario_name`.
/// Says so in the attribute `coordinates`, which xarray reads. True and false are bytes with the
/// attribute `dtype` = "bool", which it reads too.
void add_scenario_axis(NetcdfGroup& group, const std::vector<std::uint64_t>& numbers,
                       const std::vector<std::string>& names,
                       const std::vector<AxisCoordinate>& coordinates);

}  // namespace blocrisk
