#include "host/io/result_check.hpp"

#include "host/io/h5.hpp"
#include "host/io/result_sections.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

bool is_same(const h5::Dataset& expected, const h5::Dataset& found) {
  if (expected.shape() != found.shape() || expected.holds_text() != found.holds_text())
    return false;
  return expected.holds_text() ? expected.read_strings() == found.read_strings()
                               : expected.read_bytes() == found.read_bytes();
}

/// A variable that is absent or cannot be read is as wrong as one with other values.
bool is_right(const h5::Group& expected, const h5::Group& found, const std::string& name) {
  try {
    return is_same(expected.open_dataset(name), found.open_dataset(name));
  } catch (const EnvironmentError&) {
    return false;
  }
}

void compare(const h5::Group& expected, const h5::Group& found, const std::string& path,
             std::vector<std::string>& wrong) {
  for (const std::string& name : expected.members()) {
    if (!expected.is_group(name)) {
      if (!is_right(expected, found, name)) wrong.push_back(path + name);
    } else if (found.has(name) && found.is_group(name)) {
      compare(expected.open_group(name), found.open_group(name), path + name + "/", wrong);
    } else {
      wrong.push_back(path + name);
    }
  }
}

}  // namespace

std::vector<std::string> wrong_variables(const h5::File& found, const ResultContent& content) {
  const h5::File expected = build_result("what " + *found.name() + " should hold", content);
  std::vector<std::string> wrong;
  compare(expected.root(), found.root(), "", wrong);
  return wrong;
}

}  // namespace blocrisk
