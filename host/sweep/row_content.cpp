#include "host/sweep/row_content.hpp"

#include <cstdint>
#include <cstring>

namespace blocrisk {
namespace {

void append_number(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_text(std::string& bytes, const std::string& text) {
  append_number(bytes, text.size());
  bytes += text;
}

/// Takes numbers and texts off the front; false once it runs out.
class ContentReader {
 public:
  explicit ContentReader(std::string_view bytes) : rest_(bytes) {}

  bool take(std::uint64_t& number) {
    if (rest_.size() < sizeof number) return false;
    std::memcpy(&number, rest_.data(), sizeof number);
    rest_.remove_prefix(sizeof number);
    return true;
  }
  bool take(std::string& text) {
    std::uint64_t size = 0;
    if (!take(size) || size > rest_.size()) return false;
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace

std::string content_of(const MemberRow& row) {
  std::string bytes;
  append_number(bytes, row.member);
  for (const std::string* text :
       {&row.message, &row.scenario_sha256, &row.network_hash, &row.digest})
    append_text(bytes, *text);
  bytes.append(reinterpret_cast<const char*>(row.figures.data()), row.figures.size());
  return bytes;
}

std::optional<MemberRow> row_from(std::string_view content, std::size_t figure_bytes) {
  ContentReader reader(content);
  MemberRow row;
  if (!reader.take(row.member) || !reader.take(row.message) || !reader.take(row.scenario_sha256) ||
      !reader.take(row.network_hash) || !reader.take(row.digest)) {
    return std::nullopt;
  }
  const std::string_view figures = reader.rest();
  if (figures.size() != (row.failed() ? 0 : figure_bytes)) return std::nullopt;
  const auto* const first = reinterpret_cast<const std::byte*>(figures.data());
  row.figures.assign(first, first + figures.size());
  return row;
}

}  // namespace blocrisk
