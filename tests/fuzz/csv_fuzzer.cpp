// libFuzzer's door to the reader of tables.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/read_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  blocrisk::fuzz::read_csv({reinterpret_cast<const char*>(data), size});
  return 0;
}
