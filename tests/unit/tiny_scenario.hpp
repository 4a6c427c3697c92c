/// A small valid scenario as files, to be spoiled one piece at a time.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "host/scenario/parse.hpp"

namespace blocrisk::testing_support {

using Files = std::map<std::string, std::string>;

inline Files tiny_files() {
  return {
      {"scenario.toml", R"(name = "tiny"
[clock]
start = "2027-01-01"
years = 2
steps_per_year = 12
[sampling]
paths = 1000
seed = 1
[network]
countries = "countries.csv"
minerals = "minerals.csv"
nodes = "nodes.csv"
demand = "demand.csv"
trade = "trade.csv"
stocks = "stocks.csv"
projects = "projects.csv"
correlation = "correlation.csv"
[bloc]
members = ["USA", "JPN"]
[price_floor.ratio]
gallium = 1.2
[shared_stock.days]
gallium = 30
[measures]
exceedance = [0.01, 0.1]
[[instrument]]
name = "ban"
initial_severity = 0.9
settled_severity = 0.8
settling_months = 3
acute_probability = 0.5
acute_median_months = 3
acute_log_sd = 0.5
structural_median_months = 24
structural_log_sd = 0.5
[[target_group]]
name = "everyone"
[[target_group]]
name = "japan"
countries = ["JPN"]
[[actor]]
country = "CHN"
regimes = ["calm", "tense"]
start = [0.4, 0.6]
switch_per_yr = [[0.0, 0.3], [0.5, 0.0]]
events_per_yr = [0.4, 3.0]
self_excitation = 0.5
instruments = { ban = 1.0 }
targets = { everyone = 0.75, japan = 0.25 }
[[scheduled]]
name = "ban of 2028"
actor = "CHN"
month = 12
probability = 0.5
instrument = "ban"
target = "japan"
minerals = ["gallium"]
duration_months = 6
)"},
      {"countries.csv",
       "id,name,purchasing_weight,note\nUSA,United States,1.2,a\nJPN,Japan,,b\nCHN,China,1,\"c, "
       "d\"\n"},
      {"minerals.csv",
       "id,name,stages,price_usd_per_t,at_risk_usd_per_t,volatility_per_sqrt_yr,reversion_per_yr,"
       "demand_elasticity,"
       "supply_elasticity,max_response_fraction,spot_fraction,surge_fraction,leakage_fraction,"
       "leakage_months,close_ratio,"
       "close_per_yr,open_per_yr,flooder\n"
       "gallium,Gallium,refine,800000,4.8e7,0.4,0.5,0.2,0.05,0.3,0.2,0.5,0.5,3,0.75,1,0.5,CHN\n"
       "cobalt,Cobalt,mine;refine,30000,120000,0.3,0.3,0.2,0.05,0.3,0.2,0.5,0.1,3,0.75,1,0.5,\n"},
      {"nodes.csv",
       "mineral,stage,country,output_t_per_yr,cash_cost_ratio,outage_per_yr,outage_months,outage_"
       "depth,source\n"
       "gallium,refine,CHN,600,0.6,0.25,2,0.5,\"two\nlines\"\n"
       "gallium,refine,JPN,20,0.9,,,,\n"
       "cobalt,mine,CHN,100,0.6,0,0,0,\n"
       "cobalt,refine,CHN,80,0.6,0,0,0,\n"
       "cobalt,refine,USA,20,0.9,0,0,0,\n"},
      {"demand.csv",
       "mineral,country,demand_t_per_yr\n"
       "gallium,USA,20\ngallium,JPN,200\ngallium,CHN,400\ncobalt,USA,50\ncobalt,CHN,50\n"},
      {"trade.csv",
       "mineral,stage,importer,exporter,import_fraction\ngallium,refine,USA,CHN,0.7\ngallium,"
       "refine,USA,JPN,0.3\n"},
      {"stocks.csv",
       "mineral,holder,tonnes,days,trigger_fraction\ngallium,JPN,,60,0.05\ncobalt,USA,302,,\n"},
      {"projects.csv",
       "name,mineral,stage,country,capacity_t_per_yr,decision_month,start_month,delay_median_"
       "months,delay_log_sd,"
       "ramp_median_months,ramp_log_sd,success_probability,incentive_price_ratio\n"
       "\"Smelter, phase 1\",cobalt,refine,USA,10,-1,6,3,0.5,6,0.4,0.8,1.1\n"},
      {"correlation.csv", "mineral,gallium,cobalt\ngallium,1,0.2\ncobalt,0.2,1\n"},
  };
}

/// A folder that lives as long as the object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const Files& files = {}) {
    static std::atomic<int> n_folders = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("blocrisk-test-" + std::to_string(::getpid()) + "-" + std::to_string(n_folders++));
    std::filesystem::remove_all(path_);  // of a test that was killed and had this number
    std::filesystem::create_directories(path_);
    for (const auto& [name, text] : files) write(name, text);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// Replaces the first occurrence; fails the test where there is none.
inline void replace(Files& files, const std::string& file, const std::string& from,
                    const std::string& to) {
  std::string& text = files.at(file);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from << " is not in " << file;
  text.replace(at, from.size(), to);
}

inline Scenario load(const Files& files, const std::vector<std::string>& overrides = {}) {
  const TemporaryFolder folder(files);
  return load_scenario(folder / "scenario.toml", overrides);
}

/// What is said about the files; empty where they are valid. File names are without folders.
inline std::vector<Complaint> complaints_about(const Files& files,
                                               const std::vector<std::string>& overrides = {}) {
  try {
    (void)load(files, overrides);
    return {};
  } catch (const ScenarioError& error) {
    std::vector<Complaint> complaints = error.complaints();
    for (Complaint& complaint : complaints) {
      if (!complaint.file.starts_with("--set"))
        complaint.file = std::filesystem::path(complaint.file).filename().string();
    }
    return complaints;
  }
}

inline std::string texts(const std::vector<Complaint>& complaints) {
  return format_complaints(complaints);
}

}  // namespace blocrisk::testing_support
