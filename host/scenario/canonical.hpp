/// A scenario as one text that stands alone: every key with its value, every table inside, nothing
/// that does not matter to the result (comments, sources, notes, file names, spelling of numbers).
///
/// The text is itself a scenario file: `load_canonical` of it, or the parser from a file, gives an
/// equal scenario. Equal scenarios have equal texts.
#pragma once

#include <string>

#include "host/scenario/scenario.hpp"

namespace blocrisk {

[[nodiscard]] std::string canonical_text(const Scenario& scenario);

}  // namespace blocrisk
