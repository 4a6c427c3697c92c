#include "host/support/sha256.hpp"

#include <gtest/gtest.h>

namespace blocrisk {
namespace {

// Known answers: FIPS 180-2, appendix B; the empty message from NIST's CAVP.
TEST(Sha256, PublishedMessages) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, EveryLengthAroundABlockIsPaddedApart) {
  std::string previous;
  for (std::size_t length = 50; length < 140; ++length) {
    const std::string digits = sha256(std::string(length, '\0'));
    EXPECT_EQ(digits.size(), 64U);
    EXPECT_NE(digits, previous);
    previous = digits;
  }
}

TEST(Sha256, PiecesGiveTheSumOfTheWhole) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i);
  for (const std::size_t piece : {1U, 7U, 63U, 64U, 65U, 127U, 128U, 200U}) {
    Sha256 sum;
    for (std::size_t at = 0; at < text.size(); at += piece)
      sum.add(std::string_view(text).substr(at, piece));
    EXPECT_EQ(sum.digits(), sha256(text)) << piece;
  }
}

}  // namespace
}  // namespace blocrisk
