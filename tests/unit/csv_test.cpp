// The reader against RFC 4180, rule by rule.
#include "host/scenario/csv.hpp"

#include <gtest/gtest.h>

namespace blocrisk {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view text) {
  const Csv csv = parse_csv(text);
  EXPECT_TRUE(csv.problems.empty()) << csv.problems.front().message;
  Rows rows;
  for (const CsvRow& row : csv.rows) rows.push_back(row.cells);
  return rows;
}

CsvProblem problem_of(std::string_view text) {
  const Csv csv = parse_csv(text);
  EXPECT_EQ(csv.problems.size(), 1U);
  return csv.problems.empty() ? CsvProblem{} : csv.problems.front();
}

TEST(Csv, RecordsEndWithCrLfAndTheLastMayGoWithout) {
  const Rows expected{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}};
  EXPECT_EQ(rows_of("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"), expected);
  EXPECT_EQ(rows_of("aaa,bbb,ccc\r\nzzz,yyy,xxx"), expected);
  EXPECT_EQ(rows_of("aaa,bbb,ccc\nzzz,yyy,xxx\n"), expected);
}

TEST(Csv, SpacesArePartOfACell) { EXPECT_EQ(rows_of(" a , b\n"), (Rows{{" a ", " b"}})); }

TEST(Csv, QuotedCellsHoldCommasAndLineBreaks) {
  EXPECT_EQ(rows_of("\"aaa\",\"b\r\nbb\",\"c,c\"\r\nzzz,yyy,xxx"),
            (Rows{{"aaa", "b\r\nbb", "c,c"}, {"zzz", "yyy", "xxx"}}));
}

TEST(Csv, AQuoteInsideAQuotedCellIsDoubled) {
  EXPECT_EQ(rows_of("\"aaa\",\"b\"\"bb\",\"\"\"\""), (Rows{{"aaa", "b\"bb", "\""}}));
}

TEST(Csv, EmptyCellsCount) {
  EXPECT_EQ(rows_of(",,\n\"\",x,\n"), (Rows{{"", "", ""}, {"", "x", ""}}));
}

TEST(Csv, BlankLinesAreSkipped) {
  EXPECT_EQ(rows_of("a,b\n\n\r\nc,d\n\n"), (Rows{{"a", "b"}, {"c", "d"}}));
}

TEST(Csv, AnEmptyTextHasNoRows) { EXPECT_TRUE(rows_of("").empty()); }

TEST(Csv, RowsKnowTheirLineAfterLineBreaksInQuotes) {
  const Csv csv = parse_csv("a,b\n\"1\n2\n3\",x\n\ny,z\n");
  ASSERT_EQ(csv.rows.size(), 3U);
  EXPECT_EQ(csv.rows[1].line, 2);
  EXPECT_EQ(csv.rows[2].line, 6);
}

TEST(Csv, AnUnterminatedQuoteIsToldWithTheLineItStartsIn) {
  EXPECT_EQ(problem_of("a,b\nc,\"d\ne,f\n").line, 2);
  EXPECT_NE(problem_of("\"").message.find("closing quote"), std::string::npos);
}

TEST(Csv, StrayQuotesAreTold) {
  EXPECT_EQ(problem_of("a\nb\"c\n").line, 2);
  EXPECT_NE(problem_of("\"a\"b\n").message.find("after the closing quote"), std::string::npos);
}

TEST(Csv, TooManyCellsAreRefused) {
  EXPECT_NE(problem_of(std::string(max_csv_cells + 1, ',')).message.find("too many"),
            std::string::npos);
}

TEST(Csv, WhatIsWrittenReadsBack) {
  const std::vector<std::string> cells{
      "plain", "with, comma", "with \"quotes\"", "two\nlines", "cr\r\nlf", "", " spaced "};
  std::string text;
  for (const std::string& cell : cells) text += (text.empty() ? "" : ",") + csv_cell(cell);
  EXPECT_EQ(rows_of(text + "\n"), (Rows{cells}));
}

}  // namespace
}  // namespace blocrisk
