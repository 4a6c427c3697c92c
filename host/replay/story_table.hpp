/// A story as tables for people, and as JSON and CSV for programs.
#pragma once

#include <string>

#include "host/replay/story.hpp"

namespace blocrisk {

/// The measures of the cells shown, worst shortfall first. Ends with a newline.
std::string measures_text(const Story& story);

/// One cell step by step: price, restriction, need, deliveries by supplier, stocks, what is unmet.
/// Steps in which nothing happens to the cell are left out, with a line of dots in their place.
/// Indices along the story's axes. Ends with a newline.
std::string steps_text(const Story& story, int member, int mineral);

/// One JSON object: the path's clock, measures, account in words, events, and every series through
/// time. What does not exist is null or absent; so are deliveries and causes of nothing.
std::string story_json(const Story& story, const Scenario& scenario);

/// time,month,member,mineral,stage,country,cause,quantity,unit,value: a row per value, without
/// what does not exist and without deliveries and causes of nothing.
std::string story_csv(const Story& story);

}  // namespace blocrisk
