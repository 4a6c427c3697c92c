#include "host/scenario/complaint.hpp"

#include <algorithm>

namespace blocrisk {
namespace {

constexpr std::size_t max_shown_bytes = 120;

/// Text from a file, cut to a readable length and without control characters.
std::string printable(const std::string& text) {
  std::size_t length = std::min(text.size(), max_shown_bytes);
  // Never cut inside a UTF-8 sequence: its continuation bytes are 10xxxxxx.
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
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
  if (!complaint.value.empty()) text += (complaint.key.empty() ? "" : " = ") + printable(complaint.value);
  if (complaint.key.empty() && complaint.value.empty()) return text + complaint.message;
  return text + " (" + complaint.message + ")";
}

std::string format_complaints(const std::vector<Complaint>& complaints) {
  const std::size_t shown = std::min(complaints.size(), max_printed_complaints);
  std::string text = complaints.size() == 1 ? "1 mistake in the scenario:"
                                            : std::to_string(complaints.size()) + " mistakes in the scenario:";
  for (std::size_t i = 0; i < shown; ++i) text += "\n  " + format_complaint(complaints[i]);
  if (shown < complaints.size()) text += "\n  ... and " + std::to_string(complaints.size() - shown) + " more";
  return text;
}

}  // namespace blocrisk
