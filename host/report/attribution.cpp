#include "host/report/attribution.hpp"

#include <cstddef>

#include "host/io/h5.hpp"

namespace blocrisk {

std::optional<Attribution> read_attribution(const std::filesystem::path& path,
                                            const ResultFacts& facts) {
  const h5::File file = h5::File::open(path);
  if (!file.root().has("attribution")) return std::nullopt;
  const h5::Group group = file.root().open_group("attribution");
  Attribution found;
  found.countries = group.open_dataset("country").read_strings();
  found.causes = group.open_dataset("cause").read_strings();
  const std::size_t count =
      facts.members.size() * facts.minerals.size() * found.countries.size() * found.causes.size();
  const auto read = [&group, count](const char* name, std::vector<double>& values) {
    values.resize(count);
    group.open_dataset(name).read(h5::Type::f64, values.data(), count);
  };
  read("expected", found.expected);
  read("tail", found.tail);
  return found;
}

}  // namespace blocrisk
