/// One mistake in a scenario, told so that its author can mend it: file, line, key, value, what is
/// allowed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace blocrisk {

struct Complaint {
  std::string file;     ///< path, or the option that said it; empty for a scenario built by hand
  int line = 0;         ///< 0: no line
  std::string key;      ///< address as in `--set`; may be empty
  std::string value;    ///< as written; may be empty
  std::string message;  ///< what is allowed, or what is wrong
};

inline constexpr std::size_t max_printed_complaints = 50;

/// `file:line: key = value (message)`, on one line whatever the parts hold.
[[nodiscard]] std::string format_complaint(const Complaint& complaint);

/// One line each; beyond `max_printed_complaints`, how many more there are.
/// `n_unlisted` counts those that were not even kept.
[[nodiscard]] std::string format_complaints(const std::vector<Complaint>& complaints,
                                            std::size_t n_unlisted = 0);

}  // namespace blocrisk
