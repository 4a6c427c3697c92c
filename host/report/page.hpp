/// The page of a report around its data: template, style, scripts and plotting library are part of
/// the program. Leaves what the data are to report_data.hpp.
#pragma once

#include <string>
#include <string_view>

namespace blocrisk {

/// The whole page, with {{title}} and {{data}} still to fill in; empty where the program was built
/// without the plotting library. Defined by what embed.cmake writes.
extern const std::string_view page_template;

/// Throws EnvironmentError where this program cannot make a page.
void require_page();

/// A self-contained HTML document. `title`: any text; `data`: one JSON value. Both may hold
/// anything a scenario can say, such as "</script>". Throws as `require_page` does.
std::string report_page(std::string_view title, std::string_view data);

}  // namespace blocrisk
