#include "host/sweep/section_reader.hpp"

#include <cmath>
#include <utility>

#include "host/scenario/nearest.hpp"
#include "host/sweep/sweep_keys.hpp"

namespace blocrisk {

std::optional<double> number_in(const Value& value) {
  if (const std::int64_t* whole = value.as<std::int64_t>()) return static_cast<double>(*whole);
  const double* real = value.as<double>();
  return real != nullptr ? std::optional(*real) : std::nullopt;
}

SectionReader::SectionReader(ValueMap keys, std::string_view section, std::string prefix,
                             SourceLine source, Complaints& complaints)
    : keys_(std::move(keys)),
      section_(section),
      prefix_(std::move(prefix)),
      source_(source),
      complaints_(complaints) {}

SourceLine SectionReader::source_of(std::string_view key) const {
  const auto left = keys_.find(key);
  if (left != keys_.end()) return left->second.source;
  const auto taken = taken_.find(key);
  return taken != taken_.end() ? taken->second : source_;
}

std::optional<Value> SectionReader::take(std::string_view key) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return std::nullopt;
  Value value = std::move(found->second);
  keys_.erase(found);
  taken_.emplace(key, value.source);
  return value;
}

void SectionReader::require(std::string_view key) {
  if (!has(key)) complain(key, "", "missing; required");
}

std::optional<std::string> SectionReader::text(std::string_view key) {
  const std::optional<Value> value = take(key);
  if (!value) return std::nullopt;
  const std::string* text = value->as<std::string>();
  if (text != nullptr && !text->empty()) return *text;
  complain(key, describe(*value), "must be text");
  return std::nullopt;
}

std::vector<std::string> SectionReader::texts(std::string_view key) {
  const std::optional<Value> value = take(key);
  if (!value) return {};
  std::vector<std::string> texts;
  const ValueList* list = value->as<ValueList>();
  for (std::size_t k = 0; list != nullptr && k < list->size(); ++k) {
    const std::string* text = (*list)[k].as<std::string>();
    if (text != nullptr && !text->empty()) texts.push_back(*text);
  }
  if (list == nullptr || list->empty() || texts.size() != list->size())
    complain(key, describe(*value), "must be a list of texts");
  return texts;
}

std::optional<std::uint64_t> SectionReader::count(std::string_view key, std::uint64_t least,
                                                  std::uint64_t most) {
  const std::optional<Value> value = take(key);
  if (!value) return std::nullopt;
  const std::int64_t* whole = value->as<std::int64_t>();
  if (whole != nullptr && *whole >= 0 && static_cast<std::uint64_t>(*whole) >= least &&
      static_cast<std::uint64_t>(*whole) <= most) {
    return static_cast<std::uint64_t>(*whole);
  }
  complain(key, describe(*value),
           "must be a whole number, " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<bool> SectionReader::flag(std::string_view key) {
  const std::optional<Value> value = take(key);
  if (!value) return std::nullopt;
  if (const bool* flag = value->as<bool>()) return *flag;
  complain(key, describe(*value), "must be true or false");
  return std::nullopt;
}

std::optional<double> SectionReader::number(std::string_view key) {
  const std::optional<Value> value = take(key);
  if (!value) return std::nullopt;
  const std::optional<double> number = number_in(*value);
  if (number && std::isfinite(*number)) return number;
  complain(key, describe(*value), "must be a number");
  return std::nullopt;
}

void SectionReader::finish(const std::vector<std::string>& others) {
  std::vector<std::string> known = others;
  for (const SweepKey& key : sweep_keys()) {
    if (key.section == section_) known.emplace_back(key.name);
  }
  for (const auto& [key, value] : keys_) {
    complaints_.add(value.source, prefix_ + key, describe(value),
                    "unknown key" + (complaints_.wants_hint() ? nearest_hint(key, known) : ""));
  }
}

}  // namespace blocrisk
