#include "tests/fuzz/read_input.hpp"

#include <stdexcept>
#include <vector>

#include "host/scenario/calibrate.hpp"
#include "host/scenario/canonical.hpp"
#include "host/scenario/csv.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/scenario/parse.hpp"

namespace blocrisk::fuzz {
namespace {

constexpr std::uint64_t n_draws = 2;  // the ends of each input are tried by OuterDraws itself

std::vector<std::string> options_in(std::string_view text) {
  constexpr std::string_view mark = "#--set ";
  std::vector<std::string> options;
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at)) {
    at += mark.size();
    const std::size_t end = text.find('\n', at);
    options.emplace_back(text.substr(at, end == std::string_view::npos ? end : end - at));
  }
  return options;
}

void calibrate_all(const Scenario& scenario) {
  const auto draws = outer_draws_of(scenario);
  if (!draws) return (void)calibrate(scenario);
  for (std::uint64_t draw = 0; draw < n_draws; ++draw) (void)draws->network(draw);
}

}  // namespace

Reading read_scenario(std::string_view text) {
  try {
    const Scenario scenario = load_canonical(text, "input", options_in(text));
    const std::string canonical = canonical_text(scenario);
    if (!(load_canonical(canonical) == scenario))
      throw std::logic_error("the canonical text is another scenario:\n" + canonical);
    calibrate_all(scenario);
    return {true, {}};
  } catch (const Error& error) {
    // Another file that cannot be read (exit 4) is as good a refusal.
    Reading refusal{false, error.what()};
    if (refusal.message.empty()) throw std::logic_error("refused without a word");
    return refusal;
  }
}

void read_csv(std::string_view text) {
  const Csv table = parse_csv(text);
  std::string written;
  for (const CsvRow& row : table.rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      written += (i == 0 ? "" : ",") + csv_cell(row.cells[i]);
    written += '\n';
  }
  const Csv again = parse_csv(written);
  if (again.rows.size() != table.rows.size())
    throw std::logic_error("a table of other length after writing it:\n" + written);
  for (std::size_t i = 0; i < again.rows.size(); ++i) {
    if (again.rows[i].cells != table.rows[i].cells)
      throw std::logic_error("other cells after writing them:\n" + written);
  }
}

}  // namespace blocrisk::fuzz
