/// Files to a document: reads a scenario file, the one it extends, and the tables they name, each
/// relative to the file that wrote the path, and merges them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/scenario/document.hpp"
#include "host/scenario/overrides.hpp"

namespace blocrisk {

class DocumentLoader {
 public:
  explicit DocumentLoader(Complaints& complaints) : complaints_(&complaints) {}

  /// The scenario in a file, with what it extends and its `[set]`. Throws EnvironmentError where
  /// that file itself cannot be opened; all else is a complaint.
  [[nodiscard]] Document load_file(const std::filesystem::path& path);

  /// A scenario without files, its tables inside.
  [[nodiscard]] Document load_text(std::string_view text, const std::string& name);

  /// Applies `--set` options; paths of tables among them are relative to the working directory.
  void apply_options(Document& document, std::span<const std::string> assignments);

  /// One change; the path of a table is relative to `directory`.
  void apply(Document& document, const Assignment& assignment,
             const std::filesystem::path& directory);

 private:
  Document load_layers(const std::string& text, int file, const std::filesystem::path& directory);
  Document load_base(const Value& extends, const std::filesystem::path& directory);
  void load_tables(Document& document, ValueMap& keys, const std::filesystem::path& directory);
  void load_table(Document& document, std::string_view name, const Value& path,
                  const std::filesystem::path& directory);
  void apply_set(Document& document, const Value& set, const std::filesystem::path& directory);

  Complaints* complaints_;
  std::vector<std::filesystem::path> open_;  ///< the chain of `extends` being read
};

}  // namespace blocrisk
