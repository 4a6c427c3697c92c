#include "host/io/result_writer.hpp"

#include "host/io/h5.hpp"
#include "host/io/netcdf.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {

h5::File build_result(const std::string& name, const ResultContent& content) {
  h5::File file = h5::File::create_in_memory(name);
  NetcdfGroup root(file);
  write_origin(root, content);
  write_summary(root, content);
  write_timeline(root, content);
  write_diagnostics(root, content);
  write_attribution(root, content);
  write_uncertain(root, content);
  write_accumulators(root, content);
  write_samples(root, content);
  write_convergence(root, content);
  return file;
}

void write_result(const std::filesystem::path& path, const ResultContent& content,
                  Overwrite overwrite) {
  build_result(path.string(), content).save(path, overwrite);
}

}  // namespace blocrisk
