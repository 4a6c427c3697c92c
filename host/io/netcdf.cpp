#include "host/io/netcdf.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

#include "kernels/portability.hpp"

namespace blocrisk {
namespace {

void describe(h5::Object& object, const std::string& units, const std::string& long_name) {
  if (!units.empty()) object.set_attribute("units", units);
  object.set_attribute("long_name", long_name);
}

}  // namespace

const void* fill_value(h5::Type type) {
  static constexpr float f32 = std::numeric_limits<float>::quiet_NaN();
  static constexpr double f64 = std::numeric_limits<double>::quiet_NaN();
  static constexpr std::int8_t i8 = -1;
  static constexpr std::int64_t i64 = -1;
  static constexpr std::uint64_t u64 = std::numeric_limits<std::uint64_t>::max();
  switch (type) {
    case h5::Type::f32:
      return &f32;
    case h5::Type::f64:
      return &f64;
    case h5::Type::i8:
      return &i8;
    case h5::Type::i64:
      return &i64;
    case h5::Type::u64:
      return &u64;
  }
  return nullptr;
}

NetcdfGroup::NetcdfGroup(const h5::File& file)
    : group_(file.root()),
      scope_(std::make_shared<Scope>()),
      n_axes_(std::make_shared<std::int32_t>(0)) {}

NetcdfGroup::NetcdfGroup(h5::Group group, std::shared_ptr<Scope> scope,
                         std::shared_ptr<std::int32_t> n_axes)
    : group_(std::move(group)), scope_(std::move(scope)), n_axes_(std::move(n_axes)) {}

NetcdfGroup NetcdfGroup::add_group(const std::string& name) {
  auto scope = std::make_shared<Scope>();
  scope->outer = scope_;
  return {group_.create_group(name), std::move(scope), n_axes_};
}

h5::Dataset& NetcdfGroup::register_axis(const std::string& name, h5::Dataset scale,
                                        std::size_t extent) {
  scale.make_scale(name);
  // netCDF-4 numbers the dimensions of a file and finds them by this attribute.
  scale.set_attribute("_Netcdf4Dimid", (*n_axes_)++);
  const auto added = scope_->axes.emplace(name, Axis{std::move(scale), extent});
  return added.first->second.scale;
}

void NetcdfGroup::add_axis(const std::string& name, const std::vector<std::string>& labels,
                           const std::string& long_name) {
  h5::Dataset scale = group_.create_strings(name, labels);
  describe(scale, "", long_name);
  register_axis(name, std::move(scale), labels.size());
}

h5::Dataset& NetcdfGroup::add_numeric_axis(const std::string& name, h5::Type type,
                                           const void* values, std::size_t count,
                                           const std::string& units, const std::string& long_name) {
  h5::Dataset scale = group_.create_dataset(name, type, {count}, values, nullptr);
  describe(scale, units, long_name);
  return register_axis(name, std::move(scale), count);
}

const NetcdfGroup::Axis& NetcdfGroup::axis(const std::string& name) const {
  for (const Scope* scope = scope_.get(); scope != nullptr; scope = scope->outer.get()) {
    const auto found = scope->axes.find(name);
    if (found != scope->axes.end()) return found->second;
  }
  throw std::logic_error("no axis " + name);
}

h5::Dataset NetcdfGroup::add(const Variable& variable, std::size_t count) {
  std::vector<hsize_t> shape;
  hsize_t product = 1;
  for (const std::string& name : variable.axes) {
    shape.push_back(axis(name).extent);
    product *= shape.back();
  }
  if (product != count) throw std::logic_error("variable " + variable.name + " has another shape");
  h5::Dataset dataset = group_.create_dataset(variable.name, variable.type, shape, variable.data,
                                              fill_value(variable.type));
  describe(dataset, variable.units, variable.long_name);
  dataset.set_attribute("_FillValue", variable.type, fill_value(variable.type));
  for (std::size_t k = 0; k < variable.axes.size(); ++k) {
    dataset.attach_scale(axis(variable.axes[k]).scale, static_cast<unsigned>(k));
  }
  return dataset;
}

h5::Dataset NetcdfGroup::add_coordinate(const std::string& name, const std::string& along,
                                        h5::Type type, const void* values, const std::string& units,
                                        const std::string& long_name) {
  h5::Dataset dataset = group_.create_dataset(name, type, {axis(along).extent}, values, nullptr);
  describe(dataset, units, long_name);
  dataset.attach_scale(axis(along).scale, 0);
  return dataset;
}

h5::Dataset NetcdfGroup::add_texts(const std::string& name, const std::string& along,
                                   const std::vector<std::string>& texts,
                                   const std::string& long_name) {
  if (texts.size() != axis(along).extent)
    throw std::logic_error("variable " + name + " has another shape");
  h5::Dataset dataset = group_.create_strings(name, texts);
  describe(dataset, "", long_name);
  dataset.attach_scale(axis(along).scale, 0);
  return dataset;
}

}  // namespace blocrisk
