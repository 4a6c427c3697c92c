/// Who is alone and who is one of several, by the environments that launchers were seen to give.
#include "host/support/launch.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace blocrisk {
namespace {

Launch launch_in(const std::map<std::string, std::string>& variables) {
  return launch_of([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

void expect_launch(const Launch& launch, Launcher launcher, int rank, int size) {
  EXPECT_EQ(launch.launcher, launcher);
  EXPECT_EQ(launch.rank, rank);
  EXPECT_EQ(launch.size, size);
}

TEST(Launch, ByAShellIsAlone) { expect_launch(launch_in({}), Launcher::none, 0, 0); }

TEST(Launch, ByABatchScriptIsAloneWhateverTheJobHas) {
  expect_launch(launch_in({{"SLURM_JOB_ID", "2"},
                           {"SLURM_PROCID", "0"},
                           {"SLURM_NTASKS", "4"},
                           {"SLURM_NNODES", "4"}}),
                Launcher::none, 0, 0);
}

TEST(Launch, BySrunWithoutMpiIsSeen) {
  std::map<std::string, std::string> step = {{"SLURM_JOB_ID", "2"},
                                             {"SLURM_PROCID", "1"},
                                             {"SLURM_STEP_ID", "0"},
                                             {"SLURM_STEP_NUM_TASKS", "4"}};
  expect_launch(launch_in(step), Launcher::srun_bare, 1, 4);
  step["SLURM_STEP_NUM_TASKS"] = "1";
  expect_launch(launch_in(step), Launcher::none, 0, 0);
}

TEST(Launch, BySrunWithMpiHasItsRank) {
  std::map<std::string, std::string> step = {
      {"SLURM_PROCID", "3"}, {"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "4"}};
  step["PMIX_RANK"] = "3";
  expect_launch(launch_in(step), Launcher::mpi, 3, 4);
  step.erase("PMIX_RANK");
  step["PMI_RANK"] = "3";
  step["PMI_SIZE"] = "4";
  expect_launch(launch_in(step), Launcher::mpi, 3, 4);
}

TEST(Launch, ByMpirunInABatchScriptIsMpiruns) {
  expect_launch(launch_in({{"OMPI_COMM_WORLD_RANK", "2"},
                           {"OMPI_COMM_WORLD_SIZE", "3"},
                           {"PMIX_RANK", "2"},
                           {"SLURM_PROCID", "0"},
                           {"SLURM_STEP_ID", "0"},
                           {"SLURM_STEP_NUM_TASKS", "2"}}),
                Launcher::mpi, 2, 3);
}

TEST(Launch, NumbersThatAreNoneAreAbsent) {
  for (const char* word : {"", "x", "1x", "-1", " 1", "99999999999"})
    expect_launch(launch_in({{"PMI_RANK", word}}), Launcher::none, 0, 0);
}

}  // namespace
}  // namespace blocrisk
