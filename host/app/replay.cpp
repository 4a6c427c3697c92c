/// `blocrisk replay`: one path of a result again, its whole story.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>

#include "host/analysis/selection.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/footprint.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/io/path_ranges.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/stored_network.hpp"
#include "host/replay/account.hpp"
#include "host/replay/check_path.hpp"
#include "host/replay/story_file.hpp"
#include "host/replay/story_table.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

struct ReplayOptions {
  std::string file;
  std::optional<std::uint64_t> path;
  std::string worst;                           ///< MEMBER[,MINERAL][,RANK]
  std::vector<std::string> members, minerals;  ///< empty: the path's worst
  std::string output;
  bool overwrite = false, json = false, csv = false;
};

/// A path to replay, and what its choice says about what to show.
struct Target {
  std::uint64_t path;
  std::optional<int> member, mineral;
};

int index_of(const std::string& option, const std::string& name,
             const std::vector<std::string>& names) {
  require_known(option, "the result", {name}, names);
  return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

/// A rank in a list of worst paths, 1 the worst; nothing where the text is no number.
std::optional<std::size_t> parse_rank(const std::string& text) {
  std::size_t rank = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rank);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return rank;
}

std::uint64_t path_of_rank(const WorstList& list, std::size_t rank, const std::string& what) {
  if (rank >= 1 && rank <= list.paths().size()) return list.paths()[rank - 1].path;
  throw UsageError("--worst: rank " + std::to_string(rank) + " is not there; the result lists " +
                   std::to_string(list.paths().size()) + " paths with any " + what);
}

Target worst_path(const StoredResult& result, const std::string& text) {
  std::vector<std::string> parts = split(text);
  std::size_t rank = 1;
  const bool has_rank =
      parts.size() > 1 && parse_rank(parts.back()).has_value() &&
      std::count(result.facts.minerals.begin(), result.facts.minerals.end(), parts.back()) == 0;
  if (has_rank) {
    rank = *parse_rank(parts.back());
    parts.pop_back();
  }
  if (parts.size() > 2)
    throw UsageError("--worst " + text + ": must be MEMBER[,MINERAL][,RANK], as in JPN,gallium,2");
  const int member = index_of("--worst", parts[0], result.facts.members);
  if (parts.size() == 1) {
    const auto& list = result.accumulators.member_worst[static_cast<std::size_t>(member)];
    return {path_of_rank(list, rank, "loss for " + parts[0]), member, std::nullopt};
  }
  const int mineral = index_of("--worst", parts[1], result.facts.minerals);
  const std::size_t cell = static_cast<std::size_t>(member) * result.facts.minerals.size() +
                           static_cast<std::size_t>(mineral);
  return {path_of_rank(result.accumulators.worst[cell], rank,
                       "shortfall of " + parts[1] + " for " + parts[0]),
          member, mineral};
}

Target target_of(const StoredResult& result, const ReplayOptions& options) {
  if (!options.path) return worst_path(result, options.worst);
  for (const PathRange& range : result.origin.ranges) {
    if (*options.path >= range.first && *options.path < range.last)
      return {*options.path, std::nullopt, std::nullopt};
  }
  throw UsageError(
      "--path " + std::to_string(*options.path) +
      " is not among the paths of the result: " + path_ranges_text(result.origin.ranges));
}

/// The member that loses most on the path.
int worst_member(const PathMeasures& path) {
  int worst = 0;
  for (int member = 1; member < path.values.n_members; ++member) {
    if (path.of(MemberMeasure::loss, member) > path.of(MemberMeasure::loss, worst)) worst = member;
  }
  return worst;
}

std::vector<int> named(const std::string& option, const std::vector<std::string>& asked,
                       const std::vector<std::string>& names) {
  std::vector<int> indices;
  for (const std::string& name : asked) indices.push_back(index_of(option, name, names));
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

/// What is printed: what was asked for, else what the path is worst in.
StorySelection choose(const ReplayOptions& options, const Target& target, const PathMeasures& path,
                      const ResultFacts& facts) {
  StorySelection shown{named("--member", options.members, facts.members),
                       named("--mineral", options.minerals, facts.minerals)};
  if (shown.members.empty()) shown.members = {target.member.value_or(worst_member(path))};
  if (shown.minerals.empty() && target.mineral) shown.minerals = {*target.mineral};
  if (shown.minerals.empty()) shown.minerals = worst_minerals(path, shown.members);
  return shown;
}

/// What the file holds: what was asked for, else everything.
StorySelection choose_for_file(const ReplayOptions& options, const ResultFacts& facts) {
  StorySelection all{std::vector<int>(facts.members.size()),
                     std::vector<int>(facts.minerals.size())};
  std::iota(all.members.begin(), all.members.end(), 0);
  std::iota(all.minerals.begin(), all.minerals.end(), 0);
  if (!options.members.empty()) all.members = named("--member", options.members, facts.members);
  if (!options.minerals.empty())
    all.minerals = named("--mineral", options.minerals, facts.minerals);
  return all;
}

/// The cell shown that goes without most; its positions along the story's axes.
std::pair<int, int> worst_cell(const Story& story) {
  std::pair<int, int> worst{0, 0};
  float most = -1.0f;
  for (std::size_t a = 0; a < story.members.size(); ++a) {
    for (std::size_t b = 0; b < story.minerals.size(); ++b) {
      const auto place = {static_cast<int>(a), static_cast<int>(b), 0};
      if (std::isnan(story.at(StoryQuantity::shortfall, place))) continue;
      const float shortfall =
          story.measures.of(Measure::shortfall, story.shown.members[a], story.shown.minerals[b]);
      if (shortfall > most) worst = {static_cast<int>(a), static_cast<int>(b)};
      most = std::max(most, shortfall);
    }
  }
  return worst;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void print_text(const StoredResult& result, const Story& story, const Scenario& scenario,
                int n_compared) {
  std::printf("Path %llu of %s, seed %llu. Months count from %s; the first is month 0.\n",
              static_cast<unsigned long long>(story.measures.path()),
              result.origin.scenario_name.c_str(),
              static_cast<unsigned long long>(result.origin.seed), story.facts.start_date.c_str());
  std::printf("Shown: %s; %s (others: --member, --mineral)\n\n", joined(story.members).c_str(),
              joined(story.minerals).c_str());
  std::printf("%s\n%s\n", measures_text(story).c_str(), account_text(story, scenario).c_str());
  const auto [member, mineral] = worst_cell(story);
  if (std::isnan(story.at(StoryQuantity::shortfall, {member, mineral, 0}))) {
    std::printf("no demand of those shown is there to follow step by step\n\n");
  } else {
    std::printf("%s\n", steps_text(story, member, mineral).c_str());
  }
  if (n_compared > 0)
    std::printf("digest %s; %d values that the result holds of this path are the same\n",
                format_digest(story.measures.digest).c_str(), n_compared);
  else
    std::printf("digest %s; the result holds no values of this path to compare with\n",
                format_digest(story.measures.digest).c_str());
}

void print_json(const StoredResult& result, const Story& story, const Scenario& scenario) {
  JsonWriter json;
  json.begin_object()
      .member("scenario", result.origin.scenario_name)
      .member("seed", result.origin.seed)
      .member("path", story.measures.path())
      .member("digest", format_digest(story.measures.digest))
      .key("story")
      .raw(story_json(story, scenario))
      .end_object();
  std::printf("%s\n", json.text().c_str());
}

Story tell(const StoredResult& result, const StoredNetwork& stored, std::uint64_t path,
           const StorySelection& shown) {
  // The arrays, and the file while it is built.
  require_memory(2 * story_bytes(stored.scenario, stored.network, shown),
                 "fewer --member and --mineral need less");
  return tell_story(stored.scenario, stored.network, result.origin.seed, path, shown);
}

void save(const ReplayOptions& options, const StoredResult& result, const StoredNetwork& stored,
          std::uint64_t path) {
  const StorySelection shown = choose_for_file(options, result.facts);
  const std::string output = output_path(options.output, "").string();
  std::error_code ignored;
  if (std::filesystem::equivalent(output, options.file, ignored))
    throw UsageError("--output " + output + " is the result itself; give another name");
  check_output(output, options.overwrite ? Existing::replace : Existing::refuse,
               story_bytes(stored.scenario, stored.network, shown));
  write_story(output, tell(result, stored, path, shown), stored.scenario, result.origin,
              options.overwrite ? Overwrite::allow : Overwrite::refuse);
}

void replay_path(const ReplayOptions& options) {
  if (options.path.has_value() != options.worst.empty())
    throw UsageError("replay needs --path K or --worst MEMBER[,MINERAL][,RANK], one of them");
  const StoredResult result = read_result(options.file);
  const Target target = target_of(result, options);
  StoredNetwork stored = rebuild_network(result.origin, options.file);
  stored.network = stored.network_of(target.path);
  const PathMeasures path = measure_path(stored.network, result.origin.seed, target.path);
  const int n_compared = check_path(result, path);
  const StorySelection shown = choose(options, target, path, result.facts);
  if (!options.output.empty()) save(options, result, stored, target.path);

  const Story story = tell(result, stored, target.path, shown);
  if (options.json) return print_json(result, story, stored.scenario);
  if (options.csv) {
    std::fputs(story_csv(story).c_str(), stdout);
    return;
  }
  print_text(result, story, stored.scenario, n_compared);
  if (!options.output.empty()) std::printf("story: %s\n", options.output.c_str());
}

void add_choices(CLI::App& command, ReplayOptions& options) {
  CLI::Option* path = command.add_option_function<std::string>(
      "--path",
      [&options](const std::string& text) {
        options.path = parse_count("--path", text, {0, UINT64_MAX});
      },
      "Number of a path of the result");
  path->type_name("K");
  command
      .add_option("--worst", options.worst,
                  "A path of its lists of worst ones: by loss of a member, by shortfall of a "
                  "member's mineral; rank 1 is the worst")
      ->type_name("MEMBER[,MINERAL][,RANK]")
      ->excludes(path);
  command
      .add_option("--member", options.members,
                  "Members to tell of (default: the one the path is worst for)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
  command
      .add_option("--mineral", options.minerals,
                  "Minerals to tell of (default: the three that cost most)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
}

}  // namespace

void add_replay_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("replay", "One path of a result again, its whole story");
  const auto options = std::make_shared<ReplayOptions>();
  command->add_option("RESULT", options->file, "The result, an .h5 file")
      ->required()
      ->check(names_a_file());
  add_choices(*command, *options);
  command
      ->add_option("-o,--output", options->output,
                   "Write the story to a file too: all members and minerals, or those chosen")
      ->check(names_a_file())
      ->type_name("FILE");
  command->add_flag("--overwrite", options->overwrite, "Replace an existing file");
  CLI::Option* json = command->add_flag("--json", options->json, "For machines");
  command->add_flag("--csv", options->csv, "One row per step and quantity")->excludes(json);
  command->callback([options, &action] { action = [options] { replay_path(*options); }; });
}

}  // namespace blocrisk
