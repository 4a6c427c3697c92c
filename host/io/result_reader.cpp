#include "host/io/result_reader.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <sstream>
#include <utility>

#include "host/io/h5.hpp"
#include "host/io/path_ranges.hpp"
#include "host/io/result_sections.hpp"
#include "host/io/state_arrays.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

template <typename Number>
std::vector<Number> read_all(const h5::Group& group, const std::string& name) {
  const h5::Dataset dataset = group.open_dataset(name);
  std::size_t count = 1;
  for (const hsize_t extent : dataset.shape()) count *= static_cast<std::size_t>(extent);
  std::vector<Number> values(count);
  dataset.read(h5::type_of<Number>(), values.data(), count);
  return values;
}

/// Throws where there is another number of them.
template <typename Number>
std::vector<Number> read_values(const h5::Group& group, const std::string& name,
                                std::size_t count) {
  std::vector<Number> values(count);
  group.open_dataset(name).read(h5::type_of<Number>(), values.data(), count);
  return values;
}

void check_schema(const h5::Group& root, const std::string& file) {
  const std::string schema = root.has_attribute("schema") ? root.text_attribute("schema") : "";
  if (schema == sweep_schema) {
    throw EnvironmentError(file +
                           " is the file of a sweep, which `blocrisk show` prints; this "
                           "command reads the result of one run");
  }
  if (schema != result_schema) {
    throw EnvironmentError(file + " is not a result of blocrisk");
  }
  const std::int64_t version = root.integer_attribute("schema_version");
  if (version != result_schema_version) {
    throw EnvironmentError(file + " has format version " + std::to_string(version) +
                           ", this program reads version " + std::to_string(result_schema_version));
  }
}

int small_count(const h5::Group& root, const std::string& name, const std::string& file) {
  const std::int64_t value = root.integer_attribute(name);
  if (value < 0 || value > std::numeric_limits<int>::max() / 12) {
    throw EnvironmentError(file + ": attribute " + name + " makes no sense");
  }
  return static_cast<int>(value);
}

Diagnostics read_diagnostics(const h5::Group& root, const ResultFacts& facts) {
  const h5::Group group = root.open_group("diagnostics");
  const std::size_t n_minerals = facts.minerals.size();
  Diagnostics found;
  found.stages = group.open_dataset("stage").read_strings();
  const std::size_t n_stages = found.stages.size();
  found.n1_coverage = read_values<double>(group, "n1_coverage", n_minerals);
  found.hhi = read_values<double>(group, "hhi", n_minerals * n_stages);
  found.import_reliance =
      read_values<double>(group, "import_reliance", facts.members.size() * n_minerals);
  found.calibration_scale = read_values<double>(group, "calibration_scale", n_minerals * n_stages);
  return found;
}

/// The facts but for the scales, which lie beside the sums they belong to.
ResultFacts read_facts(const h5::Group& root, const std::string& file) {
  ResultFacts facts;
  facts.members = root.open_dataset("member").read_strings();
  facts.minerals = root.open_dataset("mineral").read_strings();
  facts.start_date = root.text_attribute("start_date");
  facts.n_steps = small_count(root, "n_steps", file);
  facts.steps_per_year = small_count(root, "steps_per_year", file);
  facts.n_years = small_count(root, "n_years", file);
  facts.is_certain = root.integer_attribute("is_certain") != 0;
  facts.short_threshold = root.real_attribute("short_threshold");
  if (root.has("threshold")) facts.thresholds = read_all<double>(root, "threshold");
  facts.diagnostics = read_diagnostics(root, facts);
  return facts;
}

void read_scales(const h5::Group& accumulators, ResultFacts& facts) {
  const auto append = [&accumulators](const MeasureInfo& info, std::size_t count,
                                      std::vector<double>& into) {
    const h5::Group group = accumulators.open_group(group_of(info.kind));
    const auto scales = read_values<double>(group, scale_name(info), count);
    into.insert(into.end(), scales.begin(), scales.end());
  };
  const std::size_t n_members = facts.members.size();
  for (const MeasureInfo& info : measure_table)
    append(info, n_members * facts.minerals.size(), facts.measure_scale);
  for (const MeasureInfo& info : member_measure_table)
    append(info, n_members, facts.member_measure_scale);
}

void read_worst(const h5::Group& root, const std::string& name, std::vector<WorstList>& lists) {
  std::vector<std::int64_t> paths(lists.size() * n_worst_paths);
  std::vector<double> values(paths.size());
  root.open_dataset(name).read(h5::Type::i64, paths.data(), paths.size());
  root.open_dataset(name + "_value").read(h5::Type::f64, values.data(), values.size());
  for (std::size_t cell = 0; cell < lists.size(); ++cell) {
    std::vector<WorstPath> sorted;
    for (std::size_t i = cell * n_worst_paths; i < (cell + 1) * n_worst_paths; ++i) {
      if (paths[i] < 0) break;
      sorted.push_back({static_cast<float>(values[i]), static_cast<std::uint64_t>(paths[i])});
    }
    lists[cell].assign(std::move(sorted));
  }
}

void read_digests(const h5::Group& accumulators, Accumulators& state) {
  if (!accumulators.has("block")) return;
  const auto blocks = read_all<std::uint64_t>(accumulators, "block");
  std::vector<std::uint64_t> digests(blocks.size());
  accumulators.open_dataset("block_digest").read(h5::Type::u64, digests.data(), digests.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) state.block_digest[blocks[i]] = digests[i];
}

/// The draws and what they are of; absent where no input is uncertain.
void read_uncertain(const h5::Group& root, StoredResult& result) {
  if (!root.has("uncertain")) return;
  const h5::Group group = root.open_group("uncertain");
  const std::vector<std::string> names = group.open_dataset("input").read_strings();
  const auto texts = [&group, &names](const std::string& attribute) {
    std::vector<std::string> lines = lines_of(group.text_attribute(attribute));
    lines.resize(names.size());
    return lines;
  };
  const std::vector<std::string> addresses = texts("addresses");
  const std::vector<std::string> distributions = texts("distributions");
  for (std::size_t i = 0; i < names.size(); ++i)
    result.facts.uncertain.push_back({names[i], addresses[i], distributions[i]});
  const auto numbers = read_all<std::int64_t>(group, "draw");
  const auto values = read_values<double>(group, "value", numbers.size() * names.size());
  const auto paths = read_values<std::uint64_t>(group, "paths", numbers.size());
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    DrawSums& sums = result.accumulators.draws[static_cast<std::uint64_t>(numbers[k])];
    sums.n_paths = paths[k];
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(k * names.size());
    sums.inputs.assign(first, first + static_cast<std::ptrdiff_t>(names.size()));
  }
  const auto append = [&](const MeasureInfo& info, std::size_t cells) {
    const auto sums =
        read_values<std::uint64_t>(group, draw_sum_name(info), numbers.size() * cells);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const auto first = sums.begin() + static_cast<std::ptrdiff_t>(k * cells);
      std::vector<std::uint64_t>& into =
          result.accumulators.draws[static_cast<std::uint64_t>(numbers[k])].sums;
      into.insert(into.end(), first, first + static_cast<std::ptrdiff_t>(cells));
    }
  };
  const AccumulatorShape& shape = result.accumulators.shape;
  for (const MeasureInfo& info : measure_table)
    append(info, static_cast<std::size_t>(shape.n_cells()));
  for (const MeasureInfo& info : member_measure_table)
    append(info, static_cast<std::size_t>(shape.n_members));
}

Accumulators read_accumulators(const h5::Group& root, const h5::Group& group,
                               AccumulatorShape shape) {
  Accumulators state(shape);
  state.n_paths = root.unsigned_attribute("paths_done");
  for (const auto& array : state_arrays(state)) {
    const std::string name = array.group.empty() ? array.name : array.group + "/" + array.name;
    group.open_dataset(name).read(h5::Type::u64, array.data, array.count);
  }
  read_worst(root, "worst_path", state.worst);
  read_worst(root, "member_worst_path", state.member_worst);
  read_digests(group, state);
  return state;
}

Samples read_samples(const h5::Group& root, AccumulatorShape shape) {
  if (!root.has("samples")) return {};
  const h5::Group group = root.open_group("samples");
  const auto paths = read_all<std::int64_t>(group, "path");
  if (paths.empty()) return {};
  Samples samples(static_cast<std::uint64_t>(paths.front()), paths.size(), shape.n_members,
                  shape.n_minerals, shape.n_years);
  const auto read = [&group](const MeasureInfo& info, std::vector<float>& values) {
    if (!values.empty())
      group.open_dataset(info.name).read(h5::Type::f32, values.data(), values.size());
  };
  for (std::size_t k = 0; k < samples.measure.size(); ++k)
    read(measure_table[k], samples.measure[k]);
  for (std::size_t k = 0; k < samples.member_measure.size(); ++k) {
    read(member_measure_table[k], samples.member_measure[k]);
  }
  return samples;
}

std::optional<AttributionFigures> read_attribution(const h5::Group& root,
                                                   const ResultFacts& facts) {
  if (!root.has("attribution")) return std::nullopt;
  const h5::Group group = root.open_group("attribution");
  const std::size_t n_cells = facts.members.size() * facts.minerals.size();
  AttributionFigures figures;
  figures.n_paths = group.unsigned_attribute("paths");
  figures.countries = group.open_dataset("country").read_strings();
  const std::size_t n_values = n_cells * figures.countries.size() * n_causes;
  figures.tail_paths = read_values<std::int64_t>(group, "tail_paths", n_cells);
  figures.expected = read_values<double>(group, "expected", n_values);
  figures.tail = read_values<double>(group, "tail", n_values);
  return figures;
}

Convergence read_convergence(const h5::Group& root, AccumulatorShape shape) {
  Convergence convergence;
  if (!root.has("convergence")) return convergence;
  const h5::Group group = root.open_group("convergence");
  for (const std::int64_t paths : read_all<std::int64_t>(group, "paths_done"))
    convergence.paths_done.push_back(static_cast<std::uint64_t>(paths));
  for (Convergence::Series& series : convergence.series) {
    const std::string name = variable_of(series.figure);
    const std::size_t count =
        convergence.paths_done.size() * static_cast<std::size_t>(series.figure.n_rows(shape));
    series.value = read_values<double>(group, name, count);
    series.half_width = read_values<double>(group, name + "_half_width", count);
  }
  return convergence;
}

RunOrigin read_origin(const h5::Group& root) {
  RunOrigin origin;
  origin.scenario_name = root.text_attribute("scenario_name");
  origin.scenario_text = root.text_attribute("scenario");
  origin.scenario_sha256 = root.text_attribute("scenario_sha256");
  origin.network_hash = root.text_attribute("network_hash");
  origin.generator = root.has_attribute("generator") ? root.text_attribute("generator") : "";
  origin.seed = root.unsigned_attribute("seed");
  origin.paths_asked = root.unsigned_attribute("paths_asked");
  origin.ranges = parse_path_ranges(root.text_attribute("path_ranges"));
  origin.stop_reason = root.text_attribute("stop_reason");
  if (root.has_attribute("samples_asked"))
    origin.samples_asked = root.unsigned_attribute("samples_asked");
  origin.engine_version = root.text_attribute("engine_version");
  origin.commit = root.text_attribute("commit");
  if (root.has_attribute("precision_asked")) {
    origin.precision = PrecisionFacts{root.real_attribute("precision_asked"),
                                      root.real_attribute("precision_reached"),
                                      root.text_attribute("precision_widest"),
                                      root.text_attribute("precision_on"),
                                      root.text_attribute("precision_for"),
                                      root.has_attribute("precision_least_paths")
                                          ? root.unsigned_attribute("precision_least_paths")
                                          : 0};
  }
  if (!root.has_attribute("backend")) return origin;
  VolatileFacts& facts = origin.volatile_facts.emplace();
  facts.backend = root.text_attribute("backend");
  facts.device = root.text_attribute("devices");
  facts.compiler = root.text_attribute("compiler");
  facts.command_line = root.text_attribute("command_line");
  facts.started_at = root.text_attribute("start_time");
  facts.finished_at = root.text_attribute("end_time");
  facts.sampling_s = root.real_attribute("sampling_s");
  facts.paths_per_s = root.real_attribute("paths_per_s");
  if (root.has_attribute("merged_from")) facts.merged_from = root.text_attribute("merged_from");
  return origin;
}

}  // namespace

StoredResult read_result(const h5::File& file) {
  const h5::Group root = file.root();
  check_schema(root, *file.name());
  StoredResult result;
  result.facts = read_facts(root, *file.name());
  const h5::Group accumulators = root.open_group("accumulators");
  read_scales(accumulators, result.facts);
  result.accumulators = read_accumulators(root, accumulators, result.facts.shape());
  read_uncertain(root, result);
  result.samples = read_samples(root, result.facts.shape());
  result.attribution = read_attribution(root, result.facts);
  result.origin = read_origin(root);
  result.convergence = read_convergence(root, result.facts.shape());
  return result;
}

StoredResult read_result(const std::filesystem::path& path) {
  return read_result(h5::File::open(path));
}

StoredResult read_intact_result(const std::filesystem::path& path) {
  const h5::File file = h5::File::open(path);
  if (file.is_sealed()) return read_result(file);
  throw EnvironmentError(path.string() +
                         " was changed since blocrisk wrote it: it has lost its seal; `blocrisk "
                         "verify` says whether its numbers are what its paths give");
}

}  // namespace blocrisk
