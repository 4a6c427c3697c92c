#include "host/scenario/fields.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

constexpr double horizon_months = 12.0 * max_steps;  // a scenario can have no later month
constexpr Range any{};
constexpr Range fraction{0, 1};
constexpr Range below_one{0, 1, false, true};
constexpr Range rate_per_yr{0, 1e4};
constexpr Range positive_rate_per_yr{0, 1e4, true};
constexpr Range months{0, horizon_months};
constexpr Range positive_months{0, horizon_months, true};
constexpr Range log_sd{0, 10};
constexpr Range log_size{0, 10};
constexpr Range price_ratio{0, 100};
constexpr Range positive_ratio{0, 100, true};
constexpr Range tonnes{0, 1e15};
constexpr Range stock_days{0, 100 * days_per_yr};
constexpr Range growth{-1, 10, true};
constexpr Range elasticity{0, 100};
constexpr Range release{0, 100};
constexpr Range horizon_yr{0, max_steps, true};
constexpr Range step_count{1, max_steps};
constexpr Range not_negative{0};
constexpr Range up_to_ten{0, 10};
constexpr Range bias{0, 1e6};
constexpr Range up_to_thousand{0, 1e3};
constexpr Range years{0, max_steps};
constexpr Range weight{0, 1e9};
constexpr Range positive_weight{0, 1e6, true};
constexpr Range positive_usd_per_t{0, 1e15, true};
constexpr Range usd_per_t{0, 1e15};
constexpr Range positive_fraction{0, 1, true};
constexpr Range refill_yr{0, 100};
constexpr Range any_month{-horizon_months, horizon_months};
constexpr Range path_count{1, max_paths};
constexpr Range draw_paths{2, max_paths_per_draw};
constexpr Range positive{0, 1e300, true};
constexpr Range beta_shape{0.1, 1e3};

constexpr Presence key = Presence::key;
constexpr Presence required = Presence::required;
constexpr Presence optional = Presence::optional;

constexpr std::array scenario_fields{
    Field<Scenario>{"name", &Scenario::name, required, any, "",
                    "Name of the scenario; names the result file."},
};

constexpr std::array clock_fields{
    Field<Clock>{"start", &Clock::start, required, any, "date", "First day, as YYYY-MM-DD."},
    Field<Clock>{"years", &Clock::years, required, horizon_yr, "yr",
                 "Length of the horizon; years times steps a year is at most 4096."},
    Field<Clock>{"steps_per_year", &Clock::steps_per_year, optional, step_count, "1/yr",
                 "Steps a year."},
};

constexpr std::array sampling_fields{
    Field<Sampling>{"paths", &Sampling::paths, required, path_count, "", "Paths to sample."},
    Field<Sampling>{
        "seed", &Sampling::seed, optional, not_negative, "",
        "Seed of all draws, a whole number below 2^64, from 2^63 on in quotes; 0 is a seed "
        "like any other."},
    Field<Sampling>{"paths_per_draw", &Sampling::paths_per_draw, optional, draw_paths, "",
                    "Paths that share one draw of the uncertain inputs; a power of two."},
};

constexpr std::array network_fields{
    Field<NetworkOptions>{
        "balance_tolerance", &NetworkOptions::balance_tolerance, optional, up_to_ten, "ratio",
        "How far calibration may scale the output of a stage away from what is wanted of it."},
    Field<NetworkOptions>{"home_bias", &NetworkOptions::home_bias, optional, bias, "ratio",
                          "Preference for the home supplier where trade is not known; 1 is none."},
};

constexpr std::array bloc_fields{
    Field<Bloc>{"members", &Bloc::members, required, any, "country ids", "The bloc's members."},
    Field<Bloc>{"pooling", &Bloc::pooling, optional, any, "",
                "Members' uncontracted tonnes go to members first."},
    Field<Bloc>{"retaliation", &Bloc::retaliation, optional, up_to_thousand, "ratio",
                "Factor on every actor's event rates that the bloc's policy provokes."},
};

constexpr std::array allocation_fields{
    Field<Allocation>{"rule", &Allocation::rule, optional, any, "",
                      "Who gets the open pool: `pro_rata`, or `priority` in the order of `order`."},
    Field<Allocation>{
        "order", &Allocation::order, optional, any, "country ids",
        "Countries served one after the other under `priority`; the rest follow pro-rata."},
};

constexpr std::array price_floor_fields{
    Field<PriceFloor>{"from_year", &PriceFloor::from_year, optional, years, "yr",
                      "The floor is in force from this time on."},
    Field<PriceFloor>{"circumvention_fraction", &PriceFloor::circumvention_fraction, optional,
                      fraction, "fraction", "Part of the floor's effect that is evaded."},
    Field<PriceFloor>{"ratio", &PriceFloor::ratio, optional, price_ratio, "ratio to the base price",
                      "By mineral: the least a bloc producer earns; 0 is no floor."},
};

constexpr std::array shared_stock_fields{
    Field<SharedStock>{"trigger_fraction", &SharedStock::trigger_fraction, optional, fraction,
                       "fraction of need", "A gap above this starts the count."},
    Field<SharedStock>{"latency_months", &SharedStock::latency_months, optional, months, "months",
                       "The stock opens once the gap has lasted longer."},
    Field<SharedStock>{"release_rate", &SharedStock::release_rate, optional, release,
                       "fraction of members' demand", "Most that is released in a step."},
    Field<SharedStock>{"buy_below", &SharedStock::buy_below, optional, price_ratio,
                       "ratio to the base price", "Refilled while the price is below; 0 is never."},
    Field<SharedStock>{"days", &SharedStock::days, optional, stock_days,
                       "days of members' base-year demand",
                       "By mineral: opening stock and target; 0 is none."},
    Field<SharedStock>{"tonnes", &SharedStock::tonnes, optional, tonnes, "t",
                       "By mineral: the same in tonnes; not both."},
};

constexpr std::array measures_fields{
    Field<MeasureOptions>{"short_threshold", &MeasureOptions::short_threshold, optional, fraction,
                          "fraction of demand",
                          "A step with more unmet than this counts as short."},
    Field<MeasureOptions>{"exceedance", &MeasureOptions::exceedance, optional, fraction, "fraction",
                          "Thresholds, ascending, whose exceedance probability is reported."},
};

constexpr std::array instrument_fields{
    Field<Instrument>{"name", &Instrument::name, key, any, "", "Name of the instrument."},
    Field<Instrument>{"initial_severity", &Instrument::initial_severity, required, fraction,
                      "fraction of exports", "What it blocks when it starts."},
    Field<Instrument>{"settled_severity", &Instrument::settled_severity, required, fraction,
                      "fraction of exports", "What it blocks once it has settled."},
    Field<Instrument>{"settling_months", &Instrument::settling_months, required, positive_months,
                      "months", "Time constant from the one to the other."},
    Field<Instrument>{"acute_probability", &Instrument::acute_probability, required, fraction,
                      "probability",
                      "That an event's duration is an acute one, not a structural one."},
    Field<Instrument>{"acute_median_months", &Instrument::acute_median_months, required,
                      positive_months, "months", "Median duration of an acute event."},
    Field<Instrument>{"acute_log_sd", &Instrument::acute_log_sd, required, log_sd, "log",
                      "Standard deviation of its logarithm."},
    Field<Instrument>{"structural_median_months", &Instrument::structural_median_months, required,
                      positive_months, "months", "Median duration of a structural event."},
    Field<Instrument>{"structural_log_sd", &Instrument::structural_log_sd, required, log_sd, "log",
                      "Standard deviation of its logarithm."},
};

constexpr std::array target_group_fields{
    Field<TargetGroup>{"name", &TargetGroup::name, key, any, "",
                       "Name of the group; `everyone` is all countries, `bloc` the members."},
    Field<TargetGroup>{"countries", &TargetGroup::countries, optional, any, "country ids",
                       "Whom it holds; required but for `everyone` and `bloc`, which take none."},
};

constexpr std::array actor_fields{
    Field<Actor>{"country", &Actor::country, key, any, "country id",
                 "The country whose policy it is."},
    Field<Actor>{"regimes", &Actor::regimes, optional, any, "names", "Its political regimes."},
    Field<Actor>{"start", &Actor::start, optional, fraction, "probability",
                 "Of each regime before step 0; they sum to 1."},
    Field<Actor>{"events_per_yr", &Actor::events_per_yr, required, rate_per_yr, "1/yr",
                 "Rate of restriction events in each regime."},
    Field<Actor>{"switch_per_yr", &Actor::switch_per_yr, optional, rate_per_yr, "1/yr",
                 "Rates from regime (row) to regime (column); the diagonal is ignored."},
    Field<Actor>{"self_excitation", &Actor::self_excitation, optional, rate_per_yr, "1/yr",
                 "Added to the rate by each own event in memory."},
    Field<Actor>{"contagion", &Actor::contagion, optional, rate_per_yr, "1/yr",
                 "Added to the rate by each event of another actor in memory."},
    Field<Actor>{"memory_per_yr", &Actor::memory_per_yr, optional, positive_rate_per_yr, "1/yr",
                 "Rate at which the memory of its events fades."},
    Field<Actor>{"bundle_correlation", &Actor::bundle_correlation, optional, fraction, "fraction",
                 "How much the minerals of one event come together."},
    Field<Actor>{"enforcement", &Actor::enforcement, optional, fraction, "fraction",
                 "Part of leakage through third countries it prevents."},
    Field<Actor>{"instruments", &Actor::instruments, required, weight, "weight",
                 "By instrument: how often an event uses it; normalised."},
    Field<Actor>{"targets", &Actor::targets, required, weight, "weight",
                 "By target group: how often an event is aimed at it; normalised."},
};

constexpr std::array scheduled_fields{
    Field<ScheduledEvent>{"name", &ScheduledEvent::name, key, any, "", "Name of the event."},
    Field<ScheduledEvent>{"actor", &ScheduledEvent::actor, required, any, "country id",
                          "The actor that issues it."},
    Field<ScheduledEvent>{"month", &ScheduledEvent::month, required, months, "months",
                          "When, from the start; before the horizon."},
    Field<ScheduledEvent>{"probability", &ScheduledEvent::probability, required, fraction,
                          "probability", "That it happens."},
    Field<ScheduledEvent>{"instrument", &ScheduledEvent::instrument, required, any, "instrument",
                          "What is used."},
    Field<ScheduledEvent>{"target", &ScheduledEvent::target, required, any, "target group",
                          "Who is hit."},
    Field<ScheduledEvent>{"minerals", &ScheduledEvent::minerals, optional, any, "mineral ids",
                          "Which minerals; all of the actor's where absent."},
    Field<ScheduledEvent>{"duration_months", &ScheduledEvent::duration_months, optional,
                          positive_months, "months",
                          "How long; drawn from the instrument where absent."},
};

constexpr std::array uncertain_fields{
    Field<UncertainInput>{"name", &UncertainInput::name, key, any, "",
                          "Name of the input; the address of its draws."},
    Field<UncertainInput>{"address", &UncertainInput::address, required, any, "address",
                          "What is uncertain, as in `--set`; the scenario must have a number "
                          "there, and all that match move together."},
    Field<UncertainInput>{"distribution", &UncertainInput::distribution, required, any, "",
                          "`uniform`, `triangular`, `normal`, `lognormal` or `beta`."},
    Field<UncertainInput>{"apply", &UncertainInput::apply, optional, any, "",
                          "What a drawn value does there: `set` it, `multiply` or `add`."},
    Field<UncertainInput>{"low", &UncertainInput::low, optional, any, "as the input",
                          "Lower end. Required for `uniform` and `triangular`; else mean - 3 sd, "
                          "median e^(-3 log_sd), 0."},
    Field<UncertainInput>{"high", &UncertainInput::high, optional, any, "as the input",
                          "Upper end. Required for `uniform` and `triangular`; else mean + 3 sd, "
                          "median e^(3 log_sd), 1."},
    Field<UncertainInput>{"mode", &UncertainInput::mode, optional, any, "as the input",
                          "Of `triangular`: the likeliest value."},
    Field<UncertainInput>{"mean", &UncertainInput::mean, optional, any, "as the input",
                          "Of `normal`, before it is cut at the ends."},
    Field<UncertainInput>{"sd", &UncertainInput::sd, optional, not_negative, "as the input",
                          "Of `normal`: standard deviation, before it is cut at the ends."},
    Field<UncertainInput>{"median", &UncertainInput::median, optional, positive, "as the input",
                          "Of `lognormal`, before it is cut at the ends."},
    Field<UncertainInput>{"log_sd", &UncertainInput::log_sd, optional, log_sd, "log",
                          "Of `lognormal`: standard deviation of the logarithm, before the cut."},
    Field<UncertainInput>{"alpha", &UncertainInput::alpha, optional, beta_shape, "",
                          "First shape of `beta`, which lies between `low` and `high`."},
    Field<UncertainInput>{"beta", &UncertainInput::beta, optional, beta_shape, "",
                          "Second shape of `beta`."},
};

constexpr std::array country_fields{
    Field<Country>{"id", &Country::id, key, any, "", "Id of the country."},
    Field<Country>{"name", &Country::name, required, any, "", "Name for people."},
    Field<Country>{"purchasing_weight", &Country::purchasing_weight, optional, positive_weight,
                   "ratio", "Weight of its gaps where what there is gets shared out."},
};

constexpr std::array mineral_fields{
    Field<Mineral>{"id", &Mineral::id, key, any, "", "Id of the mineral."},
    Field<Mineral>{"name", &Mineral::name, required, any, "", "Name for people."},
    Field<Mineral>{"stages", &Mineral::stages, required, any, "names",
                   "Stages from first to last, separated by `;`; 1 to 4."},
    Field<Mineral>{"price_usd_per_t", &Mineral::price_usd_per_t, required, positive_usd_per_t,
                   "USD/t", "Base price."},
    Field<Mineral>{"at_risk_usd_per_t", &Mineral::at_risk_usd_per_t, required, usd_per_t, "USD/t",
                   "Value lost with each tonne unmet."},
    Field<Mineral>{"volatility_per_sqrt_yr", &Mineral::volatility_per_sqrt_yr, required, up_to_ten,
                   "log/sqrt(yr)", "Volatility of the log price."},
    Field<Mineral>{"reversion_per_yr", &Mineral::reversion_per_yr, required, up_to_thousand, "1/yr",
                   "Reversion of the log price to the base price; 0 is a random walk."},
    Field<Mineral>{"jumps_per_yr", &Mineral::jumps_per_yr, optional, rate_per_yr, "1/yr",
                   "Rate of price jumps."},
    Field<Mineral>{"jump_up_probability", &Mineral::jump_up_probability, optional, fraction,
                   "probability", "That a jump goes up."},
    Field<Mineral>{"jump_up_mean", &Mineral::jump_up_mean, optional, log_size, "log",
                   "Mean size of a jump up."},
    Field<Mineral>{"jump_down_mean", &Mineral::jump_down_mean, optional, log_size, "log",
                   "Mean size of a jump down."},
    Field<Mineral>{"demand_elasticity", &Mineral::demand_elasticity, required, elasticity, "ratio",
                   "Fall of demand with price."},
    Field<Mineral>{"supply_elasticity", &Mineral::supply_elasticity, required, elasticity, "ratio",
                   "With the former, sets what scarcity does to the price; their sum is above 0."},
    Field<Mineral>{"max_response_fraction", &Mineral::max_response_fraction, required, fraction,
                   "fraction", "Most that price takes away of demand."},
    Field<Mineral>{"substitution_per_yr", &Mineral::substitution_per_yr, optional, rate_per_yr,
                   "1/yr", "Demand substituted per year of full scarcity."},
    Field<Mineral>{"substitution_max", &Mineral::substitution_max, optional, fraction, "fraction",
                   "Most that is substituted; 0 is none."},
    Field<Mineral>{"spot_fraction", &Mineral::spot_fraction, required, fraction, "fraction",
                   "Part of regular output sold without contract."},
    Field<Mineral>{"surge_fraction", &Mineral::surge_fraction, required, fraction, "fraction",
                   "Part of idle capacity that can be used."},
    Field<Mineral>{"leakage_fraction", &Mineral::leakage_fraction, required, fraction, "fraction",
                   "Part of what is blocked that finds a way in time."},
    Field<Mineral>{"leakage_months", &Mineral::leakage_months, required, positive_months, "months",
                   "Time constant of that."},
    Field<Mineral>{"flooder", &Mineral::flooder, optional, any, "country id",
                   "Who may push the price down; empty is nobody."},
    Field<Mineral>{"flood_per_yr", &Mineral::flood_per_yr, optional, rate_per_yr, "1/yr",
                   "Rate at which a flood starts."},
    Field<Mineral>{"flood_months", &Mineral::flood_months, optional, months, "months",
                   "Mean length of a flood; above 0 where `flood_per_yr` is."},
    Field<Mineral>{"flood_depth", &Mineral::flood_depth, optional, log_size, "log",
                   "By how much the price falls."},
    Field<Mineral>{"flood_trigger_fraction", &Mineral::flood_trigger_fraction, optional, fraction,
                   "fraction",
                   "A flood starts only while the others' share of last-stage output is above."},
    Field<Mineral>{"close_ratio", &Mineral::close_ratio, required, below_one, "ratio",
                   "Producers are fully closed where they earn this part of their cost."},
    Field<Mineral>{"close_per_yr", &Mineral::close_per_yr, required, rate_per_yr, "1/yr",
                   "Speed at which capacity closes."},
    Field<Mineral>{"open_per_yr", &Mineral::open_per_yr, required, rate_per_yr, "1/yr",
                   "Speed at which it opens again."},
    Field<Mineral>{"earn_smoothing_months", &Mineral::earn_smoothing_months, optional, months,
                   "months", "Over which producers average what they earn."},
    Field<Mineral>{"scarcity_months", &Mineral::scarcity_months, optional, months, "months",
                   "Over which scarcity moves the price."},
    Field<Mineral>{"substitution_reversal_per_yr", &Mineral::substitution_reversal_per_yr, optional,
                   rate_per_yr, "1/yr", "Speed at which substitution is undone."},
    Field<Mineral>{"initial_price_ratio", &Mineral::initial_price_ratio, optional, positive_ratio,
                   "ratio to the base price", "Price at the start."},
};

constexpr std::array node_fields{
    Field<NodeRow>{"mineral", &NodeRow::mineral, key, any, "mineral id", "What is produced."},
    Field<NodeRow>{"stage", &NodeRow::stage, key, any, "stage", "At which of its stages."},
    Field<NodeRow>{"country", &NodeRow::country, key, any, "country id", "Where."},
    Field<NodeRow>{"output_t_per_yr", &NodeRow::output_t_per_yr, required, tonnes, "t/yr",
                   "Base-year output."},
    Field<NodeRow>{"capacity_t_per_yr",
                   &NodeRow::capacity_t_per_yr,
                   optional,
                   tonnes,
                   "t/yr",
                   "Capacity; raised to the calibrated output where below it.",
                   {},
                   "output_t_per_yr",
                   default_utilisation},
    Field<NodeRow>{"growth_per_yr", &NodeRow::growth_per_yr, optional, growth, "1/yr",
                   "Growth of capacity."},
    Field<NodeRow>{"yield_fraction", &NodeRow::yield_fraction, optional, positive_fraction,
                   "fraction", "Tonnes made of a tonne of feed; idle at the first stage."},
    Field<NodeRow>{"secondary_feed_fraction", &NodeRow::secondary_feed_fraction, optional, fraction,
                   "fraction", "Part of the feed that is local scrap."},
    Field<NodeRow>{"cash_cost_ratio", &NodeRow::cash_cost_ratio, required, positive_ratio,
                   "ratio to the base price", "Cash cost."},
    Field<NodeRow>{"outage_per_yr", &NodeRow::outage_per_yr, optional, rate_per_yr, "1/yr",
                   "Rate of outages."},
    Field<NodeRow>{"outage_months", &NodeRow::outage_months, optional, months, "months",
                   "Mean length of an outage.", "outage_per_yr"},
    Field<NodeRow>{"outage_depth", &NodeRow::outage_depth, optional, fraction, "fraction",
                   "Part of capacity it takes away.", "outage_per_yr"},
    Field<NodeRow>{"inclusion_probability", &NodeRow::inclusion_probability, optional, fraction,
                   "probability", "That a drawn event of its country includes it."},
    Field<NodeRow>{"feed_stock_days", &NodeRow::feed_stock_days, optional, stock_days,
                   "days of its feed", "Stock of feed; idle at the first stage."},
};

constexpr std::array demand_fields{
    Field<DemandRow>{"mineral", &DemandRow::mineral, key, any, "mineral id", "What is used."},
    Field<DemandRow>{"country", &DemandRow::country, key, any, "country id", "Where."},
    Field<DemandRow>{"demand_t_per_yr", &DemandRow::demand_t_per_yr, required, tonnes, "t/yr",
                     "Base-year demand."},
    Field<DemandRow>{"growth_per_yr", &DemandRow::growth_per_yr, optional, growth, "1/yr",
                     "Growth of demand."},
    Field<DemandRow>{"essential_fraction", &DemandRow::essential_fraction, optional, fraction,
                     "fraction", "Part that defence and essential industry need."},
    Field<DemandRow>{"commercial_stock_days", &DemandRow::commercial_stock_days, optional,
                     stock_days, "days of its demand", "Stock that users hold."},
    Field<DemandRow>{"commercial_release_fraction", &DemandRow::commercial_release_fraction,
                     optional, fraction, "fraction a month",
                     "Most of it that is drawn in a month."},
    Field<DemandRow>{"commercial_refill_yr", &DemandRow::commercial_refill_yr, optional, refill_yr,
                     "yr", "Time over which it is refilled."},
};

constexpr std::array trade_fields{
    Field<TradeRow>{"mineral", &TradeRow::mineral, key, any, "mineral id", "What is traded."},
    Field<TradeRow>{"stage", &TradeRow::stage, key, any, "stage", "The product of which stage."},
    Field<TradeRow>{"importer", &TradeRow::importer, key, any, "country id", "Who buys."},
    Field<TradeRow>{"exporter", &TradeRow::exporter, key, any, "country id", "From whom, abroad."},
    Field<TradeRow>{"import_fraction", &TradeRow::import_fraction, required, fraction,
                    "fraction of imports",
                    "The exporter's part; those of an importer are not normalised, and the "
                    "exporters not named share what they leave of 1."},
};

constexpr std::array stock_fields{
    Field<StockRow>{"mineral", &StockRow::mineral, key, any, "mineral id", "What is stocked."},
    Field<StockRow>{"holder", &StockRow::holder, key, any, "country id", "Who holds it."},
    Field<StockRow>{"tonnes", &StockRow::tonnes, optional, tonnes, "t",
                    "Opening stock and target; or `days`."},
    Field<StockRow>{"days", &StockRow::days, optional, stock_days, "days of base-year demand",
                    "The same in days; not both."},
    Field<StockRow>{"trigger_fraction", &StockRow::trigger_fraction, optional, fraction,
                    "fraction of need", "A gap above this starts the count."},
    Field<StockRow>{"latency_months", &StockRow::latency_months, optional, months, "months",
                    "The stock opens once the gap has lasted longer."},
    Field<StockRow>{"release_rate", &StockRow::release_rate, optional, release,
                    "fraction of demand", "Most that is released in a step."},
    Field<StockRow>{"buy_below", &StockRow::buy_below, optional, price_ratio,
                    "ratio to the base price", "Refilled while the price is below; 0 is never."},
};

constexpr std::array project_fields{
    Field<ProjectRow>{"name", &ProjectRow::name, key, any, "", "Name of the project."},
    Field<ProjectRow>{"mineral", &ProjectRow::mineral, required, any, "mineral id",
                      "What it will produce."},
    Field<ProjectRow>{"stage", &ProjectRow::stage, required, any, "stage",
                      "At which of its stages."},
    Field<ProjectRow>{"country", &ProjectRow::country, required, any, "country id",
                      "Where; a node row has to exist there."},
    Field<ProjectRow>{"capacity_t_per_yr", &ProjectRow::capacity_t_per_yr, required, tonnes, "t/yr",
                      "Output once ramped up."},
    Field<ProjectRow>{"decision_month", &ProjectRow::decision_month, required, any_month, "months",
                      "When it is decided; negative: already decided."},
    Field<ProjectRow>{"start_month", &ProjectRow::start_month, required, any_month, "months",
                      "Planned start."},
    Field<ProjectRow>{"delay_median_months", &ProjectRow::delay_median_months, required, months,
                      "months", "Median delay."},
    Field<ProjectRow>{"delay_log_sd", &ProjectRow::delay_log_sd, required, log_sd, "log",
                      "Standard deviation of its logarithm."},
    Field<ProjectRow>{"ramp_median_months", &ProjectRow::ramp_median_months, required, months,
                      "months", "Median time to full output."},
    Field<ProjectRow>{"ramp_log_sd", &ProjectRow::ramp_log_sd, required, log_sd, "log",
                      "Standard deviation of its logarithm."},
    Field<ProjectRow>{"success_probability", &ProjectRow::success_probability, required, fraction,
                      "probability", "That it ever produces."},
    Field<ProjectRow>{"incentive_price_ratio", &ProjectRow::incentive_price_ratio, required,
                      price_ratio, "ratio to the base price",
                      "It goes ahead where producers earn at least this."},
};

constexpr std::array<std::string_view, 8> all_tables{
    "countries", "minerals", "nodes", "demand", "trade", "stocks", "projects", "correlation"};

template <class T>
Kind kind_of(const Member<T>& member) {
  constexpr std::array kinds{Kind::text,      Kind::boolean,   Kind::integer,     Kind::integer,
                             Kind::real,      Kind::real,      Kind::rule,        Kind::text_list,
                             Kind::text_list, Kind::real_list, Kind::real_matrix, Kind::real_map};
  static_assert(kinds.size() == std::variant_size_v<Member<T>>);
  return kinds[member.index()];
}

std::string default_text(const std::string& value) { return value; }
std::string default_text(bool value) { return value ? "true" : "false"; }
std::string default_text(int value) { return std::to_string(value); }
std::string default_text(std::uint64_t value) { return std::to_string(value); }
std::string default_text(double value) { return number_text(value); }
std::string default_text(AllocationRule value) {
  return value == AllocationRule::priority ? "priority" : "pro_rata";
}
std::string default_text(const std::vector<double>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i)
    text += (i > 0 ? ", " : "") + number_text(values[i]);
  return text + "]";
}
std::string default_text(const std::vector<std::string>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i)
    text += (i > 0 ? ", \"" : "\"") + values[i] + "\"";
  return text + "]";
}
std::string default_text(const std::vector<std::vector<double>>& rows) {
  std::string text = "[";
  for (std::size_t i = 0; i < rows.size(); ++i) text += (i > 0 ? ", " : "") + default_text(rows[i]);
  return text + "]";
}
std::string default_text(const std::map<std::string, double>&) { return "{}"; }
template <class T>
std::string default_text(const std::optional<T>& value) {
  return value ? default_text(*value) : "";
}

template <class T>
KeySpec erase_type(const Field<T>& field) {
  static const T defaults{};
  KeySpec spec{field.name,
               kind_of<T>(field.member),
               field.presence,
               field.range,
               field.unit,
               field.meaning,
               "",
               field.required_with,
               field.default_column,
               field.default_divisor};
  if (field.presence == Presence::optional) {
    spec.default_text =
        std::visit([](auto member) { return default_text(defaults.*member); }, field.member);
  }
  return spec;
}

template <class T>
SectionSpec section_spec(std::string_view name, Shape shape) {
  SectionSpec section{name, shape, {}};
  for (const Field<T>& field : fields_of<T>()) section.keys.push_back(erase_type(field));
  return section;
}

template <class T>
T section_type(T Scenario::*);
template <class T>
T entry_type(std::vector<T> Scenario::*);

std::vector<SectionSpec> build_schema() {
  std::vector<SectionSpec> sections{section_spec<Scenario>("", Shape::root)};
  for_each_section([&](std::string_view name, auto member) {
    sections.push_back(section_spec<decltype(section_type(member))>(name, Shape::section));
  });
  for_each_array([&](std::string_view name, auto member) {
    sections.push_back(section_spec<decltype(entry_type(member))>(name, Shape::array));
  });
  for_each_table([&](std::string_view name, auto member) {
    sections.push_back(section_spec<decltype(entry_type(member))>(name, Shape::table));
  });
  return sections;
}

}  // namespace

template <>
std::span<const Field<Scenario>> fields_of() {
  return scenario_fields;
}
template <>
std::span<const Field<Clock>> fields_of() {
  return clock_fields;
}
template <>
std::span<const Field<Sampling>> fields_of() {
  return sampling_fields;
}
template <>
std::span<const Field<NetworkOptions>> fields_of() {
  return network_fields;
}
template <>
std::span<const Field<Bloc>> fields_of() {
  return bloc_fields;
}
template <>
std::span<const Field<Allocation>> fields_of() {
  return allocation_fields;
}
template <>
std::span<const Field<PriceFloor>> fields_of() {
  return price_floor_fields;
}
template <>
std::span<const Field<SharedStock>> fields_of() {
  return shared_stock_fields;
}
template <>
std::span<const Field<MeasureOptions>> fields_of() {
  return measures_fields;
}
template <>
std::span<const Field<Instrument>> fields_of() {
  return instrument_fields;
}
template <>
std::span<const Field<TargetGroup>> fields_of() {
  return target_group_fields;
}
template <>
std::span<const Field<Actor>> fields_of() {
  return actor_fields;
}
template <>
std::span<const Field<ScheduledEvent>> fields_of() {
  return scheduled_fields;
}
template <>
std::span<const Field<UncertainInput>> fields_of() {
  return uncertain_fields;
}
template <>
std::span<const Field<Country>> fields_of() {
  return country_fields;
}
template <>
std::span<const Field<Mineral>> fields_of() {
  return mineral_fields;
}
template <>
std::span<const Field<NodeRow>> fields_of() {
  return node_fields;
}
template <>
std::span<const Field<DemandRow>> fields_of() {
  return demand_fields;
}
template <>
std::span<const Field<TradeRow>> fields_of() {
  return trade_fields;
}
template <>
std::span<const Field<StockRow>> fields_of() {
  return stock_fields;
}
template <>
std::span<const Field<ProjectRow>> fields_of() {
  return project_fields;
}

std::string describe(const Range& range) {
  const bool has_min = range.min > -std::numeric_limits<double>::infinity();
  const bool has_max = range.max < std::numeric_limits<double>::infinity();
  if (has_min && has_max && !range.min_open && !range.max_open) {
    return number_text(range.min) + " to " + number_text(range.max);
  }
  std::string text;
  if (has_min) text += (range.min_open ? "> " : ">= ") + number_text(range.min);
  if (has_min && has_max) text += " and ";
  if (has_max) text += (range.max_open ? "< " : "<= ") + number_text(range.max);
  return text;
}

bool is_required_table(std::string_view name) {
  return name == "countries" || name == "minerals" || name == "nodes" || name == "demand";
}

std::span<const std::string_view> table_names() { return all_tables; }

const KeySpec* SectionSpec::find(std::string_view key_name) const {
  const auto found = std::ranges::find(keys, key_name, &KeySpec::name);
  return found == keys.end() ? nullptr : &*found;
}

const std::vector<SectionSpec>& schema() {
  static const std::vector<SectionSpec> sections = build_schema();
  return sections;
}

const SectionSpec* find_section(std::string_view name) {
  const auto found = std::ranges::find(schema(), name, &SectionSpec::name);
  return found == schema().end() ? nullptr : &*found;
}

}  // namespace blocrisk
