/// A document to a Scenario: looks up each key and column, converts its value, and complains about
/// what is unknown, missing or of the wrong kind. Ranges and references are validation's business.
#pragma once

#include "host/scenario/document.hpp"

namespace blocrisk {

struct Converted {
  Scenario scenario;
  bool is_whole = true;  ///< false where a table or key column is missing, so that references mean nothing
};

[[nodiscard]] Converted convert(const Document& document, Complaints& complaints);

}  // namespace blocrisk
