/// Reads the file of a sweep: its members and axes, and its variables by name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/io/h5.hpp"
#include "host/sweep/row_layout.hpp"
#include "host/sweep/run_member.hpp"

namespace blocrisk {

[[nodiscard]] bool is_sweep_result(const h5::File& file);

class SweepReader {
 public:
  /// Throws EnvironmentError where the file cannot be read, is no sweep, or is of another version.
  explicit SweepReader(const std::filesystem::path& path);
  explicit SweepReader(h5::File opened);

  std::string file, sweep_name, sweep_sha256, design;
  std::string program;  ///< "version (commit)"
  std::uint64_t seed = 0, paths_per_member = 0;
  std::vector<std::string> members, minerals;  ///< ids
  std::vector<std::int64_t> numbers;           ///< of the scenarios
  std::vector<std::string> names, messages;    ///< [scenario]; the message of one that failed
  std::vector<std::string> axes;
  std::vector<std::vector<std::string>> axis_values;  ///< [axis][scenario], as text
  std::vector<bool> axis_is_text;                     ///< else numbers, or true and false
  std::string reference_name;                         ///< empty: no differences

  [[nodiscard]] bool is_sealed() const { return file_.is_sealed(); }
  [[nodiscard]] bool has(const std::string& group, const std::string& name) const;
  /// All values; throws EnvironmentError where there are not `count`.
  [[nodiscard]] std::vector<double> values(const std::string& group, const std::string& name,
                                           std::size_t count) const;

  /// Rows of consecutive scenarios, from the one at `first` on, as a journal has them. Throws
  /// EnvironmentError where the file does not hold what the layout says.
  [[nodiscard]] std::vector<MemberRow> rows(const RowLayout& layout, std::size_t first,
                                            std::size_t n_rows) const;

 private:
  [[nodiscard]] h5::Group group(const std::string& name) const;
  void read_axes();

  h5::File file_;
  h5::Group root_;
  std::vector<std::string> scenarios_, networks_, digests_;  ///< [scenario]
};

}  // namespace blocrisk
