#include "host/io/result_sections.hpp"

namespace blocrisk {

void write_diagnostics(NetcdfGroup& root, const ResultContent& content) {
  const ResultFacts& facts = content.facts;
  const Diagnostics& found = facts.diagnostics;
  NetcdfGroup group = root.add_group("diagnostics");
  add_member_axis(group, facts);
  add_mineral_axis(group, facts);
  group.add_axis("stage", found.stages, "stage of the supply chain");
  group.add("n1_coverage", {"mineral"}, found.n1_coverage, "1",
            "last-stage output without the largest supplier's over demand without its own");
  group.add("hhi", {"mineral", "stage"}, found.hhi, "1",
            "Herfindahl-Hirschman index of the countries' output");
  group.add("import_reliance", {"member", "mineral"}, found.import_reliance, "1",
            "part of demand that own last-stage output does not cover");
  group.add("calibration_scale", {"mineral", "stage"}, found.calibration_scale, "1",
            "factor on output that balances the stage with what is wanted of it");
}

}  // namespace blocrisk
