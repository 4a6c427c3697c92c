#include "host/sweep/same_value.hpp"

#include <algorithm>
#include <compare>

#include "host/sweep/section_reader.hpp"

namespace blocrisk {
namespace {

/// Whole and real numbers are of one kind.
std::size_t kind_of(const Value& value) {
  return number_in(value) ? Value{0.0, {}, false}.data.index() : value.data.index();
}

bool entry_comes_before(const ValueMap::value_type& a, const ValueMap::value_type& b) {
  if (a.first != b.first) return a.first < b.first;
  return comes_before(a.second, b.second);
}

}  // namespace

bool comes_before(const Value& a, const Value& b) {
  if (kind_of(a) != kind_of(b)) return kind_of(a) < kind_of(b);
  if (number_in(a)) return std::is_lt(std::weak_order(*number_in(a), *number_in(b)));
  if (const bool* truth = a.as<bool>()) return *truth < *b.as<bool>();
  if (const std::string* text = a.as<std::string>()) return *text < *b.as<std::string>();
  if (const ValueList* list = a.as<ValueList>())
    return std::ranges::lexicographical_compare(*list, *b.as<ValueList>(), comes_before);
  return std::ranges::lexicographical_compare(*a.as<ValueMap>(), *b.as<ValueMap>(),
                                              entry_comes_before);
}

bool same_value(const Value& a, const Value& b) {
  return !comes_before(a, b) && !comes_before(b, a);
}

}  // namespace blocrisk
