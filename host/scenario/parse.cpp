#include "host/scenario/parse.hpp"

#include "host/scenario/convert.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/load_document.hpp"
#include "host/scenario/outer_draws.hpp"

namespace blocrisk {
namespace {

Scenario finish(DocumentLoader& loader, Document document, std::span<const std::string> overrides,
                std::vector<std::string>& files, Complaints& complaints) {
  // Without any key no file was TOML: what is missing then says nothing new.
  const bool unreadable = document.keys.empty() && !complaints.empty();
  if (!unreadable) {
    loader.apply_options(document, overrides);
    Converted converted = convert(document, complaints);
    Scenario& scenario = converted.scenario;
    scenario.provenance.files = files;
    resolve(scenario);
    validate_into(scenario, true, converted.unreadable, complaints);
    check_uncertain_addresses(document, scenario, complaints);
    if (complaints.empty()) return std::move(scenario);
  }
  throw ScenarioError(complaints.list(), complaints.n_unlisted());
}

}  // namespace

Scenario load_scenario(const std::filesystem::path& path, std::span<const std::string> overrides) {
  std::vector<std::string> files;
  Complaints complaints(files);
  DocumentLoader loader(complaints);
  return finish(loader, loader.load_file(path), overrides, files, complaints);
}

Scenario load_canonical(std::string_view text, const std::string& name,
                        std::span<const std::string> overrides) {
  std::vector<std::string> files;
  Complaints complaints(files);
  DocumentLoader loader(complaints);
  return finish(loader, loader.load_text(text, name), overrides, files, complaints);
}

}  // namespace blocrisk
