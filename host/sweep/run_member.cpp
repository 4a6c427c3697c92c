#include "host/sweep/run_member.hpp"

#include <algorithm>
#include <utility>

#include "host/analysis/summary.hpp"
#include "host/scenario/canonical.hpp"
#include "host/support/digest_text.hpp"
#include "host/support/error.hpp"
#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t most_told_complaints = 5;

/// A member's scenario and the network its paths run on.
struct Prepared {
  Scenario scenario;
  std::unique_ptr<const OuterDraws> draws;
  Network network;
  ResultFacts facts;
};

/// Members stand beside each other in one array.
void require_shape(const ResultFacts& facts, const ResultFacts& base) {
  const auto require = [](bool same, const char* what) {
    if (!same)
      throw ScenarioError(
          std::vector{Complaint{"", 0, what, "", "must be the base's in every member"}});
  };
  require(facts.members == base.members, "bloc.members");
  require(facts.minerals == base.minerals, "minerals");
  require(facts.shape() == base.shape() && facts.steps_per_year == base.steps_per_year,
          "clock and thresholds");
}

Prepared prepare(const SweepMembers& members, const ResultFacts& base, std::uint64_t member) {
  Prepared made{members.scenario(member), nullptr, {}, {}};
  made.draws = outer_draws_of(made.scenario);
  made.network = network_of(made.scenario, made.draws.get());
  made.facts = facts_of(made.network, made.scenario);
  require_shape(made.facts, base);
  return made;
}

/// On one line; the lines that complaints name are of a text that nobody wrote.
std::string message_of(const ScenarioError& error) {
  std::string text;
  const std::vector<Complaint>& told = error.complaints();
  for (std::size_t k = 0; k < std::min(told.size(), most_told_complaints); ++k)
    text += (k > 0 ? "; " : "") +
            format_complaint({"", 0, told[k].key, told[k].value, told[k].message});
  if (told.size() > most_told_complaints)
    text += "; and " + std::to_string(told.size() - most_told_complaints) + " more";
  return text.empty() ? error.what() : text;
}

/// Runs the paths; false where it was stopped.
bool sample(const MemberTask& task, const Prepared& made, PathRange range, std::uint64_t n_values,
            Accumulators& into, PathValues& values) {
  const auto backend = task.make_backend(made.network, made.draws.get());
  return run_with_values(made.network, *backend, range, n_values, into, values, task.on_progress);
}

std::optional<MemberRow> run_valid(const MemberTask& task, std::uint64_t member) {
  const Prepared made = prepare(task.members, task.facts, member);
  Accumulators state(shape_of(made.network));
  const std::uint64_t n_values = task.reference == nullptr ? 0 : task.reference->n_paths();
  PathValues values = empty_path_values(made.network, n_values);
  if (!sample(task, made, task.range, n_values, state, values)) return std::nullopt;
  MemberRow row;
  row.member = member;
  row.scenario_sha256 = sha256(canonical_text(made.scenario));
  row.network_hash = made.network.hash;
  row.digest = format_digest(state.digest());
  std::optional<Comparison> comparison;
  if (task.reference != nullptr) {
    comparison = compare_values(values, task.reference->values,
                                task.reference->network_hash == made.network.hash);
  }
  row.figures = row_of(task.members.sweep(), made.facts, summarise(state, made.facts),
                       comparison ? &*comparison : nullptr);
  return row;
}

std::optional<ReferencePaths> run_reference(const MemberTask& task, std::uint64_t member,
                                            std::uint64_t n_paths) {
  const Prepared made = prepare(task.members, task.facts, member);
  Accumulators state(shape_of(made.network));
  const PathRange range{task.range.first, task.range.first + std::min(n_paths, task.range.count())};
  PathValues values = empty_path_values(made.network, range.count());
  if (!sample(task, made, range, range.count(), state, values)) return std::nullopt;
  return ReferencePaths{std::move(values), made.network.hash};
}

}  // namespace

std::optional<MemberRow> run_member(const MemberTask& task, std::uint64_t member) {
  try {
    return run_valid(task, member);
  } catch (const ScenarioError& error) {
    MemberRow row;
    row.member = member;
    row.message = message_of(error);
    return row;
  }
}

std::string why_not(const SweepMembers& members, const ResultFacts& facts, std::uint64_t member) {
  try {
    static_cast<void>(prepare(members, facts, member));
    return {};
  } catch (const ScenarioError& error) {
    return message_of(error);
  }
}

std::optional<ReferencePaths> reference_paths(const MemberTask& task, std::uint64_t member,
                                              std::uint64_t n_paths) {
  try {
    return run_reference(task, member, n_paths);
  } catch (const ScenarioError& error) {
    throw Error(ExitCode::scenario, "the reference of the differences, \"" +
                                        task.members.name(member) +
                                        "\", cannot be run: " + message_of(error));
  }
}

}  // namespace blocrisk
