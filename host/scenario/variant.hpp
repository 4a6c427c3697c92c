/// Variants of a scenario that is in memory: its document once, changes by address on a copy.
/// What outer draws and the members of a sweep are made by.
#pragma once

#include <span>

#include "host/scenario/document.hpp"
#include "host/scenario/overrides.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// The scenario as a document, which addresses reach into. Its tables are inside.
[[nodiscard]] Document document_of(const Scenario& scenario);

/// The document with the changes applied in their order, read and validated. A table's path is
/// relative to the working directory. Throws ScenarioError with every complaint; lines are of a
/// text that nobody wrote.
[[nodiscard]] Scenario changed(const Document& document, std::span<const Assignment> changes);

}  // namespace blocrisk
