#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "host/replay/narrator.hpp"
#include "host/replay/phrases.hpp"

namespace blocrisk {
namespace {

using Q = StoryQuantity;

constexpr double least_cause = 0.05;  ///< of the unmet need, for a cause to be named
constexpr std::size_t most_causes = 4;

std::string tonnes_text(double tonnes) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), tonnes < 9.95 ? "%.2g t" : "%.0f t", tonnes);
  return text.data();
}

double sum_over(const Narrator& to, Q quantity, int member, int first, int end) {
  double sum = 0.0;
  for (int step = first; step < end; ++step) sum += to.cell(quantity, member, step);
  return sum;
}

/// Unmet need of a country and cause in [first, end), in tonnes.
double blamed(const Narrator& to, int member, int country, int cause, int first, int end) {
  double sum = 0.0;
  for (int step = first; step < end; ++step) {
    const float tonnes =
        to.story().at(Q::unmet_by_cause, {member, to.mineral(), country, cause, step});
    sum += std::isnan(tonnes) ? 0.0 : tonnes;
  }
  return sum;
}

/// The largest causes of what is unmet in [first, end).
std::string why(const Narrator& to, int member, int first, int end) {
  const double whole = sum_over(to, Q::unmet, member, first, end);
  std::vector<std::pair<double, std::string>> causes;
  for (int country = 0; country < to.n_countries(); ++country) {
    for (int cause = 0; cause < n_causes; ++cause) {
      const double tonnes = blamed(to, member, country, cause, first, end);
      if (tonnes < least_cause * whole) continue;
      causes.push_back({tonnes, cause_text(static_cast<Cause>(cause), to.country_name(country)) +
                                    " " + share_text(tonnes / whole)});
    }
  }
  std::stable_sort(causes.begin(), causes.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (causes.size() > most_causes) causes.resize(most_causes);
  std::vector<std::string> texts;
  for (const auto& [tonnes, text] : causes) texts.push_back(text);
  return texts.empty() ? "many small causes" : enumerated(texts);
}

void tell_shortage(Narrator& to, int member, const Spell& spell) {
  int worst = spell.first;
  for (int step = spell.first; step < spell.end; ++step) {
    if (to.cell(Q::shortfall, member, step) > to.cell(Q::shortfall, member, worst)) worst = step;
  }
  const std::string size = share_text(to.cell(Q::shortfall, member, worst)) + " of demand";
  const int length = spell.end - spell.first;
  const std::string span = length == 1 ? " by " + size
                                       : " for " + length_text(to.facts(), length) + ", " +
                                             to.until(spell.end) + ", at worst by " + size +
                                             " in " + when(to.facts(), worst);
  to.say(spell.first, member,
         to.member_name(member) + " is short" + span +
             "; why: " + why(to, member, spell.first, spell.end) + ".");
}

void tell_sum(Narrator& to, int member, bool was_short) {
  const double unmet = sum_over(to, Q::unmet, member, 0, to.n_steps());
  const double demand = sum_over(to, Q::reference_demand, member, 0, to.n_steps());
  const std::string subject = "In all " + to.member_name(member);
  if (!(unmet > 0.0)) return to.say(to.n_steps(), member, subject + " misses nothing.");
  std::string text = subject + " goes without " + share_text(unmet / demand) + " of its demand (" +
                     tonnes_text(unmet) + ")";
  if (!was_short)
    text += ", never more than " + share_text(to.facts().short_threshold) + " of it at a time";
  to.say(to.n_steps(), member, text + "; why: " + why(to, member, 0, to.n_steps()) + ".");
}

}  // namespace

void tell_member(Narrator& to, int member) {
  if (!to.has_demand(member)) return;
  const std::string whose = possessive(to.member_name(member));
  const std::size_t at = to.story().cell_index(member, to.mineral());
  to.tell_stock(member, whose + " commercial stock", to.story().commercial_opening[at],
                [&](int step) { return to.cell(Q::commercial_stock, member, step); });
  to.tell_stock(member, whose + " strategic stock", to.story().strategic_opening[at],
                [&](int step) { return to.cell(Q::strategic_stock, member, step); });
  const auto threshold = static_cast<float>(to.facts().short_threshold);
  const auto spells = spells_of(to.n_steps(), [&](int step) {
    return to.cell(Q::shortfall, member, step) > threshold ? 1 : -1;
  });
  for (const Spell& spell : spells) tell_shortage(to, member, spell);
  tell_sum(to, member, !spells.empty());
}

}  // namespace blocrisk
