#include "host/sweep/sweep_reader.hpp"

#include <sstream>
#include <utility>

#include "host/scenario/number_text.hpp"
#include "host/support/error.hpp"
#include "host/sweep/sweep_writer.hpp"

namespace blocrisk {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<std::string> texts_of(const h5::Group& root, const std::string& name, std::size_t count,
                                  const std::string& file) {
  std::vector<std::string> texts = root.open_dataset(name).read_strings();
  if (texts.size() != count)
    throw EnvironmentError(file + ": " + name + " is not one text for every scenario");
  return texts;
}

}  // namespace

bool is_sweep_result(const h5::File& file) {
  const h5::Group root = file.root();
  return root.has_attribute("schema") && root.text_attribute("schema") == sweep_schema;
}

SweepReader::SweepReader(const std::filesystem::path& path) : SweepReader(h5::File::open(path)) {}

SweepReader::SweepReader(h5::File opened)
    : file(*opened.name()), file_(std::move(opened)), root_(file_.root()) {
  if (!is_sweep_result(file_)) throw EnvironmentError(file + " is not the file of a sweep");
  const std::int64_t version = root_.integer_attribute("schema_version");
  if (version != sweep_schema_version) {
    throw EnvironmentError(file + " has format version " + std::to_string(version) +
                           ", this program reads version " + std::to_string(sweep_schema_version));
  }
  sweep_name = root_.text_attribute("sweep_name");
  sweep_sha256 = root_.text_attribute("sweep_sha256");
  program = root_.text_attribute("engine_version") + " (" + root_.text_attribute("commit") + ")";
  design = root_.text_attribute("design");
  seed = root_.unsigned_attribute("seed");
  paths_per_member = root_.unsigned_attribute("paths_per_member");
  members = root_.open_dataset("member").read_strings();
  minerals = root_.open_dataset("mineral").read_strings();
  const h5::Dataset scenario = root_.open_dataset("scenario");
  const std::vector<hsize_t> shape = scenario.shape();
  numbers.resize(shape.size() == 1 ? shape.front() : 0);
  scenario.read(h5::Type::i64, numbers.data(), numbers.size());
  names = texts_of(root_, "scenario_name", numbers.size(), file);
  messages = texts_of(root_, "message", numbers.size(), file);
  scenarios_ = texts_of(root_, "scenario_sha256", numbers.size(), file);
  networks_ = texts_of(root_, "network_hash", numbers.size(), file);
  digests_ = texts_of(root_, "digest", numbers.size(), file);
  if (root_.has("differences"))
    reference_name = root_.open_group("differences").text_attribute("reference_name");
  read_axes();
}

void SweepReader::read_axes() {
  axes = split(root_.text_attribute("axes"), ',');
  for (const std::string& axis : axes) {
    const h5::Dataset dataset = root_.open_dataset(axis);
    axis_is_text.push_back(dataset.holds_text());
    if (axis_is_text.back()) {
      axis_values.push_back(texts_of(root_, axis, numbers.size(), file));
      continue;
    }
    std::vector<double> values(numbers.size());
    dataset.read(h5::Type::f64, values.data(), values.size());
    const bool is_truth = dataset.has_attribute("dtype");
    std::vector<std::string> texts;
    for (const double value : values)
      texts.push_back(is_truth ? (value != 0.0 ? "true" : "false") : number_text(value));
    axis_values.push_back(std::move(texts));
  }
}

h5::Group SweepReader::group(const std::string& name) const {
  return name.empty() ? file_.root() : root_.open_group(name);
}

bool SweepReader::has(const std::string& group_name, const std::string& name) const {
  return (group_name.empty() || root_.has(group_name)) && group(group_name).has(name);
}

std::vector<double> SweepReader::values(const std::string& group_name, const std::string& name,
                                        std::size_t count) const {
  std::vector<double> values(count);
  group(group_name).open_dataset(name).read(h5::Type::f64, values.data(), count);
  return values;
}

std::vector<MemberRow> SweepReader::rows(const RowLayout& layout, std::size_t first,
                                         std::size_t n_rows) const {
  std::vector<MemberRow> rows(n_rows);
  for (std::size_t k = 0; k < n_rows; ++k) {
    const std::size_t at = first + k;
    rows[k] = {static_cast<std::uint64_t>(numbers[at]),
               messages[at],
               scenarios_[at],
               networks_[at],
               digests_[at],
               {}};
    if (!rows[k].failed()) rows[k].figures.resize(layout.bytes);
  }
  for (const RowColumn& column : layout.columns) {
    std::vector<std::byte> values(n_rows * column.bytes());
    group(column.group)
        .open_dataset(column.name)
        .read_rows(column.type, first, n_rows, values.data(), n_rows * column.count);
    for (std::size_t k = 0; k < n_rows; ++k) {
      if (rows[k].failed()) continue;
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(k * column.bytes());
      std::copy_n(from, column.bytes(),
                  rows[k].figures.begin() + static_cast<std::ptrdiff_t>(column.offset));
    }
  }
  return rows;
}

}  // namespace blocrisk
