/// Small owning wrappers over the HDF5 C API: files, groups, datasets, attributes and dimension
/// scales, as far as a result file needs them. Every call is checked; a failure throws
/// EnvironmentError with the file, what was attempted and HDF5's reason. Not thread-safe.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/io/whole_file.hpp"

namespace blocrisk::h5 {

/// What a dataset holds; stored little-endian on every host.
enum class Type { f32, f64, i8, i64, u64 };
std::size_t bytes_of(Type type);

template <typename Number>
constexpr Type type_of();
template <>
constexpr Type type_of<float>() {
  return Type::f32;
}
template <>
constexpr Type type_of<double>() {
  return Type::f64;
}
template <>
constexpr Type type_of<std::int8_t>() {
  return Type::i8;
}
template <>
constexpr Type type_of<std::int64_t>() {
  return Type::i64;
}
template <>
constexpr Type type_of<std::uint64_t>() {
  return Type::u64;
}

/// An HDF5 identifier, closed when its owner goes.
class Id {
 public:
  using Closer = herr_t (*)(hid_t);
  Id() = default;
  Id(hid_t value, Closer close) : value_(value), close_(close) {}
  Id(Id&& other) noexcept
      : value_(std::exchange(other.value_, H5I_INVALID_HID)), close_(other.close_) {}
  Id& operator=(Id&& other) noexcept;
  ~Id() { reset(); }
  hid_t get() const { return value_; }
  void reset();

 private:
  hid_t value_ = H5I_INVALID_HID;
  Closer close_ = nullptr;
};

/// The file's name for messages, shared by all that lives in it.
using FileName = std::shared_ptr<const std::string>;

/// What carries attributes: a group or a dataset.
class Object {
 public:
  void set_attribute(const std::string& name, std::string_view text);
  /// Text of a fixed length, which programs read that know no strings of any length.
  void set_fixed_text_attribute(const std::string& name, const std::string& text);
  void set_attribute(const std::string& name, double value);
  void set_attribute(const std::string& name, std::int32_t value);
  void set_attribute(const std::string& name, std::int64_t value);
  void set_attribute(const std::string& name, std::uint64_t value);
  /// One value of any type, such as a fill value of the dataset's own.
  void set_attribute(const std::string& name, Type type, const void* value);

  bool has_attribute(const std::string& name) const;
  std::string text_attribute(const std::string& name) const;
  double real_attribute(const std::string& name) const;
  std::int64_t integer_attribute(const std::string& name) const;
  std::uint64_t unsigned_attribute(const std::string& name) const;

  hid_t id() const { return id_.get(); }

 protected:
  Object(Id id, FileName file) : id_(std::move(id)), file_(std::move(file)) {}
  void write_attribute(const std::string& name, hid_t stored, hid_t given, const void* value);
  void read_attribute(const std::string& name, hid_t wanted, void* value) const;

  Id id_;
  FileName file_;
};

class Dataset : public Object {
 public:
  Dataset(Id id, FileName file) : Object(std::move(id), std::move(file)) {}
  std::vector<hsize_t> shape() const;
  bool holds_text() const;
  /// Throws where the dataset does not hold exactly `count` values.
  void read(Type type, void* into, std::size_t count) const;
  /// Rows [first, first + n_rows) of the outermost dimension. Throws where they hold other than
  /// `count` values.
  void read_rows(Type type, hsize_t first, hsize_t n_rows, void* into, std::size_t count) const;
  std::vector<std::string> read_strings() const;
  /// The values as they lie in memory, in their own type; of numbers only.
  std::vector<std::byte> read_bytes() const;
  /// Makes this the scale of a dimension of the same name.
  void make_scale(const std::string& name);
  void attach_scale(const Dataset& scale, unsigned dimension);
};

class Group : public Object {
 public:
  Group(Id id, FileName file) : Object(std::move(id), std::move(file)) {}
  Group create_group(const std::string& name);
  Group open_group(const std::string& name) const;
  bool has(const std::string& name) const;
  /// Names of all groups and datasets in it, in order of creation; only of groups written here.
  std::vector<std::string> members() const;
  bool is_group(const std::string& name) const;
  Dataset open_dataset(const std::string& name) const;

  /// Chunked, shuffled and deflated where that pays. `fill`: one value of the dataset's type, or
  /// null.
  Dataset create_dataset(const std::string& name, Type type, const std::vector<hsize_t>& shape,
                         const void* data, const void* fill);
  Dataset create_strings(const std::string& name, const std::vector<std::string>& texts);
};

/// An HDF5 file. A new one lives in memory, so that HDF5 never meets a full disk; `save` puts its
/// bytes on disk, sealed. Equal sequences of calls give equal bytes.
class File {
 public:
  static File create_in_memory(const std::string& name);
  /// Throws EnvironmentError where the file is not as it was saved, or, not being sealed, breaks a
  /// process that reads all of it.
  static File open(const std::filesystem::path& path);

  Group root() const;
  /// Whether the file that was opened is, byte for byte, as blocrisk saved it.
  bool is_sealed() const { return is_sealed_; }
  /// Only of a file in memory.
  void save(const std::filesystem::path& path, Overwrite overwrite) const;
  /// Only of a file in memory; good until the file is changed or gone.
  std::span<const std::byte> image() const;
  const FileName& name() const { return name_; }

 private:
  File(Id id, FileName name, bool is_sealed)
      : id_(std::move(id)), name_(std::move(name)), is_sealed_(is_sealed) {}
  Id id_;
  FileName name_;
  bool is_sealed_;
};

}  // namespace blocrisk::h5
