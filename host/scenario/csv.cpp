#include "host/scenario/csv.hpp"

namespace blocrisk {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Csv read() {
    while (!at_end() && !stopped_) read_row();
    return std::move(csv_);
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char here() const { return text_[at_]; }
  [[nodiscard]] bool at_line_break() const {
    return !at_end() &&
           (here() == '\n' || (here() == '\r' && text_.substr(at_).starts_with("\r\n")));
  }

  void stop(int line, std::string message) {
    csv_.problems.push_back({line, std::move(message)});
    stopped_ = true;
  }

  void read_row() {
    CsvRow row{line_, {}};
    bool more = true;
    while (more && !stopped_) {
      row.cells.push_back(!at_end() && here() == '"' ? quoted_cell() : plain_cell());
      if (++n_cells_ > max_csv_cells)
        stop(line_, "too many cells; at most " + std::to_string(max_csv_cells));
      more = !at_end() && here() == ',';
      if (more) ++at_;
    }
    if (stopped_) return;
    if (!at_end()) {
      at_ += here() == '\r' ? 2 : 1;
      ++line_;
    }
    const bool blank = row.cells.size() == 1 && row.cells.front().empty();
    if (!blank) csv_.rows.push_back(std::move(row));
  }

  std::string plain_cell() {
    const std::size_t start = at_;
    while (!at_end() && here() != ',' && !at_line_break()) {
      if (here() == '"') {
        stop(line_,
             "a quote inside a cell that does not start with one; write \"\" inside a quoted cell");
        return {};
      }
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted_cell() {
    const int first_line = line_;
    std::string cell;
    for (++at_; !at_end(); ++at_) {
      if (here() == '"') {
        ++at_;
        if (at_end() || here() == ',' || at_line_break()) return cell;
        if (here() != '"') {
          stop(line_, "text after the closing quote of a cell");
          return {};
        }
      }
      if (here() == '\n') ++line_;
      cell += here();
    }
    stop(first_line, "a quoted cell without a closing quote");
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t n_cells_ = 0;
  int line_ = 1;
  bool stopped_ = false;
  Csv csv_;
};

}  // namespace

Csv parse_csv(std::string_view text) { return Reader(text).read(); }

std::string csv_cell(std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(cell);
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace blocrisk
