/// What `blocrisk run` prints once its result is in place.
#pragma once

#include <string>

#include "host/analysis/summary.hpp"
#include "host/engine/run.hpp"
#include "host/io/result.hpp"

namespace blocrisk {

/// Wall time of the parts of a run.
struct Timings {
  double parse_s = 0, calibrate_s = 0, sample_s = 0, analyse_s = 0, attribute_s = 0, write_s = 0;
  double total_s() const {
    return parse_s + calibrate_s + sample_s + analyse_s + attribute_s + write_s;
  }
};

/// A run that is done.
struct RunReport {
  const RunOrigin& origin;
  const RunResult& result;
  const Summary& summary;
  const ResultFacts& facts;
  const Timings& timings;
  const std::string& output;
};

/// For machines.
void print_run_json(const RunReport& report);
/// Tables for people.
void print_run_text(const RunReport& report);

}  // namespace blocrisk
