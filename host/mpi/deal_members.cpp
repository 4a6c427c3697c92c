#include "host/mpi/deal_members.hpp"

#include <atomic>

#include "host/mpi/dealer.hpp"

namespace blocrisk {

void deal_members(Communicator& ranks, const std::vector<std::uint64_t>& numbers, MemberWork& own,
                  const TakeRow& take, const std::function<bool()>& go_on) {
  std::atomic<bool> is_own_wanted = true;
  Deal deal{Order::run_member, 0, 1, [&](PathRange place) {
              return own.run(numbers[place.first], [&] { return is_own_wanted.load(); });
            }};
  deal.take = [&](int rank, PathRange, const std::string& row) {
    if (!row.empty()) take(rank, row);
  };
  deal.leave_own = [&] { is_own_wanted = false; };
  const std::vector<std::uint64_t> one_at_a_time(static_cast<std::size_t>(ranks.size()), 1);
  Dealer(ranks, one_at_a_time).deal({0, numbers.size()}, deal, [&](std::uint64_t) {
    return go_on();
  });
}

}  // namespace blocrisk
