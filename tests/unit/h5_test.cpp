#include "host/io/h5.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "host/io/netcdf.hpp"
#include "host/io/seal.hpp"
#include "host/io/trial.hpp"
#include "host/io/whole_file.hpp"
#include "host/support/error.hpp"
#include "tests/support/scratch_folder.hpp"

namespace blocrisk {
namespace {

using test::ScratchFolder;

h5::File written_and_opened(const h5::File& file, const std::filesystem::path& path) {
  file.save(path, Overwrite::allow);
  return h5::File::open(path);
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

TEST(H5, AttributesComeBack) {
  const ScratchFolder folder;
  const h5::File file = h5::File::create_in_memory("attributes");
  h5::Group root = file.root();
  const std::string long_text(200000, 'x');
  root.set_attribute("text", "caf\u00e9");
  root.set_attribute("empty", "");
  root.set_attribute("long", long_text);
  root.set_attribute("real", 0.05);
  root.set_attribute("whole", std::int64_t{-7});
  root.set_attribute("large", ~std::uint64_t{0});

  const h5::File opened = written_and_opened(file, folder / "a.h5");
  const h5::Group read = opened.root();
  EXPECT_EQ(read.text_attribute("text"), "caf\u00e9");
  EXPECT_EQ(read.text_attribute("empty"), "");
  EXPECT_EQ(read.text_attribute("long"), long_text);
  EXPECT_EQ(read.real_attribute("real"), 0.05);
  EXPECT_EQ(read.integer_attribute("whole"), -7);
  EXPECT_EQ(read.unsigned_attribute("large"), ~std::uint64_t{0});
  EXPECT_TRUE(read.has_attribute("real"));
  EXPECT_FALSE(read.has_attribute("unreal"));
}

TEST(H5, DatasetsComeBackFromAnyChunking) {
  const ScratchFolder folder;
  const h5::File file = h5::File::create_in_memory("datasets");
  h5::Group root = file.root();
  const std::vector<std::vector<hsize_t>> shapes{{5},     {1},    {13, 13, 1603},
                                                 {40000}, {3, 0}, {2, 300000}};
  std::vector<std::vector<std::uint64_t>> data;
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    std::size_t count = 1;
    for (const hsize_t extent : shapes[k]) count *= extent;
    std::vector<std::uint64_t> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = i % 7 == 0 ? i * 0x9E3779B97F4A7C15ull : 0;
    root.create_dataset("d" + std::to_string(k), h5::Type::u64, shapes[k], values.data(), nullptr);
    data.push_back(std::move(values));
  }
  const h5::File opened = written_and_opened(file, folder / "d.h5");
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const h5::Dataset dataset = opened.root().open_dataset("d" + std::to_string(k));
    std::vector<std::uint64_t> values(data[k].size());
    dataset.read(h5::Type::u64, values.data(), values.size());
    EXPECT_EQ(values, data[k]);
    EXPECT_EQ(dataset.shape(), shapes[k]);
  }
}

TEST(H5, StringsComeBack) {
  const ScratchFolder folder;
  const h5::File file = h5::File::create_in_memory("strings");
  const std::vector<std::string> names{"USA", "C\u00f4te d'Ivoire", ""};
  file.root().create_strings("names", names);
  const h5::File opened = written_and_opened(file, folder / "s.h5");
  EXPECT_EQ(opened.root().open_dataset("names").read_strings(), names);
}

TEST(H5, EqualCallsGiveEqualBytes) {
  const auto write = [] {
    h5::File file = h5::File::create_in_memory("same");
    NetcdfGroup root(file);
    root.add_axis("member", std::vector<std::string>{"USA", "JPN"}, "member");
    root.add("x", {"member"}, std::vector<double>{1.0, 2.0}, "1", "x");
    root.attributes().set_attribute("note", "n");
    const auto image = file.image();
    return std::vector<std::byte>(image.begin(), image.end());
  };
  const std::vector<std::byte> first = write();
  std::vector<char> noise(1 << 20, 'n');  // other memory, other bytes in it
  EXPECT_EQ(first, write());
}

TEST(H5, WhatIsNoHdf5FileIsToldInPlainWords) {
  const ScratchFolder folder;
  const std::string absent = (folder / "absent.h5").string();
  EXPECT_EQ(message_of([&] { h5::File::open(absent); }), absent + ": no such file");
  EXPECT_EQ(message_of([&] { h5::File::open(folder.path()); }),
            folder.path().string() + " is a folder; an HDF5 file is expected");

  const std::string other = (folder / "other.h5").string();
  std::ofstream(other) << "not HDF5 at all";
  EXPECT_EQ(message_of([&] { h5::File::open(other); }), other + " is not an HDF5 file");

  const std::string pipe = (folder / "pipe.h5").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { h5::File::open(pipe); }),
            pipe + " is not a regular file; an HDF5 file is expected");

  const std::string cut = (folder / "cut.h5").string();
  const h5::File whole = h5::File::create_in_memory("whole");
  std::ofstream(cut, std::ios::binary)
      .write(reinterpret_cast<const char*>(whole.image().data()), 100);
  const std::string message = message_of([&] { h5::File::open(cut); });
  EXPECT_NE(message.find("damaged, or cut short"), std::string::npos) << message;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ostringstream stream;
  stream << std::ifstream(path, std::ios::binary).rdbuf();
  return stream.str();
}

TEST(Seal, TellsOneChangedBitAnywhere) {
  const ScratchFolder folder;
  const std::filesystem::path path = folder / "s.h5";
  const h5::File file = h5::File::create_in_memory("s");
  const double values[] = {1, 2, 3};
  file.root().create_dataset("x", h5::Type::f64, {3}, values, nullptr);
  file.save(path, Overwrite::allow);
  EXPECT_EQ(check_seal(path), Seal::sound);
  const std::string sound = bytes_of(path);
  for (std::size_t at = 0; at < file.image().size(); at += 37) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_EQ(check_seal(path), Seal::broken) << at;
    if (at >= 8) {  // before that it is no HDF5 file any more
      EXPECT_NE(message_of([&] { h5::File::open(path); }).find("damaged"), std::string::npos) << at;
    }
  }
}

TEST(Seal, IsALineThatOtherToolsCanCheck) {
  const std::string text = "abc";
  EXPECT_EQ(seal_of(std::as_bytes(std::span(text))),
            "blocrisk seal, SHA-256 of all bytes before this line: "
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n");
}

TEST(Seal, IsAbsentFromWhatOtherProgramsWrite) {
  const ScratchFolder folder;
  const h5::File file = h5::File::create_in_memory("s");
  write_whole_file(folder / "plain.h5", file.image(), Overwrite::allow);
  EXPECT_EQ(check_seal(folder / "plain.h5"), Seal::absent);
  EXPECT_NO_THROW(h5::File::open(folder / "plain.h5"));
}

TEST(Trial, ADatasetThatClaimsMoreThanItHoldsIsRefused) {
  const ScratchFolder folder;
  const std::filesystem::path path = folder / "t.h5";
  const h5::File file = h5::File::create_in_memory("t");
  {  // chunks that are never written take no room
    const hsize_t extent = hsize_t{1} << 40;
    const hsize_t chunk = 1 << 20;
    const h5::Id space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
    const h5::Id list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    ASSERT_GE(H5Pset_chunk(list.get(), 1, &chunk), 0);
    const h5::Id dataset(H5Dcreate2(file.root().id(), "x", H5T_IEEE_F64LE, space.get(), H5P_DEFAULT,
                                    list.get(), H5P_DEFAULT),
                         H5Dclose);
    ASSERT_GE(dataset.get(), 0);
  }
  write_whole_file(path, file.image(), Overwrite::allow);
  EXPECT_NE(message_of([&] { survive_reading(path); }).find("claims more data"), std::string::npos);
}

TEST(H5, FailuresNameFileActionAndReason) {
  const ScratchFolder folder;
  const h5::File file = h5::File::create_in_memory("f");
  EXPECT_NE(message_of([&] { file.root().open_dataset("x"); }).find("open dataset x"),
            std::string::npos);
  EXPECT_NE(message_of([&] { file.root().text_attribute("y"); }).find("attribute y"),
            std::string::npos);
}

TEST(H5, WrongSizesAreRefused) {
  const ScratchFolder folder;
  const h5::File file = h5::File::create_in_memory("sizes");
  const double values[] = {1, 2, 3};
  file.root().create_dataset("x", h5::Type::f64, {3}, values, nullptr);
  const h5::File opened = written_and_opened(file, folder / "x.h5");
  double two[2];
  EXPECT_THROW(opened.root().open_dataset("x").read(h5::Type::f64, two, 2), EnvironmentError);
}

TEST(Netcdf, VariablesHaveScalesUnitsNamesAndFillValues) {
  const ScratchFolder folder;
  h5::File file = h5::File::create_in_memory("n");
  {
    NetcdfGroup root(file);
    root.add_axis("member", std::vector<std::string>{"USA", "JPN"}, "member");
    NetcdfGroup group = root.add_group("g");
    group.add_axis("rank", std::vector<std::int64_t>{1, 2, 3}, "1", "rank");
    group.add("x", {"member", "rank"}, std::vector<double>(6, 0.5), "USD", "an amount");
  }
  const h5::File opened = written_and_opened(file, folder / "n.h5");
  const h5::Dataset x = opened.root().open_group("g").open_dataset("x");
  EXPECT_EQ(x.shape(), (std::vector<hsize_t>{2, 3}));
  EXPECT_EQ(x.text_attribute("units"), "USD");
  EXPECT_EQ(x.text_attribute("long_name"), "an amount");
  EXPECT_TRUE(std::isnan(x.real_attribute("_FillValue")));
  EXPECT_TRUE(x.has_attribute("DIMENSION_LIST"));
}

TEST(Netcdf, AShapeThatIsNotThatOfTheAxesIsOurMistake) {
  h5::File file = h5::File::create_in_memory("n");
  NetcdfGroup root(file);
  root.add_axis("rank", std::vector<std::int64_t>{1, 2, 3}, "1", "rank");
  EXPECT_THROW(root.add("x", {"rank"}, std::vector<double>(4), "1", "x"), std::logic_error);
  EXPECT_THROW(root.add("x", {"nowhere"}, std::vector<double>(4), "1", "x"), std::logic_error);
}

}  // namespace
}  // namespace blocrisk
