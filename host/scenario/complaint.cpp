#include "host/scenario/complaint.hpp"

#include <algorithm>

namespace blocrisk {
namespace {

constexpr std::size_t max_shown_bytes = 160;
constexpr std::size_t max_message_bytes = 400;

/// Text from a file, cut to a readable length and without control characters.
std::string printable(const std::string& text, std::size_t max_bytes = max_shown_bytes) {
  std::size_t length = std::min(text.size(), max_bytes);
  // Never cut inside a UTF-8 sequence: its continuation bytes are 10xxxxxx.
  while (length < text.size() && length > 0 &&
         (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
    --length;
  std::string shown = text.substr(0, length);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return length < text.size() ? shown + "..." : shown;
}

}  // namespace

std::string format_complaint(const Complaint& complaint) {
  std::string text;
  if (!complaint.file.empty()) {
    text += printable(complaint.file);
    if (complaint.line > 0) text += ":" + std::to_string(complaint.line);
    text += ": ";
  }
  text += printable(complaint.key);
  if (!complaint.value.empty())
    text += (complaint.key.empty() ? "" : " = ") + printable(complaint.value);
  const std::string message = printable(complaint.message, max_message_bytes);
  if (complaint.key.empty() && complaint.value.empty()) return text + message;
  return text + " (" + message + ")";
}

std::string format_complaints(const std::vector<Complaint>& complaints, std::size_t n_unlisted) {
  const std::size_t shown = std::min(complaints.size(), max_printed_complaints);
  const std::size_t total = complaints.size() + n_unlisted;
  std::string text =
      std::to_string(total) + (total == 1 ? " mistake" : " mistakes") + " in the scenario:";
  for (std::size_t i = 0; i < shown; ++i) text += "\n  " + format_complaint(complaints[i]);
  if (shown < total) text += "\n  ... and " + std::to_string(total - shown) + " more";
  return text;
}

}  // namespace blocrisk
