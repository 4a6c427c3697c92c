/// The calibrated network: owns the pools behind a `NetworkView`, and what the host wants to know
/// about the calibration.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/scenario/scenario.hpp"
#include "kernels/model/measures.hpp"
#include "kernels/model/network.hpp"

namespace blocrisk {

/// One thing calibration did to the input, for `validate` and the result file.
struct Adjustment {
  std::string mineral, stage, subject, message;
};

/// Double-precision base state of one stage, kept for diagnostics and tests.
struct StageBase {
  std::vector<double> output_t;     ///< [node] B per year
  std::vector<double> capacity_t;   ///< [node] K per year
  std::vector<double> flow_t;       ///< [node][sink] F per step
  std::vector<double> sink_want_t;  ///< [sink] per step
  std::vector<int> node_country, sink_country;
  double scale = 1.0;           ///< beta
  double worst_residual = 0.0;  ///< rows and columns, relative to the stage's total
};

struct Network {
  int n_steps = 0, steps_per_year = 0;
  std::vector<std::string> members, minerals, countries;  ///< ids
  std::vector<int> member_countries;                      ///< [member] index into `countries`
  std::vector<float> reals;
  std::vector<std::int32_t> ints;
  std::vector<ChainSpec> chains;
  std::vector<ActorSpec> actors;
  std::vector<InstrumentSpec> instruments;
  std::vector<GroupSpec> groups;
  std::vector<ScheduledSpec> scheduled;
  std::vector<StrikeSpec> strikes;
  std::vector<OutageSpec> outages;
  std::vector<OpClassSpec> op_classes;
  std::vector<ProjectSpec> projects;
  std::vector<std::uint32_t> price_streams;
  std::vector<float> cholesky;
  std::vector<float> exceedance;
  std::vector<double> measure_scale, member_measure_scale;  ///< powers of two
  NetworkView header{};  ///< the scalars; pointers are set by view()

  std::vector<std::vector<StageBase>> base;  ///< [mineral][stage]
  std::vector<Adjustment> adjustments;
  std::string hash;  ///< SHA-256 of everything a path reads

  NetworkView view() const;
};

/// SHA-256, in hexadecimal, of everything a path reads and of the names its results carry.
std::string hash_network(const Network& network);

}  // namespace blocrisk
