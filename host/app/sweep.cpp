/// `blocrisk sweep`: many scenarios on the same draws, one file.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "host/app/backends.hpp"
#include "host/app/checks.hpp"
#include "host/app/clocks.hpp"
#include "host/app/commands.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/app/ranks.hpp"
#include "host/app/sweep_ranks.hpp"
#include "host/app/sweep_runner.hpp"
#include "host/app/sweep_setup.hpp"
#include "host/app/version.hpp"
#include "host/io/whole_file.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"
#include "host/sweep/journal.hpp"
#include "host/sweep/sweep_reader.hpp"
#include "host/sweep/sweep_table.hpp"
#include "host/sweep/sweep_writer.hpp"

namespace blocrisk {
namespace {

namespace fs = std::filesystem;

/// Members of a finished piece that are held at once.
constexpr std::size_t rows_at_once = 64;
/// Of a larger sweep the table is left to `show`.
constexpr std::size_t most_printed_scenarios = 32;

struct SweepCommand {
  ScenarioOptions scenario;
  SweepRunOptions run;
  std::string output, members, mpi = "auto";
  std::vector<std::string> pieces;
  bool resume = false, overwrite = false, no_volatile = false, json = false;
  std::string command_line;
};

EarlierMembers earlier_members(const SweepCommand& options) {
  if (options.resume) return EarlierMembers::take;
  return options.overwrite ? EarlierMembers::discard : EarlierMembers::refuse;
}

void warn_of_program(const SweepCommand& options, const fs::path& file,
                     const std::string& program) {
  if (options.run.quiet || program.empty() || program == this_program()) return;
  std::fprintf(stderr, "blocrisk: members in %s were run by blocrisk %s, this is %s\n",
               file.c_str(), program.c_str(), this_program().c_str());
}

/// Takes members asked for from files of the same sweep that have them.
void take_pieces(const SweepCommand& options, const SweepSetup& setup, Journal& journal) {
  for (const std::string& file : options.pieces) {
    const SweepReader piece(file);
    if (piece.sweep_sha256 != setup.hash) {
      throw EnvironmentError(file +
                             " is of another sweep: another file, scenario, seed, paths or "
                             "program");
    }
    if (!piece.is_sealed()) {
      throw EnvironmentError(file + " was changed since blocrisk wrote it: it has lost its seal");
    }
    warn_of_program(options, file, piece.program);
    for (std::size_t first = 0; first < piece.numbers.size(); first += rows_at_once) {
      const std::size_t n_rows = std::min(rows_at_once, piece.numbers.size() - first);
      for (const MemberRow& row : piece.rows(setup.layout, first, n_rows)) {
        const bool is_wanted = setup.numbers.first <= row.member && row.member < setup.numbers.last;
        if (is_wanted && !journal.has(row.member)) journal.append(row);
      }
    }
  }
}

/// Members that were not asked for, as with --members after the whole sweep was stopped, stay in
/// the journal: they are nowhere else.
void leave_journal(const SweepCommand& options, const SweepSetup& setup, Journal& journal) {
  std::size_t n_others = journal.size();
  for (std::uint64_t k = setup.numbers.first; k < setup.numbers.last; ++k)
    n_others -= journal.has(k) ? 1 : 0;
  if (n_others == 0) return journal.remove();
  if (options.run.quiet) return;
  std::fprintf(stderr, "%s stays, with %s finished members that were not asked for\n",
               journal.path().c_str(), format_count(n_others).c_str());
}

std::vector<std::uint64_t> failed_members(const SweepSetup& setup, const Journal& journal) {
  std::vector<std::uint64_t> failed;
  for (std::uint64_t k = setup.numbers.first; k < setup.numbers.last; ++k) {
    if (journal.facts(k).failed()) failed.push_back(k);
  }
  return failed;
}

SweepOrigin origin_of(const SweepCommand& options, const SweepSetup& setup, const SweepRun& run,
                      const std::string& started_at) {
  SweepOrigin origin{setup.hash,       setup.range,     setup.difference_paths,
                     engine_version(), engine_commit(), std::nullopt};
  if (options.no_volatile) return origin;
  const auto paths = static_cast<double>(run.n_paths);
  origin.volatile_facts = VolatileFacts{
      run.backend, run.device, compiler_name(), options.command_line,
      started_at,  utc_now(),  run.sampling_s,  run.n_paths > 0 ? paths / run.sampling_s : 0};
  return origin;
}

void print_json(const SweepSetup& setup, const Journal& journal, const SweepRun& run,
                const std::vector<std::uint64_t>& failed, const fs::path& output) {
  JsonWriter json;
  json.begin_object()
      .member("sweep", setup.members().sweep().name)
      .member("members", setup.numbers.count())
      .member("members_run", run.n_run)
      .member("paths_per_member", setup.range.count())
      .member("backend", run.backend)
      .member("device", run.device)
      .member("sampling_s", run.sampling_s)
      .member("output", output.string());
  json.key("failed").begin_array();
  for (const std::uint64_t number : failed) {
    json.begin_object()
        .member("scenario", number)
        .member("name", setup.members().name(number))
        .member("message", journal.facts(number).message)
        .end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_text(const SweepSetup& setup, const SweepRun& run,
                const std::vector<std::uint64_t>& failed, const fs::path& output) {
  const bool has_losses = setup.layout.find("", "member_loss_mean") != nullptr;
  if (setup.numbers.count() <= most_printed_scenarios && has_losses)
    std::printf("%s\n", sweep_text(SweepReader(output), {}).c_str());
  std::printf(
      "%s %s of %s paths each, %s run now in %s\n", format_count(setup.numbers.count()).c_str(),
      setup.numbers.count() == 1 ? "member" : "members", format_count(setup.range.count()).c_str(),
      format_count(run.n_run).c_str(), format_duration(run.sampling_s).c_str());
  if (!failed.empty()) {
    std::printf("%s of them failed: no figures, and why in `message` of the file\n",
                format_count(failed.size()).c_str());
  }
  std::printf("result: %s\n", output.c_str());
}

/// `ranks`: null where this process is alone; else it is the first.
void lead_sweep(const SweepCommand& options, Ranks* ranks) {
  catch_stop_signals(ranks ? SecondSignal::is_ignored : SecondSignal::ends_program);
  const std::string started_at = utc_now();
  const SweepSetup setup = set_up_sweep(options.scenario, options.members);
  const fs::path output = output_path(options.output, setup.members().sweep().name);
  const std::uint64_t kept = options.resume ? bytes_on_disk(journal_path(output)) : 0;
  check_output(output, options.overwrite ? Existing::replace : Existing::refuse,
               setup.output_bytes() + setup.rows_bytes() - std::min(setup.rows_bytes(), kept));
  Journal journal(journal_path(output), setup.hash, setup.layout.bytes, earlier_members(options),
                  this_program());
  warn_of_program(options, journal.path(), journal.begun_by());
  take_pieces(options, setup, journal);
  const SweepRun run = run_members(options.run, setup, journal, ranks);
  const std::vector<std::uint64_t> failed = failed_members(setup, journal);
  if (failed.size() == setup.numbers.count()) {
    const std::string first = journal.facts(failed.front()).message;
    leave_journal(options, setup, journal);
    throw Error(ExitCode::scenario,
                "every member failed, so nothing was written; the first: " + first);
  }
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t k = setup.numbers.first; k < setup.numbers.last; ++k) numbers.push_back(k);
  const SweepOrigin origin = origin_of(options, setup, run, started_at);
  write_sweep(output,
              {setup.members(), setup.facts, setup.layout, journal, numbers, setup.loaded.reference,
               origin},
              options.overwrite ? Overwrite::allow : Overwrite::refuse);
  leave_journal(options, setup, journal);
  if (options.json) return print_json(setup, journal, run, failed, output);
  print_text(setup, run, failed, output);
}

void run_sweep(SweepCommand options) {
  refuse_contradictions(options.run.backend);
  const std::unique_ptr<Ranks> ranks = join_ranks(options.mpi);
  if (ranks) options.run.backend = ranks->share(options.run.backend);
  if (!ranks || ranks->is_first()) return lead_sweep(options, ranks.get());
  ignore_stop_signals();
  serve_sweep(*ranks, options.scenario, options.members, options.run.backend);
}

}  // namespace

void add_sweep_command(CLI::App& app, const std::string& command_line, Action& action) {
  CLI::App* command = app.add_subcommand("sweep", "Many scenarios on the same draws, one file");
  const auto options = std::make_shared<SweepCommand>();
  options->command_line = command_line;
  add_scenario_options(*command, options->scenario, {"SWEEP", "The sweep, a TOML file"});
  command->add_option("--members", options->members, "Run the members I to J-1 only")
      ->type_name("I:J");
  command
      ->add_option("--from", options->pieces,
                   "Take the members that files of the same sweep have (repeatable)")
      ->allow_extra_args(false)
      ->check(names_a_file())
      ->type_name("FILE");
  command->add_flag("--fail-fast", options->run.fail_fast, "Stop at the first member that fails");
  command->add_flag("--resume", options->resume,
                    "Go on with the members that an interrupted sweep has finished");
  add_backend_options(*command, options->run.backend);
  add_mpi_option(*command, options->mpi, "members");
  add_output_option(*command, options->output);
  command->add_flag("--overwrite", options->overwrite, "Replace an existing result");
  command->add_flag(
      "--no-volatile", options->no_volatile,
      "Leave out of the file what differs between equal runs: times, device, command line");
  command->add_flag("--json", options->json, "Results for machines");
  command
      ->add_option("--progress", options->run.progress,
                   "On standard error; auto: a live line on a terminal")
      ->check(CLI::IsMember({"auto", "json", "none"}))
      ->capture_default_str();
  command->add_flag("--quiet", options->run.quiet, "Nothing on standard error but errors");
  command->callback([options, &action] { action = [options] { run_sweep(*options); }; });
}

}  // namespace blocrisk
