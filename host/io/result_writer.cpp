#include "host/io/result_writer.hpp"

#include "host/io/h5.hpp"
#include "host/io/netcdf.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {
namespace {

std::vector<std::byte> result_image(const std::filesystem::path& path, const ResultContent& content) {
  const h5::File file = h5::File::create_in_memory(path.string());
  {
    NetcdfGroup root(file);
    write_origin(root, content);
    write_summary(root, content);
    write_timeline(root, content);
    write_accumulators(root, content);
    write_samples(root, content);
  }
  return file.image();
}

}  // namespace

void write_result(const std::filesystem::path& path, const ResultContent& content,
                  Overwrite overwrite) {
  write_whole_file(path, result_image(path, content), overwrite);
}

}  // namespace blocrisk
