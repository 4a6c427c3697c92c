/// Changes to a document by address, as in `--set` and `[set]`: keys, entries of arrays of tables,
/// cells of tables; to set, to multiply, to add.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/scenario/document.hpp"

namespace blocrisk {

struct Change {
  enum class Operation { set, multiply, add };
  Operation operation = Operation::set;
  Value operand;  ///< a number unless the operation is `set`
};

struct Assignment {
  std::string address;
  Change change;
};

/// Text "*0.8" and "+5" are operations; everything else is set as it is.
[[nodiscard]] Change change_from_value(const Value& value);

/// "address=value" as on a command line, the value in TOML or as bare text; nothing without a `=`.
[[nodiscard]] std::optional<Assignment> parse_assignment(std::string_view option,
                                                         SourceLine source);

/// The table whose path the address is, "nodes" for "network.nodes".
[[nodiscard]] std::optional<std::string_view> table_of_path(std::string_view address);

/// Complains where the address matches nothing, with the nearest that would, or where the change
/// makes no sense there.
void apply_assignment(Document& document, const Assignment& assignment, Complaints& complaints);

}  // namespace blocrisk
