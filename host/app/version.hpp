/// Which engine this is, for `--version` and the result file.
#pragma once

#include <string>

namespace blocrisk {

std::string engine_version();
/// Commit of the source folder when it was built, "+changes" where it held more; "unknown" outside
/// git.
std::string engine_commit();
/// Both, "0.1.0 (0123456789ab)".
std::string this_program();
std::string compiler_name();

}  // namespace blocrisk
