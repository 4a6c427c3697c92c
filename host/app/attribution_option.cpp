#include "host/app/attribution_option.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/cpu/attribution.hpp"

namespace blocrisk {

void add_attribution_option(CLI::App& command, std::optional<std::uint64_t>& n_paths) {
  command
      .add_option_function<std::string>(
          "--attribution",
          [&n_paths](const std::string& text) {
            n_paths = text == "all"    ? std::numeric_limits<std::uint64_t>::max()
                      : text == "none" ? 0
                                       : parse_count("--attribution", text);
          },
          "Paths, the first of the run, whose shortfall is traced to suppliers and causes by "
          "running them again; all or none; default 100k")
      ->type_name("N");
}

std::optional<AttributionFigures> attribute(const AttributionSource& source, std::uint64_t n_paths,
                                            const BackendOptions& options) {
  const CpuOptions cpu{options.cpu_threads(), options.lanes};
  AttributionSums sums(attribution_shape(source.network));
  for (const PathRange& range : source.ranges) {
    const std::uint64_t count = std::min(n_paths - sums.n_paths, range.count());
    if (count == 0) break;
    AttributionRequest request{{range.first, range.first + count},
                               tail_thresholds(source.summary),
                               [](std::uint64_t) { return stop_signal() == nullptr; }};
    sums.merge(source.elsewhere ? source.elsewhere(request)
               : source.draws != nullptr
                   ? attribute_paths(*source.draws, source.seed, cpu, request)
                   : attribute_paths(source.network, source.seed, cpu, request));
  }
  if (sums.n_paths == 0 || stop_signal() != nullptr) return std::nullopt;
  return attribution_figures(sums, source.facts, source.network.countries);
}

}  // namespace blocrisk
