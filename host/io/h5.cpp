#include "host/io/h5.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

#include "host/io/seal.hpp"
#include "host/io/trial.hpp"
#include "host/support/error.hpp"

namespace blocrisk::h5 {
namespace {

// --- errors

/// HDF5 prints its error stack unless told not to; a library stays silent.
void silence_errors() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

/// Keeps the description of the innermost call, which names the cause.
herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

[[noreturn]] void fail(const std::string& file, const std::string& action) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  H5Eclear2(H5E_DEFAULT);
  throw EnvironmentError(file + ": cannot " + action + (reason.empty() ? "" : ": " + reason));
}

/// The one place where HDF5's status codes become exceptions.
template <typename Status>
Status checked(Status status, const FileName& file, const std::string& action) {
  if (status < 0) fail(*file, action);
  return status;
}

// --- types and property lists

hid_t native(Type type) {
  switch (type) {
    case Type::f32:
      return H5T_NATIVE_FLOAT;
    case Type::f64:
      return H5T_NATIVE_DOUBLE;
    case Type::i8:
      return H5T_NATIVE_INT8;
    case Type::i64:
      return H5T_NATIVE_INT64;
    case Type::u64:
      return H5T_NATIVE_UINT64;
  }
  return H5I_INVALID_HID;
}

hid_t stored(Type type) {
  switch (type) {
    case Type::f32:
      return H5T_IEEE_F32LE;
    case Type::f64:
      return H5T_IEEE_F64LE;
    case Type::i8:
      return H5T_STD_I8LE;
    case Type::i64:
      return H5T_STD_I64LE;
    case Type::u64:
      return H5T_STD_U64LE;
  }
  return H5I_INVALID_HID;
}

/// UTF-8 of any length, what netCDF-4 calls a string.
Id string_type(const FileName& file) {
  Id type(checked(H5Tcopy(H5T_C_S1), file, "make a string type"), H5Tclose);
  checked(H5Tset_size(type.get(), H5T_VARIABLE), file, "make a string type");
  checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), file, "make a string type");
  return type;
}

Id property_list(hid_t list_class, const FileName& file) {
  return {checked(H5Pcreate(list_class), file, "make a property list"), H5Pclose};
}

/// No times, so that equal content is equal bytes; creation order, which netCDF-4 reads by.
void order_without_times(const Id& list, const FileName& file, bool holds_links) {
  constexpr unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  checked(H5Pset_obj_track_times(list.get(), false), file, "leave out times");
  checked(H5Pset_attr_creation_order(list.get(), order), file, "track creation order");
  if (holds_links) {
    checked(H5Pset_link_creation_order(list.get(), order), file, "track creation order");
  }
}

// --- storage

constexpr std::size_t least_chunked_bytes = 4096;
constexpr std::size_t chunk_bytes = 128 * 1024;
constexpr unsigned deflate_level = 1;

std::size_t count_of(const std::vector<hsize_t>& shape) {
  std::size_t count = 1;
  for (const hsize_t extent : shape) count *= static_cast<std::size_t>(extent);
  return count;
}

/// Whole trailing dimensions as long as they fit, then an even part of the next: every chunk is
/// stored whole, so a last one that is nearly empty would be a waste.
std::vector<hsize_t> chunk_shape(const std::vector<hsize_t>& shape, std::size_t value_bytes) {
  std::vector<hsize_t> chunk(shape.size(), 1);
  hsize_t room = std::max<std::size_t>(chunk_bytes / value_bytes, 1);
  for (std::size_t k = shape.size(); k-- > 0 && room > 1;) {
    const hsize_t n_parts = (shape[k] + room - 1) / room;
    chunk[k] = (shape[k] + n_parts - 1) / n_parts;
    room /= chunk[k];
  }
  return chunk;
}

Id dataset_properties(const std::vector<hsize_t>& shape, Type type, const void* fill,
                      const FileName& file) {
  Id list = property_list(H5P_DATASET_CREATE, file);
  order_without_times(list, file, false);
  if (fill != nullptr) {
    checked(H5Pset_fill_value(list.get(), native(type), fill), file, "set a fill value");
  }
  if (count_of(shape) * bytes_of(type) < least_chunked_bytes) return list;
  const std::vector<hsize_t> chunk = chunk_shape(shape, bytes_of(type));
  checked(H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()), file,
          "set chunks");
  checked(H5Pset_shuffle(list.get()), file, "set the shuffle filter");
  checked(H5Pset_deflate(list.get(), deflate_level), file, "set the deflate filter");
  return list;
}

Id simple_space(const std::vector<hsize_t>& shape, const FileName& file) {
  const int rank = static_cast<int>(shape.size());
  const hid_t space =
      rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, shape.data(), nullptr);
  return {checked(space, file, "make a dataspace"), H5Sclose};
}

}  // namespace

std::size_t bytes_of(Type type) { return H5Tget_size(native(type)); }

Id& Id::operator=(Id&& other) noexcept {
  if (this != &other) {
    reset();
    value_ = std::exchange(other.value_, H5I_INVALID_HID);
    close_ = other.close_;
  }
  return *this;
}

void Id::reset() {
  if (value_ >= 0 && close_ != nullptr) close_(value_);
  value_ = H5I_INVALID_HID;
}

// --- attributes

void Object::write_attribute(const std::string& name, hid_t stored_type, hid_t given_type,
                             const void* value) {
  const std::string action = "write attribute " + name;
  const Id space = simple_space({}, file_);
  const Id attribute(
      checked(H5Acreate2(id(), name.c_str(), stored_type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
              file_, action),
      H5Aclose);
  checked(H5Awrite(attribute.get(), given_type, value), file_, action);
}

void Object::set_attribute(const std::string& name, Type type, const void* value) {
  write_attribute(name, stored(type), native(type), value);
}

void Object::set_attribute(const std::string& name, std::string_view text) {
  const std::string terminated(text);
  const char* start = terminated.c_str();
  const Id type = string_type(file_);
  write_attribute(name, type.get(), type.get(), &start);
}

void Object::set_fixed_text_attribute(const std::string& name, const std::string& text) {
  const Id type(checked(H5Tcopy(H5T_C_S1), file_, "make a text type"), H5Tclose);
  checked(H5Tset_size(type.get(), std::max<std::size_t>(text.size(), 1)), file_,
          "make a text type");
  checked(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), file_, "make a text type");
  checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), file_, "make a text type");
  write_attribute(name, type.get(), type.get(), text.c_str());
}

void Object::set_attribute(const std::string& name, double value) {
  set_attribute(name, Type::f64, &value);
}

void Object::set_attribute(const std::string& name, std::int32_t value) {
  write_attribute(name, H5T_STD_I32LE, H5T_NATIVE_INT32, &value);
}

void Object::set_attribute(const std::string& name, std::int64_t value) {
  set_attribute(name, Type::i64, &value);
}

void Object::set_attribute(const std::string& name, std::uint64_t value) {
  set_attribute(name, Type::u64, &value);
}

bool Object::has_attribute(const std::string& name) const {
  return checked(H5Aexists(id(), name.c_str()), file_, "look for attribute " + name) > 0;
}

void Object::read_attribute(const std::string& name, hid_t wanted, void* value) const {
  const std::string action = "read attribute " + name;
  const Id attribute(checked(H5Aopen(id(), name.c_str(), H5P_DEFAULT), file_, action), H5Aclose);
  const Id space(checked(H5Aget_space(attribute.get()), file_, action), H5Sclose);
  if (H5Sget_simple_extent_npoints(space.get()) != 1)
    fail(*file_, action + ": it is not one value");
  checked(H5Aread(attribute.get(), wanted, value), file_, action);
}

std::string Object::text_attribute(const std::string& name) const {
  const Id type = string_type(file_);
  char* text = nullptr;
  read_attribute(name, type.get(), &text);
  std::string result(text == nullptr ? "" : text);
  H5free_memory(text);
  return result;
}

double Object::real_attribute(const std::string& name) const {
  double value = 0.0;
  read_attribute(name, H5T_NATIVE_DOUBLE, &value);
  return value;
}

std::int64_t Object::integer_attribute(const std::string& name) const {
  std::int64_t value = 0;
  read_attribute(name, H5T_NATIVE_INT64, &value);
  return value;
}

std::uint64_t Object::unsigned_attribute(const std::string& name) const {
  std::uint64_t value = 0;
  read_attribute(name, H5T_NATIVE_UINT64, &value);
  return value;
}

// --- datasets

std::vector<hsize_t> Dataset::shape() const {
  const Id space(checked(H5Dget_space(id()), file_, "read a shape"), H5Sclose);
  const int rank = checked(H5Sget_simple_extent_ndims(space.get()), file_, "read a shape");
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  checked(H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr), file_, "read a shape");
  return extents;
}

bool Dataset::holds_text() const {
  const Id type(checked(H5Dget_type(id()), file_, "read a type"), H5Tclose);
  return H5Tget_class(type.get()) == H5T_STRING;
}

void Dataset::read(Type type, void* into, std::size_t count) const {
  if (count_of(shape()) != count) {
    fail(*file_, "use a dataset of " + std::to_string(count_of(shape())) + " values where " +
                     std::to_string(count) + " are due");
  }
  if (count == 0) return;
  checked(H5Dread(id(), native(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, into), file_,
          "read a dataset");
}

void Dataset::read_rows(Type type, hsize_t first, hsize_t n_rows, void* into,
                        std::size_t count) const {
  std::vector<hsize_t> extents = shape();
  const bool is_there = !extents.empty() && first + n_rows <= extents.front();
  if (is_there) extents.front() = n_rows;
  if (!is_there || count_of(extents) != count)
    fail(*file_, "read rows of a dataset that has other ones");
  if (count == 0) return;
  std::vector<hsize_t> start(extents.size(), 0);
  start.front() = first;
  const Id rows(checked(H5Dget_space(id()), file_, "read a shape"), H5Sclose);
  checked(H5Sselect_hyperslab(rows.get(), H5S_SELECT_SET, start.data(), nullptr, extents.data(),
                              nullptr),
          file_, "choose rows");
  const Id memory = simple_space(extents, file_);
  checked(H5Dread(id(), native(type), memory.get(), rows.get(), H5P_DEFAULT, into), file_,
          "read a dataset");
}

std::vector<std::string> Dataset::read_strings() const {
  std::vector<char*> texts(count_of(shape()), nullptr);
  const Id type = string_type(file_);
  checked(H5Dread(id(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()), file_,
          "read names");
  std::vector<std::string> result;
  for (char* text : texts) {
    result.emplace_back(text == nullptr ? "" : text);
    H5free_memory(text);
  }
  return result;
}

std::vector<std::byte> Dataset::read_bytes() const {
  const Id type(checked(H5Dget_type(id()), file_, "read a type"), H5Tclose);
  std::vector<std::byte> bytes(count_of(shape()) * H5Tget_size(type.get()));
  if (!bytes.empty()) {
    checked(H5Dread(id(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), file_,
            "read a dataset");
  }
  return bytes;
}

void Dataset::make_scale(const std::string& name) {
  checked(H5DSset_scale(id(), name.c_str()), file_, "make a dimension scale of " + name);
}

void Dataset::attach_scale(const Dataset& scale, unsigned dimension) {
  checked(H5DSattach_scale(id(), scale.id(), dimension), file_, "attach a dimension scale");
}

// --- groups

Group Group::create_group(const std::string& name) {
  const Id list = property_list(H5P_GROUP_CREATE, file_);
  order_without_times(list, file_, true);
  const std::string action = "create group " + name;
  return {Id(checked(H5Gcreate2(id(), name.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT), file_,
                     action),
             H5Gclose),
          file_};
}

Group Group::open_group(const std::string& name) const {
  return {
      Id(checked(H5Gopen2(id(), name.c_str(), H5P_DEFAULT), file_, "open group " + name), H5Gclose),
      file_};
}

bool Group::has(const std::string& name) const {
  return checked(H5Lexists(id(), name.c_str(), H5P_DEFAULT), file_, "look for " + name) > 0;
}

std::vector<std::string> Group::members() const {
  std::vector<std::string> names;
  const auto note = [](hid_t, const char* name, const H5L_info_t*, void* into) -> herr_t {
    static_cast<std::vector<std::string>*>(into)->emplace_back(name);
    return 0;
  };
  checked(H5Literate(id(), H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, note, &names), file_,
          "list a group");
  return names;
}

bool Group::is_group(const std::string& name) const {
  const Id object(checked(H5Oopen(id(), name.c_str(), H5P_DEFAULT), file_, "open " + name),
                  H5Oclose);
  return H5Iget_type(object.get()) == H5I_GROUP;
}

Dataset Group::open_dataset(const std::string& name) const {
  return {Id(checked(H5Dopen2(id(), name.c_str(), H5P_DEFAULT), file_, "open dataset " + name),
             H5Dclose),
          file_};
}

Dataset Group::create_dataset(const std::string& name, Type type, const std::vector<hsize_t>& shape,
                              const void* data, const void* fill) {
  const std::string action = "write dataset " + name;
  const Id space = simple_space(shape, file_);
  const Id list = dataset_properties(shape, type, fill, file_);
  Dataset dataset(Id(checked(H5Dcreate2(id(), name.c_str(), stored(type), space.get(), H5P_DEFAULT,
                                        list.get(), H5P_DEFAULT),
                             file_, action),
                     H5Dclose),
                  file_);
  if (count_of(shape) > 0) {
    checked(H5Dwrite(dataset.id(), native(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data), file_,
            action);
  }
  return dataset;
}

Dataset Group::create_strings(const std::string& name, const std::vector<std::string>& texts) {
  const std::string action = "write dataset " + name;
  std::vector<const char*> starts;
  for (const std::string& text : texts) starts.push_back(text.c_str());
  const Id type = string_type(file_);
  const Id space = simple_space({texts.size()}, file_);
  const Id list = property_list(H5P_DATASET_CREATE, file_);
  order_without_times(list, file_, false);
  Dataset dataset(Id(checked(H5Dcreate2(id(), name.c_str(), type.get(), space.get(), H5P_DEFAULT,
                                        list.get(), H5P_DEFAULT),
                             file_, action),
                     H5Dclose),
                  file_);
  checked(H5Dwrite(dataset.id(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, starts.data()), file_,
          action);
  return dataset;
}

// --- files

namespace {

/// HDF5's own complaints speak of its insides, and opening a pipe waits for its other end.
void require_hdf5(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw EnvironmentError(name + ": no such file");
  if (std::filesystem::is_directory(status))
    throw EnvironmentError(name + " is a folder; an HDF5 file is expected");
  if (!error && !std::filesystem::is_regular_file(status))
    throw EnvironmentError(name + " is not a regular file; an HDF5 file is expected");
  if (std::ifstream stream(path, std::ios::binary); error || !stream) {
    throw EnvironmentError(
        name + " cannot be opened: " +
        (error ? error : std::error_code(errno, std::system_category())).message());
  }
  if (H5Fis_hdf5(path.c_str()) > 0) return;
  H5Eclear2(H5E_DEFAULT);
  throw EnvironmentError(name + " is not an HDF5 file");
}

/// Whether it is sealed; one that is not has been read by another process first.
bool require_undamaged(const std::filesystem::path& path) {
  const Seal seal = check_seal(path);
  if (seal == Seal::broken) {
    throw EnvironmentError(path.string() +
                           " is damaged: its bytes are not those that were written");
  }
  if (seal == Seal::absent) survive_reading(path);
  return seal == Seal::sound;
}

}  // namespace

File File::create_in_memory(const std::string& file_name) {
  silence_errors();
  constexpr std::size_t growth_bytes = std::size_t{4} << 20;
  auto name = std::make_shared<const std::string>(file_name);
  const Id access = property_list(H5P_FILE_ACCESS, name);
  checked(H5Pset_fapl_core(access.get(), growth_bytes, false), name, "write into memory");
  // The format of HDF5 1.8: read everywhere, holds texts and attributes of any size.
  checked(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18), name,
          "set the format");
  const Id creation = property_list(H5P_FILE_CREATE, name);
  order_without_times(creation, name, true);
  return {Id(checked(H5Fcreate(file_name.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()),
                     name, "create the file"),
             H5Fclose),
          name, false};
}

File File::open(const std::filesystem::path& path) {
  silence_errors();
  require_hdf5(path);
  const bool is_sealed = require_undamaged(path);
  auto name = std::make_shared<const std::string>(path.string());
  Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file.get() >= 0) return {std::move(file), std::move(name), is_sealed};
  H5Eclear2(H5E_DEFAULT);
  throw EnvironmentError(*name +
                         " is damaged, or cut short: it begins as an HDF5 file but cannot "
                         "be opened as one");
}

Group File::root() const {
  return {
      Id(checked(H5Gopen2(id_.get(), "/", H5P_DEFAULT), name_, "open the root group"), H5Gclose),
      name_};
}

void File::save(const std::filesystem::path& path, Overwrite overwrite) const {
  const auto bytes = image();  // once, for every flush may move things
  write_whole_file(path, bytes, overwrite, seal_of(bytes));
}

std::span<const std::byte> File::image() const {
  checked(H5Fflush(id_.get(), H5F_SCOPE_LOCAL), name_, "flush");
  // Only the size is asked for here: filling a buffer, HDF5 1.10 clears a byte of the superblock
  // that this format keeps under a checksum, and the copy cannot be opened.
  const auto size = checked(H5Fget_file_image(id_.get(), nullptr, 0), name_, "measure the file");
  const Id access(checked(H5Fget_access_plist(id_.get()), name_, "find the file in memory"),
                  H5Pclose);
  void* handle = nullptr;
  checked(H5Fget_vfd_handle(id_.get(), access.get(), &handle), name_, "find the file in memory");
  return {*static_cast<const std::byte* const*>(handle), static_cast<std::size_t>(size)};
}

}  // namespace blocrisk::h5
