/// The page of a report around its data: template, style, scripts and plotting library are part of
/// the program. Leaves what the data are to report_data.hpp.
#pragma once

#include <string>
#include <string_view>

namespace blocrisk {

/// The page of this program, with {{title}} and {{data}} still to fill in; empty where it was built
/// without the plotting library. Defined by what embed.cmake writes.
extern const std::string_view embedded_page;

/// Throws EnvironmentError where there is no page to fill in.
void require_page(std::string_view page);

/// A self-contained HTML document. `title`: any text; `data`: one JSON value. Both may hold
/// anything a scenario can say, such as "</script>". Expects a page, with both marks.
std::string fill_page(std::string_view page, std::string_view title, std::string_view data);

}  // namespace blocrisk
