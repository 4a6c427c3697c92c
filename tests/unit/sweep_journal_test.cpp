// The journal of finished members: what comes back, after whatever end.
#include "host/sweep/journal.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/support/error.hpp"
#include "tests/support/scratch_folder.hpp"

namespace blocrisk {
namespace {

using test::ScratchFolder;
namespace fs = std::filesystem;

constexpr std::size_t row_bytes = 24;
const std::string hash(64, 'a');

MemberRow done(std::uint64_t member) {
  MemberRow row{member, "", "sha " + std::to_string(member), "network", "digest", Row(row_bytes)};
  for (std::size_t k = 0; k < row_bytes; ++k)
    row.figures[k] = static_cast<std::byte>(member * 31 + k);
  return row;
}

MemberRow failed(std::uint64_t member) {
  MemberRow row;
  row.member = member;
  row.message = "out of balance";
  return row;
}

Row figures_of(const Journal& journal, std::uint64_t member) {
  Row row(row_bytes);
  journal.read_figures(member, 0, row);
  return row;
}

TEST(Journal, GivesBackWhatWasAppended) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take);
    journal.append(done(7));
    journal.append(failed(2));
    journal.append(done(3));
    EXPECT_EQ(figures_of(journal, 3), done(3).figures);
    EXPECT_EQ(journal.facts(3).figures.capacity(), 0U) << "figures stay on disk";
  }
  const Journal again(folder / "j", hash, row_bytes, EarlierMembers::take);
  EXPECT_EQ(again.size(), 3U);
  EXPECT_FALSE(again.has(0));
  EXPECT_EQ(figures_of(again, 7), done(7).figures);
  EXPECT_EQ(again.facts(7).scenario_sha256, "sha 7");
  EXPECT_EQ(again.facts(2), failed(2));
  Row middle(5);
  again.read_figures(7, 11, middle);
  EXPECT_TRUE(std::equal(middle.begin(), middle.end(), done(7).figures.begin() + 11));
}

TEST(Journal, DropsARecordThatWasCutShortAnywhere) {
  const ScratchFolder folder;
  std::uintmax_t first_end = 0;
  {
    Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take);
    journal.append(done(0));
    first_end = fs::file_size(folder / "j");
    journal.append(done(1));
  }
  const std::uintmax_t end = fs::file_size(folder / "j");
  for (std::uintmax_t size = first_end; size < end; ++size) {
    fs::copy_file(folder / "j", folder / "cut", fs::copy_options::overwrite_existing);
    fs::resize_file(folder / "cut", size);
    Journal cut(folder / "cut", hash, row_bytes, EarlierMembers::take);
    ASSERT_EQ(cut.size(), 1U) << size;
    cut.append(done(1));  // in the place of what was dropped
    EXPECT_EQ(figures_of(cut, 1), done(1).figures);
    EXPECT_EQ(fs::file_size(folder / "cut"), end);
  }
}

TEST(Journal, DropsARecordWithAFlippedBit) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take);
    journal.append(done(0));
  }
  const auto size = static_cast<std::streamoff>(fs::file_size(folder / "j"));
  std::fstream file(folder / "j", std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(size - 70);  // among the figures, which the checksum follows
  const char byte = static_cast<char>(file.get());
  file.seekp(size - 70);
  file.put(static_cast<char>(byte ^ 1));
  file.close();
  EXPECT_EQ(Journal(folder / "j", hash, row_bytes, EarlierMembers::take).size(), 0U);
}

TEST(Journal, BelongsToOneSweep) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take);
    journal.append(done(0));
  }
  EXPECT_THROW(Journal(folder / "j", std::string(64, 'b'), row_bytes, EarlierMembers::take),
               EnvironmentError);
  EXPECT_THROW(Journal(folder / "j", hash, row_bytes + 8, EarlierMembers::take), EnvironmentError);
  EXPECT_EQ(Journal(folder / "j", hash, row_bytes, EarlierMembers::take).size(), 1U);
  std::ofstream(folder / "text") << "my notes, which nobody must overwrite\n";
  EXPECT_THROW(Journal(folder / "text", hash, row_bytes, EarlierMembers::take), EnvironmentError);
}

TEST(Journal, LeavesAFileThatIsNoneAsItIs) {
  const ScratchFolder folder;
  std::ofstream(folder / "j") << "mine";
  for (const auto earlier : {EarlierMembers::refuse, EarlierMembers::take})
    EXPECT_THROW(Journal(folder / "j", hash, row_bytes, earlier), EnvironmentError);
  EXPECT_EQ(fs::file_size(folder / "j"), 4U);
}

TEST(Journal, SaysWhichOtherBuildBeganIt) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take, "0.1.0 (abc)");
    journal.append(done(7));
    EXPECT_EQ(journal.begun_by(), "");
  }
  EXPECT_EQ(Journal(folder / "j", hash, row_bytes, EarlierMembers::take, "0.1.0 (abc)").begun_by(),
            "");
  const Journal other(folder / "j", hash, row_bytes, EarlierMembers::take, "0.1.0 (def)");
  EXPECT_EQ(other.begun_by(), "0.1.0 (abc)");
  EXPECT_TRUE(other.has(7));
}

TEST(Journal, IsOneProcessAtATime) {
  const ScratchFolder folder;
  Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take);
  EXPECT_THROW(Journal(folder / "j", hash, row_bytes, EarlierMembers::take), EnvironmentError);
}

TEST(Journal, RefusesOrDiscardsAnEarlierOneThatNobodyIsAt) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "j", hash, row_bytes, EarlierMembers::refuse);
    journal.append(done(0));
    for (const auto earlier : {EarlierMembers::refuse, EarlierMembers::discard})
      EXPECT_THROW(Journal(folder / "j", hash, row_bytes, earlier), EnvironmentError);
  }
  EXPECT_THROW(Journal(folder / "j", hash, row_bytes, EarlierMembers::refuse), EnvironmentError);
  EXPECT_EQ(Journal(folder / "j", hash, row_bytes, EarlierMembers::take).size(), 1U);
  EXPECT_EQ(Journal(folder / "j", hash, row_bytes, EarlierMembers::discard).size(), 0U);
  EXPECT_EQ(folder.n_entries(), 0U);
}

TEST(Journal, LeavesNothingWhereThereIsNothingToKeep) {
  const ScratchFolder folder;
  { const Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take); }
  EXPECT_EQ(folder.n_entries(), 0U);
  {
    // As a sweep leaves it that is killed before its first member is done.
    const Journal journal(folder / "j", hash, row_bytes, EarlierMembers::take);
    fs::copy(folder / "j", folder / "k");
  }
  const Journal journal(folder / "k", hash, row_bytes, EarlierMembers::refuse, "another build");
  EXPECT_EQ(journal.size(), 0U);
  EXPECT_EQ(journal.begun_by(), "");
}

}  // namespace
}  // namespace blocrisk
