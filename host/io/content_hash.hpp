/// A hash of what the variables of a file hold, by which damage shows before anybody builds on it:
/// small arrays lie in the file as they are, and nothing else would tell a flipped bit.
#pragma once

#include <string>

#include "host/io/h5.hpp"

namespace blocrisk {

inline constexpr const char* content_hash_attribute = "content_sha256";

/// Of the path and the values of every variable in the group, in order of creation. Throws
/// EnvironmentError where one cannot be read.
std::string content_sha256(const h5::Group& group);

}  // namespace blocrisk
