// The loops for the baseline instruction set.
#include "bench/lane_rates.inl"

namespace blocrisk::rates {
namespace {
bool always() { return true; }
}  // namespace

extern const Loops plain_1 = rates_body::loops<Lanes<1>>("plain_1", &always);

}  // namespace blocrisk::rates
