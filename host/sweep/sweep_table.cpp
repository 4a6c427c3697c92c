#include "host/sweep/sweep_table.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/analysis/columns.hpp"
#include "host/analysis/levels.hpp"
#include "host/analysis/selection.hpp"
#include "host/analysis/table_rows.hpp"
#include "host/scenario/csv.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"
#include "host/sweep/keep.hpp"
#include "kernels/model/measures.hpp"

namespace blocrisk {
namespace {

bool is_of_member(const std::string& measure) { return measure.starts_with("member_"); }

const char* unit_of_measure(const std::string& measure) {
  for (const MeasureInfo& info : measure_table) {
    if (measure == info.name) return unit_of(info.kind);
  }
  return is_of_member(measure) ? "USD" : "1";
}

/// One figure of one scenario, or of one axis, with its 95 % interval.
struct SweepEntry {
  std::size_t row = 0;  ///< scenario's or axis' place in the file
  std::string member, mineral, figure, unit;
  double value = 0.0, low = 0.0, high = 0.0;
};

/// A variable of the file that a table shows.
struct Shown {
  std::string group, name, figure, unit;
  bool has_levels = false;  ///< then at 95 %
};

std::vector<Shown> shown_by(const SweepSelection& selection) {
  const std::string& measure = selection.measure;
  const char* unit = unit_of_measure(measure);
  const bool is_probability = measure == "short_probability";
  switch (selection.table) {
    case SweepTable::figures:
      if (is_probability) return {{"", measure, "probability", unit}};
      return {{"", measure + "_mean", "mean", unit}, {"", measure + "_cvar", "cvar95", unit, true}};
    case SweepTable::differences:
      if (is_probability) return {{"differences", measure + "_difference", "difference", unit}};
      return {{"differences", measure + "_mean_difference", "mean_difference", unit},
              {"differences", measure + "_cvar95_difference", "cvar95_difference", unit}};
    case SweepTable::indices:
      if (is_probability)
        return {{"indices", measure + "_first_order", "first_order", "1"},
                {"indices", measure + "_total", "total", "1"}};
      return {{"indices", measure + "_mean_first_order", "mean_first_order", "1"},
              {"indices", measure + "_mean_total", "mean_total", "1"},
              {"indices", measure + "_cvar_first_order", "cvar95_first_order", "1", true},
              {"indices", measure + "_cvar_total", "cvar95_total", "1", true}};
  }
  return {};
}

void require_group(const SweepReader& file, SweepTable table) {
  if (table == SweepTable::differences && !file.has("", "differences"))
    throw EnvironmentError(file.file + " holds no differences: its sweep names no reference");
  if (table == SweepTable::indices && !file.has("", "indices")) {
    throw EnvironmentError(file.file +
                           " holds no indices: they take all members of a `saltelli` design");
  }
}

class EntryReader {
 public:
  EntryReader(const SweepReader& file, const SweepSelection& selection)
      : file_(file), selection_(selection), of_member_(is_of_member(selection.measure)) {
    n_rows_ = selection.table == SweepTable::indices ? file.axes.size() : file.numbers.size();
  }

  void append(const Shown& shown, std::vector<SweepEntry>& into) const {
    const std::vector<double> value = read(shown, shown.name);
    const std::vector<double> low = read(shown, shown.name + "_lo");
    const std::vector<double> high = read(shown, shown.name + "_hi");
    const std::size_t n_minerals = of_member_ ? 1 : file_.minerals.size();
    const std::size_t n_cells = file_.members.size() * n_minerals;
    const std::size_t n_levels = shown.has_levels ? tail_levels.size() : 1;
    for (std::size_t mineral = 0; mineral < n_minerals; ++mineral) {
      const std::string mineral_name = of_member_ ? "" : file_.minerals[mineral];
      if (!of_member_ && !is_asked(selection_.minerals, mineral_name)) continue;
      for (std::size_t member = 0; member < file_.members.size(); ++member) {
        if (!is_asked(selection_.members, file_.members[member])) continue;
        for (std::size_t row = 0; row < n_rows_; ++row) {
          const std::size_t cell = row * n_cells + member * n_minerals + mineral;
          const std::size_t at = cell * n_levels + (shown.has_levels ? tail_level_95 : 0);
          into.push_back({row, file_.members[member], mineral_name, shown.figure, shown.unit,
                          value[at], low[at], high[at]});
        }
      }
    }
  }

 private:
  std::vector<double> read(const Shown& shown, const std::string& name) const {
    const std::size_t n_minerals = of_member_ ? 1 : file_.minerals.size();
    const std::size_t n_levels = shown.has_levels ? tail_levels.size() : 1;
    return file_.values(shown.group, name, n_rows_ * file_.members.size() * n_minerals * n_levels);
  }

  const SweepReader& file_;
  const SweepSelection& selection_;
  bool of_member_;
  std::size_t n_rows_;
};

// ---- for people

ReadableUnit unit_in(SweepTable table, const std::string& unit) {
  if (table == SweepTable::indices) return {"share of the variance", 1.0};
  const ReadableUnit readable = readable_unit(unit);
  const bool is_percent = readable.factor == 100.0;
  return {is_percent && table == SweepTable::differences ? "percentage points" : readable.name,
          readable.factor};
}

/// Up to two decimals, fewer of what is large.
std::string plain_number(double value) {
  const double size = std::fabs(value);
  return fixed(value, size < 99.995 ? 2 : size < 999.95 ? 1 : 0);
}

std::string cell_text(const SweepEntry& entry, ReadableUnit scale, SweepTable table) {
  if (!std::isfinite(entry.value)) return "-";
  if (table == SweepTable::figures) return plain_number(scale.factor * entry.value);
  const auto number = [&](double value) {
    return table == SweepTable::differences ? signed_number(scale.factor * value)
                                            : plain_number(scale.factor * value);
  };
  return number(entry.value) + " [" + number(entry.low) + ", " + number(entry.high) + "]";
}

/// One figure of one mineral, or of members: rows of scenarios or axes, a column a member.
std::string block_text(const SweepReader& file, const SweepSelection& selection,
                       const std::vector<SweepEntry>& entries) {
  const SweepEntry& first = entries.front();
  const ReadableUnit scale = unit_in(selection.table, first.unit);
  std::vector<Column> columns;
  for (const SweepEntry& entry : entries) {
    if (columns.empty() || columns.back().heading != entry.member)
      columns.push_back({entry.member, {}});
    columns.back().cells.push_back(cell_text(entry, scale, selection.table));
  }
  std::string title = selection.measure + ", " + first.figure + ", " + scale.name;
  if (selection.table == SweepTable::differences)
    title += ", less that of \"" + file.reference_name + "\"";
  if (!first.mineral.empty()) title += ": " + first.mineral;
  const bool by_axis = selection.table == SweepTable::indices;
  return title + "\n" +
         columns_text(by_axis ? "axis" : "scenario", by_axis ? file.axes : file.names, columns);
}

// ---- for programs

void append_entry(JsonWriter& json, const SweepReader& file, const SweepSelection& selection,
                  const SweepEntry& entry) {
  json.begin_object();
  if (selection.table == SweepTable::indices) {
    json.member("axis", file.axes[entry.row]);
  } else {
    json.member("scenario", file.numbers[entry.row]);
  }
  json.member("member", entry.member);
  if (!entry.mineral.empty()) json.member("mineral", entry.mineral);
  json.member("figure", entry.figure).member("unit", entry.unit).member("value", entry.value);
  json.member("lo", entry.low).member("hi", entry.high).end_object();
}

std::vector<SweepEntry> sweep_entries(const SweepReader& file, const SweepSelection& selection) {
  require_known("--measure", "the sweep", {selection.measure}, known_measures());
  require_known("--member", "the sweep", selection.members, file.members);
  require_known("--mineral", "the sweep", selection.minerals, file.minerals);
  require_group(file, selection.table);
  std::vector<SweepEntry> entries;
  bool is_there = false;
  for (const Shown& shown : shown_by(selection)) {
    if (!file.has(shown.group, shown.name)) continue;
    is_there = true;
    EntryReader(file, selection).append(shown, entries);
  }
  if (!is_there) {
    throw UsageError("--measure: " + file.file + " does not hold " + selection.measure +
                     (shown_by(selection).front().group.empty()
                          ? ""
                          : " in /" + shown_by(selection).front().group));
  }
  return entries;
}

}  // namespace

std::string sweep_text(const SweepReader& file, const SweepSelection& selection) {
  const std::vector<SweepEntry> entries = sweep_entries(file, selection);
  std::string text;
  for (std::size_t first = 0; first < entries.size();) {
    std::vector<SweepEntry> block;
    std::size_t end = first;
    bool has_any = false;
    for (; end < entries.size() && entries[end].figure == entries[first].figure &&
           entries[end].mineral == entries[first].mineral;
         ++end) {
      block.push_back(entries[end]);
      has_any = has_any || std::isfinite(entries[end].value);
    }
    if (has_any) text += (text.empty() ? "" : "\n") + block_text(file, selection, block);
    first = end;
  }
  return text;
}

std::string sweep_json(const SweepReader& file, const SweepSelection& selection) {
  JsonWriter json;
  json.begin_object()
      .member("sweep", file.sweep_name)
      .member("design", file.design)
      .member("seed", file.seed)
      .member("paths_per_member", file.paths_per_member);
  json.key("scenarios").begin_array();
  for (std::size_t k = 0; k < file.numbers.size(); ++k) {
    json.begin_object().member("scenario", file.numbers[k]).member("name", file.names[k]);
    json.member("status", file.messages[k].empty() ? "done" : "failed");
    if (!file.messages[k].empty()) json.member("message", file.messages[k]);
    json.key("axes").begin_object();
    for (std::size_t axis = 0; axis < file.axes.size(); ++axis) {
      const std::string& value = file.axis_values[axis][k];
      json.key(file.axes[axis]);
      file.axis_is_text[axis] ? json.value(value) : json.raw(value);
    }
    json.end_object().end_object();
  }
  json.end_array().member("measure", selection.measure).key("rows").begin_array();
  for (const SweepEntry& entry : sweep_entries(file, selection))
    append_entry(json, file, selection, entry);
  json.end_array().end_object();
  return json.text() + "\n";
}

std::string sweep_csv(const SweepReader& file, const SweepSelection& selection) {
  const bool by_axis = selection.table == SweepTable::indices;
  std::string text = by_axis ? "axis" : "scenario,scenario_name";
  for (const std::string& axis : file.axes) text += by_axis ? "" : "," + axis;
  text += ",member,mineral,figure,unit,value,lo,hi\n";
  for (const SweepEntry& entry : sweep_entries(file, selection)) {
    if (by_axis) {
      text += file.axes[entry.row];
    } else {
      text += std::to_string(file.numbers[entry.row]) + "," + csv_cell(file.names[entry.row]);
      for (const auto& values : file.axis_values) text += "," + csv_cell(values[entry.row]);
    }
    text += "," + csv_cell(entry.member) + "," + csv_cell(entry.mineral) + "," + entry.figure +
            "," + entry.unit + "," + csv_number(entry.value) + "," + csv_number(entry.low) + "," +
            csv_number(entry.high) + "\n";
  }
  return text;
}

}  // namespace blocrisk
