// Texts.
#include "x509/text.hpp"

#include "x509/der.hpp"

namespace handfast::x509 {

bool is_text(std::uint8_t tag) noexcept {
  switch (tag) {
    case tag::utf8_string:
    case tag::printable_string:
    case tag::teletex_string:
    case tag::ia5_string:
    case tag::bmp_string:
    case tag::universal_string:
    case tag::numeric_string:
    case tag::visible_string: return true;
    default: return false;
  }
}

std::uint32_t Characters::next() noexcept {
  if (rest_.empty()) return end;
  switch (tag_) {
    case tag::utf8_string: return rest_[0] < 0x80 ? next_wide(1) : next_utf8();
    case tag::bmp_string: return next_wide(2);
    case tag::universal_string: return next_wide(4);
    default: return next_wide(1);
  }
}

std::uint32_t Characters::next_wide(std::size_t width) noexcept {
  if (rest_.size() < width) {
    rest_ = {};
    return bad;
  }
  std::uint32_t character = 0;
  for (std::size_t i = 0; i < width; ++i) character = character << 8 | rest_[i];
  rest_ = rest_.subspan(width);
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  const bool beyond_ascii = character >= 0x80 && width == 1 && tag_ != tag::teletex_string;
  if (character > 0x10ffff || surrogate || beyond_ascii) {
    rest_ = {};
    return bad;
  }
  return character;
}

std::uint32_t Characters::next_utf8() noexcept {
  // RFC 3629 §3: shortest form, no surrogates, nothing beyond U+10FFFF.
  static constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const std::uint8_t first = rest_[0];
  const std::size_t size = first >= 0xf0 && first < 0xf8   ? 4
                           : first >= 0xe0 && first < 0xf0 ? 3
                           : first >= 0xc0 && first < 0xe0 ? 2
                                                           : 0;
  const Bytes octets = rest_;
  rest_ = {};
  if (size == 0 || octets.size() < size) return bad;
  std::uint32_t character = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((octets[i] & 0xc0) != 0x80) return bad;
    character = character << 6 | (octets[i] & 0x3fU);
  }
  if (character < least[size] || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
    return bad;
  rest_ = octets.subspan(size);
  return character;
}

bool is_well_formed(std::uint8_t tag, Bytes value) noexcept {
  Characters characters(tag, value);
  for (std::uint32_t c = characters.next(); c != Characters::end; c = characters.next()) {
    if (c == Characters::bad) return false;
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
    if (tag == tag::numeric_string && !digit && c != ' ') return false;
    if (tag == tag::printable_string && !digit && !letter &&
        (c >= 0x80 || std::string_view(" '()+,-./:=?").find(static_cast<char>(c)) == std::string_view::npos))
      return false;
  }
  return true;
}

std::uint32_t fold(std::uint32_t c) noexcept {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 32;
  // Latin Extended-A: pairs, upper case first, beginning at even or at odd numbers.
  if ((c >= 0x100 && c <= 0x137 && c != 0x130 && c != 0x131) || (c >= 0x14a && c <= 0x177)) return c | 1U;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return c + (c & 1U);
  if (c == 0x178) return 0xff;
  if (c >= 0x391 && c <= 0x3a9) return c + 32;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xe0 | c >> 12);
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
    }
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

void append_hex(std::string& out, std::uint8_t octet) {
  static constexpr char digits[] = "0123456789abcdef";
  out += digits[octet >> 4];
  out += digits[octet & 15];
}

std::string hex(Bytes octets) {
  std::string out;
  out.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) append_hex(out, octet);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string printable(Bytes text) {
  std::string out;
  for (const std::uint8_t octet : text) {
    if (octet >= 0x20 && octet < 0x7f) {
      out += static_cast<char>(octet);
    } else {
      out += "\\x";
      append_hex(out, octet);
    }
  }
  return out;
}

}  // namespace handfast::x509
