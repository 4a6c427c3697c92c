/// Groups in the manner of netCDF-4: named axes with a dimension scale each, and variables along
/// them with units, long_name and _FillValue, on top of the HDF5 wrappers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/io/h5.hpp"

namespace blocrisk {

/// A variable to write; its shape is that of its axes. Refers to the caller's data.
struct Variable {
  std::string name;
  std::vector<std::string> axes;  ///< outermost first
  h5::Type type;
  const void* data;
  std::string units;  ///< "1" where there are none
  std::string long_name;
};

/// What a value that is not there reads as: not a number, -1, or the largest of an unsigned type.
const void* fill_value(h5::Type type);

class NetcdfGroup {
 public:
  /// The root group of a new file.
  explicit NetcdfGroup(const h5::File& file);

  NetcdfGroup add_group(const std::string& name);

  void add_axis(const std::string& name, const std::vector<std::string>& labels,
                const std::string& long_name);
  template <typename Number>
  h5::Dataset& add_axis(const std::string& name, const std::vector<Number>& values,
                        const std::string& units, const std::string& long_name) {
    return add_numeric_axis(name, h5::type_of<Number>(), values.data(), values.size(), units,
                            long_name);
  }

  /// Axes are looked up here, then in the groups around. Expects `count` values.
  h5::Dataset add(const Variable& variable, std::size_t count);
  template <typename Number>
  h5::Dataset add(const std::string& name, const std::vector<std::string>& axes,
                  const std::vector<Number>& values, const std::string& units,
                  const std::string& long_name) {
    return add({name, axes, h5::type_of<Number>(), values.data(), units, long_name}, values.size());
  }

  /// Along an axis, and never absent: what says where on it one is. Without fill value.
  h5::Dataset add_coordinate(const std::string& name, const std::string& axis, h5::Type type,
                             const void* values, const std::string& units,
                             const std::string& long_name);
  h5::Dataset add_texts(const std::string& name, const std::string& axis,
                        const std::vector<std::string>& texts, const std::string& long_name);

  h5::Object& attributes() { return group_; }

 private:
  struct Axis {
    h5::Dataset scale;
    hsize_t extent;
  };
  /// One group's axes and those of the groups around it.
  struct Scope {
    std::map<std::string, Axis> axes;
    std::shared_ptr<Scope> outer;
  };

  NetcdfGroup(h5::Group group, std::shared_ptr<Scope> scope, std::shared_ptr<std::int32_t> n_axes);
  h5::Dataset& add_numeric_axis(const std::string& name, h5::Type type, const void* values,
                                std::size_t count, const std::string& units,
                                const std::string& long_name);
  h5::Dataset& register_axis(const std::string& name, h5::Dataset scale, std::size_t extent);
  const Axis& axis(const std::string& name) const;

  h5::Group group_;
  std::shared_ptr<Scope> scope_;
  std::shared_ptr<std::int32_t> n_axes_;  ///< of the whole file
};

}  // namespace blocrisk
