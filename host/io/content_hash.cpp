#include "host/io/content_hash.hpp"

#include <string_view>
#include <vector>

#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

std::string hash_of(const h5::Dataset& dataset) {
  if (!dataset.holds_text()) {
    const std::vector<std::byte> bytes = dataset.read_bytes();
    return sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  std::string lines;
  for (const std::string& text : dataset.read_strings()) lines += text + "\n";
  return sha256(lines);
}

/// A line per variable.
void list_hashes(const h5::Group& group, const std::string& path, std::string& lines) {
  for (const std::string& name : group.members()) {
    if (group.is_group(name)) {
      list_hashes(group.open_group(name), path + name + "/", lines);
    } else {
      lines += path + name + " " + hash_of(group.open_dataset(name)) + "\n";
    }
  }
}

}  // namespace

std::string content_sha256(const h5::Group& group) {
  std::string lines;
  list_hashes(group, "", lines);
  return sha256(lines);
}

}  // namespace blocrisk
