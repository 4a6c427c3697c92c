#include "host/scenario/network.hpp"

#include <cstdint>
#include <type_traits>

#include "host/support/sha256.hpp"

namespace blocrisk {

NetworkView Network::view() const {
  NetworkView view = header;
  view.reals = reals.data();
  view.ints = ints.data();
  view.chains = chains.data();
  view.actors = actors.data();
  view.instruments = instruments.data();
  view.groups = groups.data();
  view.scheduled = scheduled.data();
  view.strikes = strikes.data();
  view.outages = outages.data();
  view.op_classes = op_classes.data();
  view.projects = projects.data();
  view.price_streams = price_streams.data();
  view.cholesky = cholesky.data();
  view.exceedance = exceedance.data();
  view.measure_scale = measure_scale.data();
  view.member_measure_scale = member_measure_scale.data();
  return view;
}

namespace {

/// The digest of parts in a written order: numbers as their bytes (on a little-endian host), arrays
/// as their own digests, so that nothing large is copied.
class Digest {
 public:
  /// Arrays of 4- or 8-byte numbers, or of structs of 4-byte numbers only: those hold no padding.
  template <class T>
  void add(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T> && (std::is_arithmetic_v<T> || alignof(T) == 4));
    parts_ += sha256({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  }

  void add(const std::vector<std::string>& names) {
    add_number(static_cast<std::uint64_t>(names.size()));
    for (const std::string& name : names) parts_ += sha256(name);
  }

  template <class Number>
  void add_number(Number value) {
    static_assert(std::is_arithmetic_v<Number>);
    parts_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::string finish() const { return sha256(parts_); }

 private:
  std::string parts_;
};

void add_header(const NetworkView& header, Digest& digest) {
  for (const std::int32_t number :
       {header.n_steps, header.steps_per_year, header.n_years, header.n_members, header.n_minerals,
        header.n_actors, header.n_instruments, header.n_groups, header.n_scheduled,
        header.n_thresholds, header.priority_rule, header.peak_window_steps}) {
    digest.add_number(number);
  }
  digest.add_number(header.short_threshold);
  digest.add_number(header.months_per_step);
  digest.add_number(header.peak_window_scale);
}

}  // namespace

std::string hash_network(const Network& network) {
  Digest digest;
  add_header(network.header, digest);
  digest.add(network.members);
  digest.add(network.minerals);
  digest.add(network.reals);
  digest.add(network.ints);
  digest.add(network.chains);
  digest.add(network.actors);
  digest.add(network.instruments);
  digest.add(network.groups);
  digest.add(network.scheduled);
  digest.add(network.strikes);
  digest.add(network.outages);
  digest.add(network.op_classes);
  digest.add(network.projects);
  digest.add(network.price_streams);
  digest.add(network.cholesky);
  digest.add(network.exceedance);
  digest.add(network.measure_scale);
  digest.add(network.member_measure_scale);
  return digest.finish();
}

}  // namespace blocrisk
