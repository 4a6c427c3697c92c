/// A sweep's members dealt to whichever rank is idle, as the first rank does it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "host/mpi/communicator.hpp"
#include "host/mpi/member_work.hpp"

namespace blocrisk {

/// `take` gets the row of each member, in any order; once `go_on`, asked many times a second, said
/// no, members that are under way are left soon and without a row. Both are asked by the calling
/// thread, `own` by another. All ranks are idle when it returns, and also where it throws what
/// hindered a rank or what `take` threw.
void deal_members(Communicator& ranks, const std::vector<std::uint64_t>& numbers, MemberWork& own,
                  const TakeRow& take, const std::function<bool()>& go_on);

}  // namespace blocrisk
