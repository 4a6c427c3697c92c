#include "host/scenario/variant.hpp"

#include "host/scenario/canonical.hpp"
#include "host/scenario/convert.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/load_document.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

/// The one file that the document's values come from, number 0.
constexpr const char* document_name = "scenario text";

}  // namespace

Document document_of(const Scenario& scenario) {
  std::vector<std::string> files;
  Complaints complaints(files);
  return DocumentLoader(complaints).load_text(canonical_text(scenario), document_name);
}

Scenario changed(const Document& document, std::span<const Assignment> changes) {
  std::vector<std::string> files{document_name};
  Complaints complaints(files);
  DocumentLoader loader(complaints);
  Document copy = document;
  for (const Assignment& change : changes) loader.apply(copy, change, {});
  Converted converted = convert(copy, complaints);
  resolve(converted.scenario);
  validate_into(converted.scenario, true, converted.unreadable, complaints);
  if (!complaints.empty()) throw ScenarioError(complaints.list(), complaints.n_unlisted());
  return std::move(converted.scenario);
}

}  // namespace blocrisk
