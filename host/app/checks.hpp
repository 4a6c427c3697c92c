/// Checks of option values that CLI11 has none for.
#pragma once

#include <string>

#include <CLI/App.hpp>

namespace blocrisk {

/// An empty name is a shell variable that was not set, never a file.
inline CLI::Validator names_a_file() {
  return {[](const std::string& text) {
            return std::string(text.empty() ? "must name a file, is empty" : "");
          },
          ""};
}

}  // namespace blocrisk
