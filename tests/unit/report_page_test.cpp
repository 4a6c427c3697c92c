/// The page around a report's data: escapes, marks, and a program without a page.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "host/report/nested_arrays.hpp"
#include "host/report/page.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

constexpr std::string_view page = "<title>{{title}}</title><script>{{data}}</script>";

TEST(FillPage, PutsTitleAndDataInTheirPlaces) {
  EXPECT_EQ(fill_page(page, "a", "[1]"), "<title>a</title><script>[1]</script>");
}

TEST(FillPage, NothingInTheDataCanEndTheElementThatHoldsThem) {
  EXPECT_EQ(fill_page(page, "", R"(["</script><!--&"])"),
            R"(<title></title><script>["\u003c/script\u003e\u003c!--\u0026"]</script>)");
}

TEST(FillPage, ATitleIsTextEvenWhereItLooksLikeMarkup) {
  EXPECT_EQ(fill_page(page, "</title>&amp;", "0"),
            "<title>&lt;/title&gt;&amp;amp;</title><script>0</script>");
}

TEST(FillPage, MarksInTheTitleOrTheDataAreNotFilledIn) {
  EXPECT_EQ(fill_page(page, "{{data}}", R"("{{title}}")"),
            R"(<title>{{data}}</title><script>"{{title}}"</script>)");
}

TEST(RequirePage, AProgramWithoutPlotsSaysWhatToInstall) {
  EXPECT_NO_THROW(require_page(page));
  try {
    require_page("");
    FAIL() << "an empty page passed";
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("libjs-vega"), std::string::npos);
  }
}

TEST(WriteVariable, ArraysLieInArraysByTheirExtents) {
  JsonWriter json;
  json.begin_object();
  write_variable(json, "x", std::vector<double>{1, 2, 3, 4, 0.1, 1.0 / 3.0}, {3, 1, 2});
  write_variable(json, "none", std::vector<double>{}, {2, 0});
  json.end_object();
  EXPECT_EQ(json.text(), R"({"x":[[[1,2]],[[3,4]],[[0.1,0.3333333333333333]]],"none":[[],[]]})");
}

TEST(WriteVariable, DrawnNumbersHaveFourDigits) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  JsonWriter json;
  json.begin_object();
  write_variable(json, "x", std::vector<double>{1.0 / 3.0, 1234567.0, 1e-9 / 3, 0, infinity}, {5},
                 Digits::drawn);
  json.end_object();
  EXPECT_EQ(json.text(), R"({"x":[0.3333,1.235e+06,3.333e-10,0,null]})");
}

}  // namespace
}  // namespace blocrisk
