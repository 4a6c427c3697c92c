#include "host/mpi/member_work.hpp"

#include <cstring>

namespace blocrisk {

std::string to_bytes(const MemberJob& job) {
  std::string bytes = job.program + "\n" + job.sweep_hash + "\n" + job.members_asked + "\n";
  bytes.append(reinterpret_cast<const char*>(job.numbers.data()),
               job.numbers.size() * sizeof(std::uint64_t));
  return bytes;
}

MemberJob member_job_from_bytes(const std::string& bytes) {
  std::size_t at = 0;
  const auto line = [&] {
    const std::size_t end = bytes.find('\n', at);
    std::string text = bytes.substr(at, end - at);
    at = end + 1;
    return text;
  };
  MemberJob job;
  job.program = line();
  job.sweep_hash = line();
  job.members_asked = line();
  job.numbers.resize((bytes.size() - at) / sizeof(std::uint64_t));
  std::memcpy(job.numbers.data(), bytes.data() + at, job.numbers.size() * sizeof(std::uint64_t));
  return job;
}

}  // namespace blocrisk
