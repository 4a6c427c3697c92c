#include "host/io/state_arrays.hpp"

#include <type_traits>

namespace blocrisk {
namespace {

// Sums are written as they lie in memory.
static_assert(std::is_standard_layout_v<Sum128> && sizeof(Sum128) == 2 * sizeof(std::uint64_t));
static_assert(std::is_standard_layout_v<Moments> && sizeof(Moments) == 4 * sizeof(std::uint64_t));

template <typename State>
class Lister {
 public:
  using Word = std::conditional_t<std::is_const_v<State>, const std::uint64_t, std::uint64_t>;

  explicit Lister(State& state) : state_(state) {}

  std::vector<StateArray<Word>> list() {
    for (int k = 0; k < n_measures; ++k) list_measure(k);
    for (int k = 0; k < n_member_measures; ++k) list_member_measure(k);
    list_timeline("shortfall_timeline", {"member", "mineral", "time"}, state_.shortfall_histogram,
                  state_.shortfall_sum);
    list_timeline("days_of_cover_timeline", {"member", "mineral", "time"}, state_.cover_histogram,
                  state_.cover_sum);
    list_timeline("price_ratio_timeline", {"mineral", "time"}, state_.price_histogram,
                  state_.price_sum);
    add("", "restricted_fraction_sum", {"mineral", "time", "word"}, state_.restricted_sum,
        "sum over paths, units of 2^-24");
    return std::move(arrays_);
  }

 private:
  using Names = std::vector<std::string>;

  template <typename Vector>
  void add(const char* group, const std::string& name, const Names& axes, Vector& values,
           const std::string& long_name) {
    constexpr std::size_t words = sizeof(typename Vector::value_type) / sizeof(std::uint64_t);
    arrays_.push_back({group, name, axes, long_name, reinterpret_cast<Word*>(values.data()),
                       values.size() * words});
  }

  template <typename Histogram, typename Sums>
  void list_pair(const MeasureInfo& info, const Names& cell, Histogram& histogram, Sums& moments) {
    const auto with = [&cell](std::initializer_list<const char*> more) {
      Names axes = cell;
      axes.insert(axes.end(), more.begin(), more.end());
      return axes;
    };
    const std::string name = info.name;
    add(group_of(info.kind), name + "_histogram", with({"bin"}), histogram,
        "samples per bin of: " + std::string(info.long_name));
    add(group_of(info.kind), name + "_moments", with({"moment", "word"}), moments,
        "sum in units of 1/scale, sum of squares in units of 2^46/scale^2, of: " +
            std::string(info.long_name));
  }

  void list_measure(int k) {
    const auto index = static_cast<std::size_t>(k);
    const MeasureInfo& info = measure_table[k];
    list_pair(info, {"member", "mineral"}, state_.histogram[index], state_.moments[index]);
    if (ratio_index(k) < 0 || state_.shape.n_thresholds == 0) return;
    add(group_of(info.kind), std::string(info.name) + "_exceedance_count",
        {"member", "mineral", "threshold"},
        state_.exceedance[static_cast<std::size_t>(ratio_index(k))],
        "paths above the threshold, of: " + std::string(info.long_name));
  }

  void list_member_measure(int k) {
    const auto index = static_cast<std::size_t>(k);
    list_pair(member_measure_table[k], {"member"}, state_.member_histogram[index],
              state_.member_moments[index]);
  }

  template <typename Histogram, typename Sums>
  void list_timeline(const char* group, Names axes, Histogram& histogram, Sums& sums) {
    Names with_bin = axes;
    with_bin.push_back("bin");
    axes.push_back("word");
    add(group, "histogram", with_bin, histogram, "paths per bin");
    add(group, "sum", axes, sums, "sum over paths, in units of 1/scale");
  }

  State& state_;
  std::vector<StateArray<Word>> arrays_;
};

}  // namespace

std::vector<StateArray<const std::uint64_t>> state_arrays(const Accumulators& state) {
  return Lister<const Accumulators>(state).list();
}

std::vector<StateArray<std::uint64_t>> state_arrays(Accumulators& state) {
  return Lister<Accumulators>(state).list();
}

std::string draw_sum_name(const MeasureInfo& info) { return std::string(info.name) + "_sum"; }

std::string scale_name(const MeasureInfo& info) { return std::string(info.name) + "_scale"; }

const char* group_of(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::ratio:
      return "ratio";
    case MeasureKind::months:
      return "months";
    case MeasureKind::usd:
      return "usd";
  }
  return "";
}

}  // namespace blocrisk
