/// What one rank brings to a sweep: members by number, each run whole, whose rows travel as bytes.
/// Needs no MPI, and knows nothing of how a row looks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace blocrisk {

/// What the first rank tells the others about a sweep. They read its file themselves.
struct MemberJob {
  std::string program;                 ///< version and commit, one line
  std::string sweep_hash;              ///< of the sweep that the file must be, one line
  std::string members_asked;           ///< as `--members` has it, one line
  std::vector<std::uint64_t> numbers;  ///< of the members to do
};

/// As it is broadcast.
std::string to_bytes(const MemberJob& job);
MemberJob member_job_from_bytes(const std::string& bytes);

class MemberWork {
 public:
  virtual ~MemberWork() = default;
  /// What it computes with: the backend's name and its device, a line each.
  virtual std::string introduction() const = 0;
  /// A member's row; empty where `is_wanted`, asked every now and then by the calling thread, said
  /// no.
  virtual std::string run(std::uint64_t member, const std::function<bool()>& is_wanted) = 0;
};

/// Takes in the row of a member that a rank has run.
using TakeRow = std::function<void(int rank, const std::string& row)>;

/// Gets a rank ready for a sweep. Throws what hinders it.
using OpenMembers = std::function<std::unique_ptr<MemberWork>(const MemberJob&)>;

}  // namespace blocrisk
