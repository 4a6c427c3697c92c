/// `/indices` of a sweep's file: sensitivity indices of its means, CVaR and probabilities.
#pragma once

#include "host/io/netcdf.hpp"
#include "host/sweep/sweep_writer.hpp"

namespace blocrisk {

/// Writes nothing where the design is not Saltelli's, or members are missing in the file.
void write_indices(NetcdfGroup& root, const SweepContent& content);

}  // namespace blocrisk
