#include "host/scenario/calibrate_pools.hpp"

#include "host/support/error.hpp"
#include "kernels/random/address.hpp"

namespace blocrisk {
namespace {

template <class Pool>
Offset end_of(const Pool& pool, std::size_t n_more) {
  if (pool.size() + n_more > UINT32_MAX)
    throw ScenarioError("the network is too large: a pool holds 2^32 numbers");
  return static_cast<Offset>(pool.size());
}

}  // namespace

void SlotBits::append_to(std::vector<std::int32_t>& words) const {
  words.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(bits)));
  words.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(bits >> 32)));
}

Offset Pools::add_reals(const std::vector<double>& values) {
  const Offset offset = end_of(network_.reals, values.size());
  for (const double value : values) network_.reals.push_back(static_cast<float>(value));
  return offset;
}

Offset Pools::add_fours(const std::vector<std::array<double, 4>>& values) {
  while (network_.reals.size() % 4 != 0) network_.reals.push_back(0.0f);
  std::vector<double> reals;
  for (const auto& four : values) reals.insert(reals.end(), four.begin(), four.end());
  return add_reals(reals);
}

Offset Pools::add_ints(const std::vector<std::int32_t>& values) {
  const Offset offset = end_of(network_.ints, values.size());
  network_.ints.insert(network_.ints.end(), values.begin(), values.end());
  return offset;
}

Offset Pools::add_bits(SlotBits set) {
  std::vector<std::int32_t> words;
  set.append_to(words);
  return add_ints(words);
}

std::uint32_t Pools::stream(const std::string& tag) {
  const std::uint32_t stream = stream_id(tag);
  const auto [at, is_new] = tags_.emplace(stream, tag);
  if (!is_new) {
    complaints_.push_back(
        {"", 0, tag, "", "would share its random draws with " + at->second + "; rename one"});
  }
  return stream;
}

}  // namespace blocrisk
