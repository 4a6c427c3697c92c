#include "host/sweep/sweep.hpp"

namespace blocrisk {

std::vector<DesignAxis> Sweep::design_axes() const {
  std::vector<DesignAxis> shapes;
  for (const Axis& axis : axes) shapes.push_back({axis.name, axis.n_values()});
  return shapes;
}

}  // namespace blocrisk
