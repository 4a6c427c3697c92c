/// A document to a Scenario: looks up each key and column, converts its value, and complains about
/// what is unknown, missing or of the wrong kind. Ranges and references are validation's business.
#pragma once

#include "host/scenario/document.hpp"
#include "host/scenario/findings.hpp"

namespace blocrisk {

struct Converted {
  Scenario scenario;
  Unreadable unreadable;
};

[[nodiscard]] Converted convert(const Document& document, Complaints& complaints);

}  // namespace blocrisk
