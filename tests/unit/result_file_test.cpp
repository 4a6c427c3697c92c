#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "host/analysis/summary.hpp"
#include "host/analysis/table.hpp"
#include "host/io/h5.hpp"
#include "host/io/path_ranges.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/result_writer.hpp"
#include "host/io/whole_file.hpp"
#include "host/support/error.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/synthetic_result.hpp"

namespace blocrisk {
namespace {

using h5::Id;
using test::same_state;
using test::ScratchFolder;
using test::synthetic_result;

void write(const std::filesystem::path& path, const StoredResult& result,
           Overwrite overwrite = Overwrite::refuse) {
  const Summary summary = summarise(result.accumulators, result.facts);
  write_result(path,
               {result.facts, result.accumulators, summary, result.samples, result.origin,
                &result.convergence},
               overwrite);
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "";
}

VolatileFacts some_volatile_facts() {
  return {"cpu",
          "16 lanes",
          "GCC 12",
          "blocrisk run x.toml",
          "2027-01-01T00:00:00Z",
          "2027-01-01T00:00:09Z",
          8.5,
          1234.5,
          "a.h5 (0:300)"};
}

TEST(ResultFile, ReadsBackWhatWasWritten) {
  const ScratchFolder folder;
  StoredResult written = synthetic_result(3, 2, 30, 400, 25);
  written.origin.volatile_facts = some_volatile_facts();
  written.origin.ranges = {{0, 300}, {1000000000000, 1000000000100}};
  written.origin.samples_asked = 50;
  written.origin.generator = "dice";
  written.accumulators.block_digest[15258789] = 0xFFFFFFFFFFFFFFFFull;
  written.accumulators.moments[0][0].squares.high = 77;
  written.facts.is_certain = true;
  written.convergence.record(written.accumulators, written.facts);
  written.origin.precision = PrecisionFacts{
      0.01,          0.009, "shortfall.cvar95 of JPN gallium", "shortfall.cvar95,loss.mean",
      "JPN;gallium", 5000};
  write(folder / "r.h5", written);

  const StoredResult read = read_result(folder / "r.h5");
  EXPECT_EQ(read.facts, written.facts);
  EXPECT_EQ(read.origin, written.origin);
  EXPECT_TRUE(same_state(read.accumulators, written.accumulators));
  EXPECT_EQ(read.convergence.paths_done, (std::vector<std::uint64_t>{400}));
  for (std::size_t k = 0; k < written.convergence.series.size(); ++k) {
    EXPECT_EQ(read.convergence.series[k].value, written.convergence.series[k].value);
    EXPECT_EQ(read.convergence.series[k].half_width, written.convergence.series[k].half_width);
  }
  EXPECT_EQ(read.samples.n_paths, written.samples.n_paths);
  EXPECT_EQ(read.samples.measure, written.samples.measure);
  EXPECT_EQ(read.samples.member_measure, written.samples.member_measure);
}

TEST(ResultFile, SummaryOfWhatWasReadIsThatOfWhatWasWritten) {
  const ScratchFolder folder;
  const StoredResult written = synthetic_result(3, 2, 24, 300);
  write(folder / "r.h5", written);
  const StoredResult read = read_result(folder / "r.h5");
  EXPECT_EQ(json_table(summarise(read.accumulators, read.facts), read.facts),
            json_table(summarise(written.accumulators, written.facts), written.facts));
}

TEST(ResultFile, EdgesOfTheInputAreWrittenToo) {
  const ScratchFolder folder;
  StoredResult no_thresholds = synthetic_result(1, 1, 5, 3);  // no whole year either
  no_thresholds.facts.thresholds.clear();
  no_thresholds.accumulators = Accumulators(no_thresholds.facts.shape());
  write(folder / "a.h5", no_thresholds);
  EXPECT_TRUE(same_state(read_result(folder / "a.h5").accumulators, no_thresholds.accumulators));

  StoredResult no_paths = synthetic_result(2, 1, 12, 0);
  no_paths.origin.ranges.clear();
  write(folder / "b.h5", no_paths);
  EXPECT_TRUE(read_result(folder / "b.h5").origin.ranges.empty());
}

TEST(ResultFile, EqualContentIsEqualBytes) {
  const ScratchFolder folder;
  write(folder / "a.h5", synthetic_result(3, 2, 24, 300, 5));
  std::vector<char> noise(1 << 22, 'n');
  write(folder / "b.h5", synthetic_result(3, 2, 24, 300, 5));
  EXPECT_EQ(bytes_of(folder / "a.h5"), bytes_of(folder / "b.h5"));
  write(folder / "c.h5", synthetic_result(3, 2, 24, 301, 5));
  EXPECT_NE(bytes_of(folder / "a.h5"), bytes_of(folder / "c.h5"));
}

TEST(ResultFile, WithoutVolatileFactsTheyAreAbsent) {
  const ScratchFolder folder;
  write(folder / "a.h5", synthetic_result(1, 1, 12, 5));
  EXPECT_FALSE(read_result(folder / "a.h5").origin.volatile_facts.has_value());
}

TEST(ResultFile, ExistingFileIsKeptUnlessToldOtherwise) {
  const ScratchFolder folder;
  std::ofstream(folder / "r.h5") << "precious";
  const StoredResult result = synthetic_result(1, 1, 12, 5);
  EXPECT_NE(message_of([&] { write(folder / "r.h5", result); }).find("exists"), std::string::npos);
  EXPECT_EQ(bytes_of(folder / "r.h5"), "precious");
  EXPECT_EQ(folder.n_entries(), 1u);
  write(folder / "r.h5", result, Overwrite::allow);
  EXPECT_EQ(read_result(folder / "r.h5").accumulators.n_paths, 5u);
  EXPECT_EQ(folder.n_entries(), 1u);
}

TEST(ResultFile, PreviousFileIsKeptWhereThatIsAskedFor) {
  const ScratchFolder folder;
  const auto path = folder / "r.h5";
  for (const std::string text : {"first", "second", "third"})
    write_whole_file(path, std::as_bytes(std::span(text)), Overwrite::keep_previous);
  EXPECT_EQ(bytes_of(path), "third");
  EXPECT_EQ(bytes_of(previous_of(path)), "second");
}

TEST(ResultFile, TemporariesOfLivingProcessesAreLeftAlone) {
  const ScratchFolder folder;
  const std::string mine = ".r.h5." + std::to_string(::getpid()) + ".tmp";
  // No process has a number this large: Linux ends at 2^22.
  const std::vector<std::string> names{mine, ".r.h5.4194999.tmp", ".s.h5.4194999.tmp",
                                       ".r.h5.x4194999.tmp"};
  for (const std::string& name : names) std::ofstream(folder / name) << "x";
  remove_abandoned_temporaries(folder / "r.h5");
  EXPECT_TRUE(std::filesystem::exists(folder / mine));
  EXPECT_FALSE(std::filesystem::exists(folder / names[1]));
  EXPECT_TRUE(std::filesystem::exists(folder / names[2]));
  EXPECT_TRUE(std::filesystem::exists(folder / names[3]));
}

TEST(ResultFile, FolderThatIsNoneIsRefused) {
  const ScratchFolder folder;
  std::ofstream(folder / "file") << "x";
  const StoredResult result = synthetic_result(1, 1, 12, 5);
  EXPECT_THROW(write(folder / "absent" / "r.h5", result), EnvironmentError);
  EXPECT_THROW(write(folder / "file" / "r.h5", result), EnvironmentError);
  EXPECT_THROW(write(folder.path(), result, Overwrite::allow), EnvironmentError);
  EXPECT_EQ(folder.n_entries(), 1u);
}

TEST(ResultFile, FolderThatCannotBeWrittenIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const ScratchFolder folder;
  ::chmod(folder.path().c_str(), 0500);
  const std::string message =
      message_of([&] { write(folder / "r.h5", synthetic_result(1, 1, 12, 5)); });
  ::chmod(folder.path().c_str(), 0700);
  EXPECT_NE(message.find("Permission denied"), std::string::npos) << message;
}

/// A disk of 64 KiB, where this user may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& path) : path_(path) {
    mounted_ = ::mount("none", path_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount(path_.c_str());
  }
  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path path_;
  bool mounted_;
};

TEST(ResultFile, FullDiskLeavesNothingBehind) {
  const ScratchFolder folder;
  const SmallDisk disk(folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "cannot mount a small disk: " << std::strerror(errno);
  std::ofstream(folder / "r.h5") << "precious";
  const std::string message = message_of(
      [&] { write(folder / "r.h5", synthetic_result(3, 2, 24, 300), Overwrite::allow); });
  EXPECT_NE(message.find("No space left"), std::string::npos) << message;
  EXPECT_EQ(bytes_of(folder / "r.h5"), "precious");
  EXPECT_EQ(folder.n_entries(), 1u);
}

TEST(ResultFile, DamagedFilesAreRefusedNotBelieved) {
  const ScratchFolder folder;
  write(folder / "r.h5", synthetic_result(2, 2, 12, 50));
  const std::string whole = bytes_of(folder / "r.h5");
  for (const std::size_t keep :
       {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(folder / "cut.h5", std::ios::binary) << whole.substr(0, keep);
    EXPECT_THROW(read_result(folder / "cut.h5"), EnvironmentError) << keep;
  }
}

TEST(ResultFile, ArraysOfAnotherSizeAreRefusedNotBelieved) {
  const ScratchFolder folder;
  StoredResult result = synthetic_result(2, 2, 12, 50);
  write(folder / "r.h5", result);
  const auto with_one_value = [&](const std::string& group, const std::string& name) {
    const Id file(H5Fopen((folder / "r.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const Id parent(H5Gopen2(file.get(), group.c_str(), H5P_DEFAULT), H5Gclose);
    H5Ldelete(parent.get(), name.c_str(), H5P_DEFAULT);
    const hsize_t one = 1;
    const Id space(H5Screate_simple(1, &one, nullptr), H5Sclose);
    const Id dataset(H5Dcreate2(parent.get(), name.c_str(), H5T_IEEE_F64LE, space.get(),
                                H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                     H5Dclose);
    ASSERT_GE(dataset.get(), 0);
  };
  for (const auto& [group, name] : {std::pair{"accumulators/ratio", "shortfall_scale"},
                                    std::pair{"diagnostics", "import_reliance"}}) {
    with_one_value(group, name);
    EXPECT_NE(message_of([&] { read_result(folder / "r.h5"); }).find("1 values where"),
              std::string::npos)
        << name;
    write(folder / "r.h5", result, Overwrite::allow);
  }
}

TEST(ResultFile, OtherHdf5FilesAreNamedAsSuch) {
  const ScratchFolder folder;
  h5::File file = h5::File::create_in_memory("other");
  write_whole_file(folder / "other.h5", file.image(), Overwrite::refuse);
  EXPECT_NE(message_of([&] { read_result(folder / "other.h5"); }).find("not a result"),
            std::string::npos);
  file.root().set_attribute("schema", result_schema);
  file.root().set_attribute("schema_version", std::int64_t{999});
  write_whole_file(folder / "future.h5", file.image(), Overwrite::refuse);
  EXPECT_NE(message_of([&] { read_result(folder / "future.h5"); }).find("version 999"),
            std::string::npos);
}

TEST(PathRanges, ComeBackFromTheirText) {
  const std::vector<PathRange> ranges{{0, 10}, {20, 1000000000000}};
  EXPECT_EQ(path_ranges_text(ranges), "0:10,20:1000000000000");
  EXPECT_EQ(parse_path_ranges(path_ranges_text(ranges)), ranges);
  EXPECT_TRUE(parse_path_ranges("").empty());
  for (const char* bad : {"1", "1:", "a:b", "1:2,3", "1:2;3:4", "-1:2"}) {
    EXPECT_THROW(parse_path_ranges(bad), EnvironmentError) << bad;
  }
}

}  // namespace
}  // namespace blocrisk
