#include "host/report/page.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "host/support/error.hpp"

namespace blocrisk {
namespace {

/// Each of `special` replaced by what stands beside it.
template <std::size_t N>
std::string replace_each(std::string_view text,
                         const std::array<std::pair<char, std::string_view>, N>& special) {
  std::string safe;
  safe.reserve(text.size());
  for (const char character : text) {
    std::string_view replacement(&character, 1);
    for (const auto& [from, to] : special) {
      if (character == from) replacement = to;
    }
    safe += replacement;
  }
  return safe;
}

std::string as_html_text(std::string_view text) {
  constexpr std::array<std::pair<char, std::string_view>, 3> special{
      {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}}};
  return replace_each(text, special);
}

/// In JSON these stand in strings only, where an escape means the same; raw, "</script>" or "<!--"
/// would end the element that holds the data.
std::string as_script_text(std::string_view json) {
  constexpr std::array<std::pair<char, std::string_view>, 3> special{
      {{'<', "\\u003c"}, {'>', "\\u003e"}, {'&', "\\u0026"}}};
  return replace_each(json, special);
}

}  // namespace

void require_page(std::string_view page) {
  if (page.empty()) {
    throw EnvironmentError(
        "this program was built without the plotting library of `report`; install libjs-vega, then "
        "configure and build again");
  }
}

std::string fill_page(std::string_view page, std::string_view title, std::string_view data) {
  constexpr std::string_view title_mark = "{{title}}", data_mark = "{{data}}";
  // Places first: a title may well read "{{data}}".
  const std::size_t title_at = page.find(title_mark);
  const std::size_t data_at = page.find(data_mark, title_at);
  const std::size_t between = title_at + title_mark.size();
  std::string filled(page.substr(0, title_at));
  filled += as_html_text(title);
  filled += page.substr(between, data_at - between);
  filled += as_script_text(data);
  filled += page.substr(data_at + data_mark.size());
  return filled;
}

}  // namespace blocrisk
