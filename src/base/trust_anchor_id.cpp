// Trust anchor IDs: numbers in octets and as text.
#include <array>
#include <charconv>

#include <handfast/trust_anchor_id.hpp>

namespace handfast {
namespace {

// Seven bits an octet, the most significant first; each but the last has its high bit set (X.690 §8.20.2).
void append_number(Octets& id, std::uint64_t number) {
  std::array<std::uint8_t, 10> octets{};
  std::size_t at = octets.size();
  octets[--at] = static_cast<std::uint8_t>(number & 0x7f);
  while ((number >>= 7) != 0) octets[--at] = static_cast<std::uint8_t>(0x80 | (number & 0x7f));
  id.insert(id.end(), octets.begin() + static_cast<std::ptrdiff_t>(at), octets.end());
}

// Takes the first number off. None: it is cut off, does not fit 64 bits, or has octets too many.
std::optional<std::uint64_t> take_number(Bytes& id) noexcept {
  if (id.empty() || id.front() == 0x80) return std::nullopt;
  std::uint64_t number = 0;
  while (!id.empty() && number < std::uint64_t{1} << 57) {
    const std::uint8_t octet = id.front();
    id = id.subspan(1);
    number = number << 7 | (octet & 0x7f);
    if ((octet & 0x80) == 0) return number;
  }
  return std::nullopt;
}

std::string hexadecimal(Bytes id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "0x";
  for (const std::uint8_t octet : id) {
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

}  // namespace

std::optional<Octets> parse_trust_anchor_id(std::string_view text) {
  Octets id;
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view digits = text.substr(0, dot);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool is_number = error == std::errc() && end == digits.data() + digits.size();
    if (!is_number || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    append_number(id, number);
    if (id.size() > max_trust_anchor_id_size) return std::nullopt;
    if (dot == text.size()) return id;
    text.remove_prefix(dot + 1);
  }
}

std::string trust_anchor_id_to_text(Bytes id) {
  std::string text;
  for (Bytes rest = id; !rest.empty();) {
    const auto number = take_number(rest);
    if (!number) return hexadecimal(id);
    if (!text.empty()) text += '.';
    text += std::to_string(*number);
  }
  return text.empty() ? hexadecimal(id) : text;
}

bool TrustAnchorRange::contains(Bytes id) const noexcept {
  // §3.1: the base ends where a number ends, and exactly one number stands behind it.
  if (base.empty() || (base.back() & 0x80) != 0) return false;
  if (id.size() <= base.size() || !equal(id.first(base.size()), base)) return false;
  Bytes rest = id.subspan(base.size());
  const auto number = take_number(rest);
  return number && rest.empty() && min <= *number && *number <= max;
}

}  // namespace handfast
