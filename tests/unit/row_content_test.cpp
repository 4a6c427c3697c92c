// A member's row as bytes: the same row comes back, and nothing from what is none.
#include "host/sweep/row_content.hpp"

#include <gtest/gtest.h>

namespace blocrisk {
namespace {

const MemberRow done{7,         "",       "scenario",
                     "network", "digest", {std::byte{1}, std::byte{0}, std::byte{255}}};
const MemberRow failed{8, "out of\nbalance", "", "", "", {}};

TEST(RowContent, GivesBackTheRow) {
  EXPECT_EQ(row_from(content_of(done), 3), done);
  EXPECT_EQ(row_from(content_of(failed), 3), failed);
}

TEST(RowContent, IsNothingWhereItWasCutOrIsLonger) {
  for (const MemberRow& row : {done, failed}) {
    const std::string content = content_of(row);
    for (std::size_t size = 0; size < content.size(); ++size)
      EXPECT_FALSE(row_from(content.substr(0, size), 3)) << size;
    EXPECT_FALSE(row_from(content + "x", 3));
  }
  EXPECT_FALSE(row_from(content_of(done), 4));
}

}  // namespace
}  // namespace blocrisk
