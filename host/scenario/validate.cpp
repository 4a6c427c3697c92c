#include "host/scenario/validate.hpp"

#include "host/scenario/findings.hpp"
#include "host/scenario/nearest.hpp"

namespace blocrisk {

SourceLine place_of(const Scenario& scenario, const std::string& address, SourceLine fallback) {
  const auto& keys = scenario.provenance.keys;
  // From the address itself to what it lies in: "actor.CHN.start[0]", "actor.CHN.start", ...
  for (std::size_t end = address.size(); end != std::string::npos && end > 0;
       end = address.find_last_of(".[", end - 1)) {
    const auto found = keys.find(address.substr(0, end));
    if (found != keys.end()) return found->second;
  }
  return fallback;
}

Complaint complaint_at(const Scenario& scenario, const std::string& address, SourceLine fallback,
                       std::string value, std::string message) {
  const SourceLine at = place_of(scenario, address, fallback);
  const auto& files = scenario.provenance.files;
  const bool known = at.file >= 0 && static_cast<std::size_t>(at.file) < files.size();
  return {known ? files[static_cast<std::size_t>(at.file)] : "", at.line, address, std::move(value),
          std::move(message)};
}

void Findings::add(const std::string& address, SourceLine fallback, std::string value,
                   std::string message) {
  if (!can_read(address)) return;
  complaints_->add(place_of(*scenario_, address, fallback), address, std::move(value),
                   std::move(message));
}

void Findings::check_known(int index, const std::string& address, SourceLine fallback,
                           const std::string& name, std::string_view table,
                           const std::vector<std::string>& known) {
  if (index != no_index || !can_read(table)) return;
  const std::string hint = complaints_->wants_hint() ? nearest_hint(name, known) : "";
  const std::string_view what = table == "countries"  ? "country"
                                : table == "minerals" ? "mineral"
                                                      : table;
  add(address, fallback, name, "no such " + std::string(what) + hint);
}

void validate_into(const Scenario& scenario, bool missing_is_told, const Unreadable& unreadable,
                   Complaints& complaints) {
  Findings findings(scenario, complaints, missing_is_told, unreadable);
  check_values(scenario, findings);
  check_names(scenario, findings);
  check_actors(scenario, findings);
  check_network(scenario, findings);
  check_uncertain(scenario, findings);
}

std::vector<Complaint> validate(const Scenario& scenario) {
  std::vector<std::string> files = scenario.provenance.files;
  Complaints complaints(files);
  validate_into(scenario, false, {}, complaints);
  return complaints.list();
}

}  // namespace blocrisk
