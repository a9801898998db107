// IP addresses as texts.
#include "x509/address.hpp"

#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

using Groups = std::array<std::uint16_t, 8>;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Groups of up to four digits separated by colons, the last two perhaps as an IPv4 address. How many groups
/// there are; none for a text that is no such list. An empty text has none of them.
std::optional<std::size_t> parse_groups(std::string_view text, Groups& groups) noexcept {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      const auto ipv4 = parse_ipv4(part);
      if (!ipv4 || count > 6) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>((*ipv4)[0] << 8 | (*ipv4)[1]);
      groups[count++] = static_cast<std::uint16_t>((*ipv4)[2] << 8 | (*ipv4)[3]);
      return count;
    }
    if (part.empty() || part.size() > 4 || count == 8) return std::nullopt;
    unsigned value = 0;
    for (const char c : part) {
      const int digit = hex_digit(c);
      if (digit < 0) return std::nullopt;
      value = value << 4 | static_cast<unsigned>(digit);
    }
    groups[count++] = static_cast<std::uint16_t>(value);
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // a colon has to be followed by something
  }
  return count;
}

std::string ipv6_text(Bytes address) {
  Groups groups;
  for (std::size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<std::uint16_t>(address[2 * i] << 8 | address[2 * i + 1]);
  // RFC 5952 §4.2: the first of the longest runs of two or more zero groups becomes "::".
  std::size_t gap = 8;
  std::size_t gap_size = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > gap_size) {
      gap = i;
      gap_size = end - i;
    }
    i = end + 1;
  }
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      text += "::";
      i += gap_size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    std::string digits = hex(std::array<std::uint8_t, 2>{static_cast<std::uint8_t>(groups[i] >> 8),
                                                         static_cast<std::uint8_t>(groups[i] & 0xff)});
    text += digits.substr(std::min<std::size_t>(digits.find_first_not_of('0'), 3));
  }
  return text;
}

}  // namespace

std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) noexcept {
  std::array<std::uint8_t, 4> address{};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return std::nullopt;
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    unsigned value = 0;
    for (const char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > 255) return std::nullopt;
    address[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(i == 3 ? text.size() : dot + 1);
  }
  return address;
}

std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text) noexcept {
  Groups before{};
  Groups after{};
  const std::size_t gap = text.find("::");
  const auto left = parse_groups(text.substr(0, gap), before);
  const auto right = gap == std::string_view::npos ? std::optional<std::size_t>(0)
                                                   : parse_groups(text.substr(gap + 2), after);
  if (!left || !right) return std::nullopt;
  // "::" stands for at least one group (RFC 4291 §2.2).
  if (gap == std::string_view::npos ? *left != 8 : *left + *right > 7) return std::nullopt;
  // An IPv4 address can only be the end.
  if (gap != std::string_view::npos && text.substr(0, gap).find('.') != std::string_view::npos)
    return std::nullopt;
  std::array<std::uint8_t, 16> address{};
  const auto put = [&](std::size_t index, std::uint16_t group) {
    address[2 * index] = static_cast<std::uint8_t>(group >> 8);
    address[2 * index + 1] = static_cast<std::uint8_t>(group & 0xff);
  };
  for (std::size_t i = 0; i < *left; ++i) put(i, before[i]);
  for (std::size_t i = 0; i < *right; ++i) put(8 - *right + i, after[i]);
  return address;
}

std::string address_text(Bytes address) {
  if (address.size() == 16) return ipv6_text(address);
  if (address.size() != 4) return hex(address);
  std::string text = std::to_string(address[0]);
  for (std::size_t i = 1; i < 4; ++i) text.append(".").append(std::to_string(address[i]));
  return text;
}

}  // namespace handfast::x509
