#include "host/scenario/parse_toml.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

// Some malformed keys break an assertion of toml++ (3.3) before it would report them, and with
// NDEBUG that assertion is an assumption of the optimiser. Make it an exception in any build.
namespace blocrisk {
struct BrokenTomlAssertion : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] void break_toml_assertion();
}  // namespace blocrisk
#undef NDEBUG
#define TOML_ASSERT(expression) ((expression) ? void() : ::blocrisk::break_toml_assertion())
#include <toml++/toml.h>

namespace blocrisk {
namespace {

/// toml++ builds and destroys a table for every dot of a key by recursion, so that a key of a
/// million dots would overflow the stack; it bounds nested values only.
constexpr int max_key_dots = 16;

/// Finds what toml++ (3.3) must not see: keys with too many dots, and characters outside ASCII that
/// are in no string or comment, some of which it takes for unreachable code. Knows just enough TOML
/// to skip strings and comments: up to the first mistake it reads like toml++, which stops there.
class PreliminaryScan {
 public:
  explicit PreliminaryScan(std::string_view text) : text_(text) {}

  /// Nothing where there is no problem; else `line()` is where it is.
  std::string problem() {
    for (; at_ < text_.size(); ++at_) {
      switch (text_[at_]) {
        case '#':
          at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
          break;
        case '"':
        case '\'':
          skip_string(text_[at_]);
          break;
        case '\n':
          ++line_;
          [[fallthrough]];
        case '=':
        case ',':
        case '[':
        case ']':
        case '{':
        case '}':
          dots_ = 0;
          break;
        case '.':
          if (++dots_ > max_key_dots) {
            return "a key with more than " + std::to_string(max_key_dots) + " dots";
          }
          break;
        default:
          if (static_cast<unsigned char>(text_[at_]) >= 0x80) {
            return "a character outside ASCII, which belongs in quotes or comments only";
          }
          break;
      }
    }
    return {};
  }

  [[nodiscard]] int line() const { return line_; }

 private:
  /// Leaves `at_` on the last character of the string.
  void skip_string(char quote) {
    const bool multi_line = text_.substr(at_).starts_with(std::string(3, quote));
    const std::string_view close =
        std::string_view(quote == '"' ? "\"\"\"" : "'''").substr(0, multi_line ? 3 : 1);
    for (at_ += close.size(); at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && quote == '"') {
        ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') ++line_;
      } else if (text_[at_] == '\n') {
        ++line_;
        if (!multi_line) return;
      } else if (text_.substr(at_).starts_with(close)) {
        at_ += close.size() - 1;
        // A text of several lines may end with one or two quotes of its own before the closing
        // three.
        for (int i = 0; multi_line && i < 2 && text_.substr(at_ + 1).starts_with(quote); ++i) ++at_;
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int dots_ = 0;
};

template <class T>
std::string streamed(const T& value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

class Converter {
 public:
  explicit Converter(int file) : file_(file) {}

  Value value(const toml::node& node) const {
    Value result;
    result.source = {file_, static_cast<int>(node.source().begin.line)};
    node.visit([&](const auto& typed) { fill(result, typed); });
    return result;
  }

  ValueMap map(const toml::table& table) const {
    ValueMap result;
    for (const auto& [key, node] : table) result.emplace(std::string(key.str()), value(node));
    return result;
  }

 private:
  void fill(Value& result, const toml::value<bool>& node) const { result.data = node.get(); }
  void fill(Value& result, const toml::value<std::int64_t>& node) const {
    result.data = node.get();
  }
  void fill(Value& result, const toml::value<double>& node) const {
    result.data = node.get() + 0.0;
  }
  void fill(Value& result, const toml::value<std::string>& node) const { result.data = node.get(); }
  void fill(Value& result, const toml::value<toml::date>& node) const {
    result.data = streamed(node.get());
  }
  void fill(Value& result, const toml::value<toml::time>& node) const {
    result.data = streamed(node.get());
  }
  void fill(Value& result, const toml::value<toml::date_time>& node) const {
    result.data = streamed(node.get());
  }
  void fill(Value& result, const toml::array& node) const {
    ValueList list;
    for (const toml::node& element : node) list.push_back(value(element));
    result.data = std::move(list);
  }
  void fill(Value& result, const toml::table& node) const {
    result.data = map(node);
    result.inline_table = node.is_inline();
  }

  int file_;
};

struct Parsed {
  ValueMap map;
  std::string problem;
  int line = 0;
};

Parsed parse(std::string_view text, int file) {
  PreliminaryScan scan(text);
  if (std::string problem = scan.problem(); !problem.empty()) return {{}, problem, scan.line()};
#if TOML_EXCEPTIONS
  try {
    return {Converter(file).map(toml::parse(text)), {}, 0};
  } catch (const toml::parse_error& error) {
    return {{}, std::string(error.description()), static_cast<int>(error.source().begin.line)};
  } catch (const BrokenTomlAssertion& error) {
    return {{}, error.what(), 0};
  }
#else
#error "toml++ has to be built with exceptions, as by default"
#endif
}

}  // namespace

void break_toml_assertion() { throw BrokenTomlAssertion("a malformed key or value"); }

ValueMap parse_toml(std::string_view text, int file, Complaints& complaints) {
  Parsed parsed = parse(text, file);
  if (!parsed.problem.empty())
    complaints.add({file, parsed.line}, {}, {}, "not TOML: " + parsed.problem);
  return std::move(parsed.map);
}

std::optional<Value> parse_toml_value(std::string_view text) {
  Parsed parsed = parse("value = " + std::string(text), no_index);
  if (!parsed.problem.empty() || parsed.map.size() != 1) return std::nullopt;
  return std::move(parsed.map.begin()->second);
}

}  // namespace blocrisk
