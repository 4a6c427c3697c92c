#include "host/io/seal.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include "host/support/error.hpp"
#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

constexpr std::string_view label = "blocrisk seal, SHA-256 of all bytes before this line: ";
constexpr std::size_t seal_bytes = label.size() + 64 + 1;

std::string seal_with(const Sha256& sum) { return std::string(label) + sum.digits() + '\n'; }

/// The next bytes of a file, as many as `into` holds.
void read(std::ifstream& file, std::string& into, const std::filesystem::path& path) {
  if (file.read(into.data(), static_cast<std::streamsize>(into.size()))) return;
  throw EnvironmentError(
      path.string() + " cannot be read: " +
      (file.eof() ? "it ends too early" : std::system_category().message(errno)));
}

Sha256 sum_of_first(std::ifstream& file, std::size_t n_bytes, const std::filesystem::path& path) {
  Sha256 sum;
  std::string piece;
  for (std::size_t left = n_bytes; left > 0; left -= piece.size()) {
    piece.resize(std::min(left, std::size_t{1} << 20));
    read(file, piece, path);
    sum.add(piece);
  }
  return sum;
}

}  // namespace

std::string seal_of(std::span<const std::byte> bytes) {
  Sha256 sum;
  sum.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return seal_with(sum);
}

Seal check_seal(const std::filesystem::path& path) {
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  if (size < seal_bytes) return Seal::absent;
  std::ifstream file(path, std::ios::binary);
  std::string found(seal_bytes, '\0');
  file.seekg(static_cast<std::streamoff>(size - seal_bytes));
  read(file, found, path);
  if (!found.starts_with(label)) return Seal::absent;
  file.seekg(0);
  const Sha256 sum = sum_of_first(file, size - seal_bytes, path);
  return found == seal_with(sum) ? Seal::sound : Seal::broken;
}

}  // namespace blocrisk
