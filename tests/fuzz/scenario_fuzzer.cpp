// libFuzzer's door to everything that reads a scenario.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/read_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)blocrisk::fuzz::read_scenario({reinterpret_cast<const char*>(data), size});
  return 0;
}
