/// The parts of a result file, one function each: which variables they hold, along which axes.
#pragma once

#include "host/io/netcdf.hpp"
#include "host/io/result_writer.hpp"

namespace blocrisk {

/// A whole file of all sections, in memory.
h5::File build_result(const std::string& name, const ResultContent& content);

/// Root attributes: what this file is and where it came from.
void write_origin(NetcdfGroup& root, const ResultContent& content);
/// Parts of it that other files share: the clock, the labels of the axes once more, as text that
/// every program reads, and what may differ between equal runs.
void write_clock(h5::Object& root, const ResultFacts& facts);
void write_id_lists(h5::Object& root, const ResultFacts& facts);
void write_volatile(h5::Object& root, const VolatileFacts& facts);
/// `/`: every figure of every measure.
void write_summary(NetcdfGroup& root, const ResultContent& content);
/// `/timeline`
void write_timeline(NetcdfGroup& root, const ResultContent& content);
/// `/diagnostics`
void write_diagnostics(NetcdfGroup& root, const ResultContent& content);
/// `/attribution`, where there is one.
void write_attribution(NetcdfGroup& root, const ResultContent& content);
/// `/uncertain`, where inputs are.
void write_uncertain(NetcdfGroup& root, const ResultContent& content);
/// `/accumulators`
void write_accumulators(NetcdfGroup& root, const ResultContent& content);
/// `/samples`
void write_samples(NetcdfGroup& root, const ResultContent& content);
/// `/convergence`
void write_convergence(NetcdfGroup& root, const ResultContent& content);
/// The variable of a kept figure: "shortfall_cvar95"; its half-widths end in `_half_width`.
std::string variable_of(const NamedFigure& figure);

/// Axes that several groups have; each group has its own, so that a reader of one group sees
/// labels.
void add_member_axis(NetcdfGroup& group, const ResultFacts& facts);
void add_mineral_axis(NetcdfGroup& group, const ResultFacts& facts);
void add_time_axis(NetcdfGroup& group, const ResultFacts& facts);

}  // namespace blocrisk
