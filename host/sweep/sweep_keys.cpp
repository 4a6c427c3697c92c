#include "host/sweep/sweep_keys.hpp"

namespace blocrisk {

const std::vector<SweepKey>& sweep_keys() {
  static const std::vector<SweepKey> keys{
      {"", "name", "text", "required", "Name of the sweep; names the result file."},
      {"", "base", "path", "required", "The scenario that members change, relative to this file."},
      {"", "paths", "1 to 1e12", "the base's", "Paths of every member."},
      {"", "seed", "0 to 2^63 - 1", "the base's", "Seed of every member's draws."},
      {"design", "kind", "`grid`, `list`, `random`, `latin_hypercube`, `sobol`, `saltelli`",
       "`grid`", "Which points of the axes are visited."},
      {"design", "points", "2 to 65536", "none",
       "Of a sampled design: its points; a power of two for `sobol` and `saltelli`."},
      {"design", "seed", "0 to 2^63 - 1", "`1`", "Of a sampled design: the seed of its points."},
      {"design", "names", "texts", "none", "Of a list: names of its members."},
      {"axis", "name", "a letter, then letters, digits and underscores", "required",
       "Name of the axis, and of its values in the result."},
      {"axis", "address", "address, or a list of them", "required",
       "What moves, as in `--set`; all addresses take the same value."},
      {"axis", "values", "list", "none", "The values, of any kind that the key takes."},
      {"axis", "linspace", "[first, last, count]", "none",
       "So many numbers at equal distances, both ends among them."},
      {"axis", "scale", "list of numbers", "none", "Factors on what the base has."},
      {"axis", "apply", "`set`, `multiply`, `add`", "`set`",
       "What a value of `values`, `linspace` or a distribution does at the address."},
      {"axis", "labels", "texts", "none",
       "Names of the values, each of one value; required where a value is a list or a map."},
      {"axis", "distribution", "`uniform`, `triangular`, `normal`, `lognormal`, `beta`", "none",
       "Of a sampled design: a law instead of values, with its parameters as in `[[uncertain]]`."},
      {"differences", "reference", "number, name, or {axis = value, ...}", "none",
       "The member that every other is compared with, path by path."},
      {"differences", "paths", "1 to 1e7", "`100000`",
       "How many of the paths are compared, at most."},
      {"keep", "measures", "names", "all",
       "Measures that the file keeps, and `short_probability`."},
      {"keep", "figures", "names", "all",
       "Figures that it keeps of them: `mean`, `std`, `stderr`, `quantile`, `var`, `cvar`, "
       "`support`, `exceedance`, `probability`, `return`."},
      {"keep", "timelines", "`true`, `false`", "`false`", "Whether it keeps `/timeline`."},
  };
  return keys;
}

}  // namespace blocrisk
