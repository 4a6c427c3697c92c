/// Compares a result file with what it should hold, value by value and to the bit.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/io/result_writer.hpp"

namespace blocrisk {

/// Names of the variables, "timeline/price_ratio_mean", that are not in the file or hold other
/// values than `content` says. Attributes are not looked at. Throws EnvironmentError where the file
/// cannot be opened.
std::vector<std::string> wrong_variables(const std::filesystem::path& path,
                                         const ResultContent& content);

}  // namespace blocrisk
