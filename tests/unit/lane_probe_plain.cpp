// The battery for the baseline instruction set: what every other build must match.
#include "tests/unit/lane_probe.inl"
#include "tests/unit/lane_probe_variants.hpp"

namespace blocrisk::probe {
namespace {
bool always() { return true; }
}  // namespace

extern const Variant plain_1 = probe_body::variant<Lanes<1>>("plain_1", &always);
extern const Variant plain_8 = probe_body::variant<Lanes<8>>("plain_8", &always);
extern const Variant plain_16 = probe_body::variant<Lanes<16>>("plain_16", &always);

}  // namespace blocrisk::probe
