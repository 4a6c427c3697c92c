/// The commands. Each adds itself to the command line and, when it is the one chosen, sets
/// `action` to what `main` shall do. Actions throw what host/support/error.hpp lists.
#pragma once

#include <functional>
#include <string>

#include <CLI/App.hpp>

namespace blocrisk {

using Action = std::function<void()>;

void add_run_command(CLI::App& app, const std::string& command_line, Action& action);
void add_validate_command(CLI::App& app, Action& action);
void add_plan_command(CLI::App& app, Action& action);
void add_sweep_command(CLI::App& app, const std::string& command_line, Action& action);
void add_compare_command(CLI::App& app, Action& action);
void add_replay_command(CLI::App& app, Action& action);
void add_show_command(CLI::App& app, Action& action);
void add_report_command(CLI::App& app, Action& action);
void add_merge_command(CLI::App& app, const std::string& command_line, Action& action);
void add_verify_command(CLI::App& app, Action& action);
void add_devices_command(CLI::App& app, Action& action);

}  // namespace blocrisk
