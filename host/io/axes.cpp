#include "host/io/result_sections.hpp"

namespace blocrisk {

void add_member_axis(NetcdfGroup& group, const ResultFacts& facts) {
  group.add_axis("member", facts.members, "member of the bloc");
}

void add_mineral_axis(NetcdfGroup& group, const ResultFacts& facts) {
  group.add_axis("mineral", facts.minerals, "mineral");
}

void add_time_axis(NetcdfGroup& group, const ResultFacts& facts) {
  h5::Dataset& time = group.add_axis("time", step_start_days(facts),
                                     "days since " + facts.start_date, "beginning of the step");
  time.set_attribute("standard_name", "time");
  time.set_attribute("calendar", "proleptic_gregorian");
  time.set_attribute("axis", "T");
}

}  // namespace blocrisk
