#include "host/scenario/document.hpp"

#include <algorithm>
#include <type_traits>

#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t max_described_bytes = 100;
constexpr std::size_t max_listed_complaints = 1000;

void append(std::string& text, const Value& value);

void append_list(std::string& text, const ValueList& list) {
  text += '[';
  for (std::size_t i = 0; i < list.size() && text.size() < max_described_bytes; ++i) {
    if (i > 0) text += ", ";
    append(text, list[i]);
  }
  text += ']';
}

void append_map(std::string& text, const ValueMap& map) {
  text += '{';
  for (const auto& [key, value] : map) {
    if (text.size() >= max_described_bytes) break;
    if (text.back() != '{') text += ", ";
    text += key + " = ";
    append(text, value);
  }
  text += '}';
}

void append(std::string& text, const Value& value) {
  std::visit(
      [&](const auto& data) {
        using T = std::decay_t<decltype(data)>;
        if constexpr (std::is_same_v<T, bool>) {
          text += data ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          text += std::to_string(data);
        } else if constexpr (std::is_same_v<T, double>) {
          text += number_text(data);
        } else if constexpr (std::is_same_v<T, std::string>) {
          text += '"' + data.substr(0, 2 * max_described_bytes) + '"';
        } else if constexpr (std::is_same_v<T, ValueList>) {
          append_list(text, data);
        } else {
          append_map(text, data);
        }
      },
      value.data);
}

}  // namespace

std::string describe(const Value& value) {
  std::string text;
  append(text, value);
  return text;
}

void set_source(Value& value, SourceLine source) {
  value.source = source;
  if (ValueList* list = value.as<ValueList>()) {
    for (Value& element : *list) set_source(element, source);
  } else if (ValueMap* map = value.as<ValueMap>()) {
    for (auto& [key, element] : *map) set_source(element, source);
  }
}

int RawTable::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name);
  return found == columns.end() ? no_index : static_cast<int>(found - columns.begin());
}

int Complaints::add_file(std::string name) {
  files_->push_back(std::move(name));
  return static_cast<int>(files_->size()) - 1;
}

void Complaints::add(SourceLine source, std::string key, std::string value, std::string message) {
  if (list_.size() >= max_listed_complaints) {
    ++n_unlisted_;
    return;
  }
  const std::string file_name = source.file == no_index ? std::string() : file(source.file);
  list_.push_back({file_name, source.line, std::move(key), std::move(value), std::move(message)});
}

}  // namespace blocrisk
