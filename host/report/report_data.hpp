/// All that a report shows, as one JSON object, the page's only input. Leaves its looks to page/.
///
/// {"scenario", "names", "axes", "summary", "timeline", "diagnostics", "attribution", "uncertain",
/// "adjustments", "origin"}. Variables have the names, axes and values of the result file, as
/// arrays in arrays, so that `summary.shortfall_cvar[member][mineral][level]` is the file's
/// `shortfall_cvar`. What is not finite is null: the upper end of an interval that has none, what
/// does not exist. "attribution" and "adjustments" are null where there is nothing to tell them
/// from.
///
/// Each entry of "worst_paths" is an object with the path's number and value; the first of a list
/// has its story too, unless the paths could not be replayed.
#pragma once

#include <optional>
#include <string>

#include "host/analysis/summary.hpp"
#include "host/io/result.hpp"
#include "host/report/path_stories.hpp"
#include "host/report/scenario_facts.hpp"

namespace blocrisk {

struct ReportSource {
  std::string result_file;  ///< as the user named it
  const StoredResult& result;
  const Summary& summary;
  const std::optional<ScenarioFacts>& scenario;
  const std::optional<PathStories>& stories;
};

std::string report_data(const ReportSource& source);

}  // namespace blocrisk
