#include <algorithm>
#include <unordered_map>

#include "host/scenario/fields.hpp"
#include "host/scenario/findings.hpp"

namespace blocrisk {
namespace {

template <class T, class Name>
std::vector<std::string> names_of(const std::vector<T>& entries, Name name) {
  std::vector<std::string> names;
  for (const T& entry : entries) names.push_back(entry.*name);
  return names;
}

class NameChecks {
 public:
  NameChecks(const Scenario& scenario, Findings& findings)
      : s_(scenario),
        findings_(findings),
        countries_(names_of(scenario.countries, &Country::id)),
        minerals_(names_of(scenario.minerals, &Mineral::id)) {}

  void run() {
    check_counts();
    check_unique();
    check_sections();
    check_rows();
  }

 private:
  void check_count(std::string_view what, std::size_t count, int least, int most) {
    if (!findings_.can_read(what)) return;
    if (count < static_cast<std::size_t>(least))
      findings_.add(std::string(what), {}, "", "empty; at least one is needed");
    if (count > static_cast<std::size_t>(most)) {
      findings_.add(std::string(what), {}, std::to_string(count),
                    "at most " + std::to_string(most));
    }
  }

  void check_counts() {
    check_count("countries", s_.countries.size(), 1, max_countries);
    check_count("minerals", s_.minerals.size(), 1, max_minerals);
    check_count("nodes", s_.nodes.size(), 1, max_minerals * max_stages * max_slots);
    check_count("demand", s_.demand.size(), 1, max_minerals * max_slots);
    check_count("projects", s_.projects.size(), 0, max_projects);
    check_count("instrument", s_.instruments.size(), 0, max_instruments);
    check_count("target_group", s_.target_groups.size(), 0, max_groups);
    check_count("actor", s_.actors.size(), 0, max_actors);
    check_count("scheduled", s_.scheduled.size(), 0, max_scheduled);
    check_count("uncertain", s_.uncertain.size(), 0, max_uncertain);
    check_count("bloc.members", s_.bloc.members.size(), 1, max_countries);
    check_count("measures.exceedance", s_.measures.exceedance.size(), 1, max_exceedance);
  }

  /// Rows and entries under one address are one too many.
  template <class T, class Address>
  void check_unique_entries(const std::vector<T>& entries, Address address_of) {
    std::unordered_map<std::string, SourceLine> seen;
    for (const T& entry : entries) {
      const std::string address = address_of(entry);
      const auto [first, is_new] = seen.emplace(address, entry.source);
      if (is_new) continue;
      const std::string where =
          first->second.line > 0 ? "; first in line " + std::to_string(first->second.line) : "";
      findings_.add(address, entry.source, "", "comes twice" + where);
    }
  }

  void check_unique() {
    for_each_array([&](std::string_view name, auto member) {
      if (findings_.can_read(name))
        check_unique_entries(s_.*member,
                             [&](const auto& entry) { return entry_address(name, entry); });
    });
    for_each_table([&](std::string_view name, auto member) {
      if (findings_.can_read(name))
        check_unique_entries(s_.*member, [&](const auto& row) { return row_address(name, row); });
    });
  }

  void check_country_list(const std::string& address, SourceLine source,
                          const std::vector<std::string>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::string element = address + "[" + std::to_string(i) + "]";
      findings_.check_known(s_.country_index(ids[i]), element, source, ids[i], "countries",
                            countries_);
      const auto end = ids.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find(ids.begin(), end, ids[i]) != end)
        findings_.add(element, source, ids[i], "comes twice");
    }
  }

  void check_mineral_map(const std::string& address, const std::map<std::string, double>& values) {
    for (const auto& [id, value] : values) {
      findings_.check_known(s_.mineral_index(id), address + "." + id, {}, id, "minerals",
                            minerals_);
    }
  }

  void check_sections() {
    if (s_.bloc.members.size() <= max_countries)
      check_country_list("bloc.members", {}, s_.bloc.members);
    if (s_.allocation.order.size() <= max_countries) {
      check_country_list("allocation.order", {}, s_.allocation.order);
    } else {
      check_count("allocation.order", s_.allocation.order.size(), 0, max_countries);
    }
    if (s_.allocation.rule == AllocationRule::priority && s_.allocation.order.empty()) {
      findings_.add("allocation.order", {}, "", "missing; required by the rule \"priority\"");
    }
    check_mineral_map("price_floor.ratio", s_.price_floor.ratio);
    check_mineral_map("shared_stock.days", s_.shared_stock.days);
    check_mineral_map("shared_stock.tonnes", s_.shared_stock.tonnes);
    for (const TargetGroup& group : s_.target_groups) {
      if (group.countries)
        check_country_list("target_group." + group.name + ".countries", group.source,
                           *group.countries);
    }
  }

  // Complaints about a row's key name the row; those about another column that column. `known`
  // first, as the address costs more than the check.

  template <class T>
  void check_country(const T& row, std::string_view table, std::string_view column, int index,
                     const std::string& id) {
    if (index == no_index)
      findings_.check_known(index, address(row, table, column), row.source, id, "countries",
                            countries_);
  }

  template <class T>
  void check_mineral(const T& row, std::string_view table) {
    if (row.mineral_index != no_index) return;
    findings_.check_known(no_index, address(row, table, "mineral"), row.source, row.mineral,
                          "minerals", minerals_);
  }

  template <class T>
  void check_stage(const T& row, std::string_view table) {
    if (row.mineral_index == no_index || row.stage_index != no_index) return;
    findings_.check_known(no_index, address(row, table, "stage"), row.source, row.stage,
                          "stage of " + row.mineral,
                          s_.minerals[static_cast<std::size_t>(row.mineral_index)].stages);
  }

  template <class T>
  static std::string address(const T& row, std::string_view table, std::string_view column) {
    return row_address(table, row) + "." + std::string(column);
  }

  void check_row(const Mineral& row, std::string_view table) {
    if (!row.flooder.empty()) check_country(row, table, "flooder", row.flooder_index, row.flooder);
  }
  void check_row(const NodeRow& row, std::string_view table) { check_place(row, table); }
  void check_row(const ProjectRow& row, std::string_view table) { check_place(row, table); }
  void check_row(const DemandRow& row, std::string_view table) {
    check_mineral(row, table);
    check_country(row, table, "country", row.country_index, row.country);
  }
  void check_row(const TradeRow& row, std::string_view table) {
    check_mineral(row, table);
    check_stage(row, table);
    check_country(row, table, "importer", row.importer_index, row.importer);
    check_country(row, table, "exporter", row.exporter_index, row.exporter);
  }
  void check_row(const StockRow& row, std::string_view table) {
    check_mineral(row, table);
    check_country(row, table, "holder", row.holder_index, row.holder);
  }
  void check_row(const Country&, std::string_view) {}

  template <class T>
  void check_place(const T& row, std::string_view table) {
    check_mineral(row, table);
    check_stage(row, table);
    check_country(row, table, "country", row.country_index, row.country);
  }

  void check_rows() {
    for_each_table([&](std::string_view name, auto member) {
      if (!findings_.can_read(name)) return;
      for (const auto& row : s_.*member) check_row(row, name);
    });
  }

  const Scenario& s_;
  Findings& findings_;
  std::vector<std::string> countries_, minerals_;
};

}  // namespace

void check_names(const Scenario& scenario, Findings& findings) {
  NameChecks(scenario, findings).run();
}

}  // namespace blocrisk
