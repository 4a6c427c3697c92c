#include "host/app/version.hpp"

#include "blocrisk_commit.hpp"  // written by commit.cmake at every build

namespace blocrisk {

std::string engine_version() { return BLOCRISK_VERSION; }
std::string engine_commit() { return BLOCRISK_COMMIT; }
std::string this_program() { return engine_version() + " (" + engine_commit() + ")"; }

std::string compiler_name() {
#ifdef __clang__
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

}  // namespace blocrisk
