/// What a user asked to see, and in which units people read it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "host/scenario/nearest.hpp"
#include "host/support/error.hpp"

namespace blocrisk {

/// Throws UsageError where a name is not known: "--member: the result has no JPM; nearest: JPN".
inline void require_known(const std::string& option, const char* owner,
                          const std::vector<std::string>& asked,
                          const std::vector<std::string>& known) {
  for (const std::string& name : asked) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw UsageError(option + ": " + owner + " has no " + name + nearest_hint(name, known));
  }
}

/// Nobody asked for any: all are.
inline bool is_asked(const std::vector<std::string>& asked, const std::string& name) {
  return asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end();
}

/// What people read: per cent, months or million USD.
struct ReadableUnit {
  const char* name;
  double factor;
};
/// `unit`: as `unit_of` gives it.
inline ReadableUnit readable_unit(std::string_view unit) {
  if (unit == "USD") return {"million USD", 1e-6};
  if (unit == "months") return {"months", 1.0};
  return {"%", 100.0};
}

}  // namespace blocrisk
