/// Compares a result file with what it should hold, value by value and to the bit.
#pragma once

#include <string>
#include <vector>

#include "host/io/result_writer.hpp"

namespace blocrisk {

namespace h5 {
class File;
}

/// Names of the variables, "timeline/price_ratio_mean", that are not in the file or hold other
/// values than `content` says. Attributes are not looked at.
std::vector<std::string> wrong_variables(const h5::File& found, const ResultContent& content);

}  // namespace blocrisk
