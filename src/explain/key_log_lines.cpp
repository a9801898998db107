// Reading key logs (RFC 9850 §2).
#include <algorithm>

#include <handfast/capture.hpp>

namespace handfast::inspect {
namespace {

constexpr std::size_t random_size = 32;

// -1: no digit.
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Empty: no octets in hexadecimal.
SecretOctets from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return {};
  SecretOctets octets;
  octets.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return {};
    octets.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return octets;
}

// Up to the delimiter, which is taken away too.
std::string_view cut(std::string_view& text, char delimiter) {
  const std::size_t end = std::min(text.find(delimiter), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

}  // namespace

KeyLogLines KeyLogLines::parse(std::string_view text) {
  KeyLogLines log;
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view label = cut(line, ' ');
    const SecretOctets random = from_hex(cut(line, ' '));
    SecretOctets secret = from_hex(line);
    if (label.empty() || label.starts_with('#') || random.size() != random_size || secret.empty()) continue;
    log.lines_.push_back({Octets(random.begin(), random.end()), {std::string(label), std::move(secret)}});
  }
  return log;
}

std::vector<RecordedSecret> KeyLogLines::find(Bytes client_random) const {
  std::vector<RecordedSecret> found;
  for (const Line& line : lines_)
    if (equal(line.client_random, client_random)) found.push_back(line.secret);
  return found;
}

}  // namespace handfast::inspect
