#include "host/replay/check_path.hpp"

#include <bit>
#include <string>

#include "host/support/error.hpp"

namespace blocrisk {
namespace {

class Checker {
 public:
  Checker(const StoredResult& result, const PathMeasures& path) : result_(result), path_(path) {}

  int run() {
    check_worst_lists();
    if (result_.samples.holds(path_.path())) check_samples();
    return n_compared_;
  }

 private:
  void compare(float stored, float again, const char* what) {
    ++n_compared_;
    if (std::bit_cast<std::uint32_t>(stored) == std::bit_cast<std::uint32_t>(again)) return;
    throw VerificationError("path " + std::to_string(path_.path()) + " has another " + what +
                            " than the result: " + std::to_string(again) + ", stored " +
                            std::to_string(stored));
  }

  void check_worst_lists() {
    const int n_minerals = path_.values.n_minerals;
    const auto& cells = result_.accumulators.worst;
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
      const int at = static_cast<int>(cell);
      for (const WorstPath& worst : cells[cell].paths()) {
        if (worst.path != path_.path()) continue;
        compare(worst.value, path_.of(Measure::shortfall, at / n_minerals, at % n_minerals),
                measure_table[static_cast<std::size_t>(Measure::shortfall)].name);
      }
    }
    const auto& members = result_.accumulators.member_worst;
    for (std::size_t member = 0; member < members.size(); ++member) {
      for (const WorstPath& worst : members[member].paths()) {
        if (worst.path != path_.path()) continue;
        compare(worst.value, path_.of(MemberMeasure::loss, static_cast<int>(member)),
                member_measure_table[static_cast<std::size_t>(MemberMeasure::loss)].name);
      }
    }
  }

  void check_samples() {
    const Samples& stored = result_.samples;
    for (std::size_t k = 0; k < stored.measure.size(); ++k)
      check_row(stored.measure[k], path_.values.measure[k], measure_table[k].name);
    for (std::size_t k = 0; k < stored.member_measure.size(); ++k) {
      check_row(stored.member_measure[k], path_.values.member_measure[k],
                member_measure_table[k].name);
    }
  }

  /// The path's row among all samples of a measure.
  void check_row(const std::vector<float>& all, const std::vector<float>& row, const char* what) {
    const std::size_t first = (path_.path() - result_.samples.first_path) * row.size();
    for (std::size_t k = 0; k < row.size(); ++k) compare(all[first + k], row[k], what);
  }

  const StoredResult& result_;
  const PathMeasures& path_;
  int n_compared_ = 0;
};

}  // namespace

int check_path(const StoredResult& result, const PathMeasures& path) {
  return Checker(result, path).run();
}

}  // namespace blocrisk
