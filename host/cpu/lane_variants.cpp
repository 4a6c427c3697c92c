#include "host/cpu/lane_variants.hpp"

#include <algorithm>
#include <string>
#include <thread>

#include "host/cpu/cpu_backend.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

bool always() { return true; }
#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
constexpr LaneVariant variants[] = {
    {1, "x86-64", always, engine_lanes_1, engine_lanes_1_bytes, attribution_lanes_1},
    {8, "AVX2", has_avx2, engine_lanes_8, engine_lanes_8_bytes, attribution_lanes_8},
    {16, "AVX-512", has_avx512, engine_lanes_16, engine_lanes_16_bytes, attribution_lanes_16},
};
#else
constexpr LaneVariant variants[] = {
    {1, "portable", always, engine_lanes_1, engine_lanes_1_bytes, attribution_lanes_1},
    {8, "portable", always, engine_lanes_8, engine_lanes_8_bytes, attribution_lanes_8},
    {16, "portable", always, engine_lanes_16, engine_lanes_16_bytes, attribution_lanes_16},
};
#endif

std::string list_of_lanes() {
  std::string text;
  for (const int lanes : available_lanes())
    text += (text.empty() ? "" : ", ") + std::to_string(lanes);
  return text;
}

}  // namespace

const LaneVariant& choose_variant(int lanes) {
  const LaneVariant* chosen = nullptr;
  for (const LaneVariant& variant : variants) {
    if (variant.runs_here() && (lanes == 0 || variant.lanes == lanes)) chosen = &variant;
  }
  if (chosen == nullptr) {
    throw EnvironmentError("no build for " + std::to_string(lanes) +
                           " lanes runs on this machine; lane widths here: " + list_of_lanes());
  }
  return *chosen;
}

int choose_threads(int threads) {
  if (threads > 0) return threads;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

std::vector<int> available_lanes() {
  std::vector<int> lanes;
  for (const LaneVariant& variant : variants) {
    if (variant.runs_here()) lanes.push_back(variant.lanes);
  }
  return lanes;
}

}  // namespace blocrisk
