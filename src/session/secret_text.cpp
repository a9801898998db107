// Lines, words and hexadecimal digits.
#include "session/secret_text.hpp"

namespace handfast::session {
namespace {

constexpr bool is_blank(std::uint8_t octet) noexcept { return octet == ' ' || octet == '\t'; }

constexpr std::uint8_t digit(unsigned nibble) noexcept {
  const unsigned letter = ((9U - nibble) >> 8) & 0xff;  // all ones from 10 on
  return static_cast<std::uint8_t>('0' + nibble + (letter & ('a' - 10U - '0')));
}

/// All ones if `value`, of one octet, is less than `limit`; else zero.
constexpr unsigned mask_of_less(unsigned value, unsigned limit) noexcept {
  return 0U - (((value - limit) >> 8) & 1U);
}

/// The digit's value; bit 8 is set if it is none.
constexpr unsigned nibble_of(std::uint8_t octet) noexcept {
  const unsigned figure = (octet - unsigned{'0'}) & 0xff;
  const unsigned letter = ((octet | 0x20U) - unsigned{'a'}) & 0xff;
  const unsigned is_figure = mask_of_less(figure, 10);
  const unsigned is_letter = mask_of_less(letter, 6);
  return (figure & is_figure) | ((letter + 10) & is_letter) | (~(is_figure | is_letter) & 0x100);
}

}  // namespace

std::optional<Bytes> Lines::next() noexcept {
  if (end_ >= text_.size()) return std::nullopt;
  start_ = end_;
  const Bytes rest = text_.subspan(start_);
  const auto newline = std::find(rest.begin(), rest.end(), '\n');
  auto size = static_cast<std::size_t>(newline - rest.begin());
  end_ = start_ + size + 1;
  if (size > 0 && rest[size - 1] == '\r') --size;
  return rest.first(size);
}

Bytes next_word(Bytes& line) noexcept {
  const auto end = std::find_if(line.begin(), line.end(), is_blank);
  const Bytes word(line.begin(), end);
  line = Bytes(std::find_if_not(end, line.end(), is_blank), line.end());
  return word;
}

void append_hex(SecretOctets& text, Bytes octets) {
  for (const unsigned octet : octets) {
    text.push_back(digit(octet >> 4));
    text.push_back(digit(octet & 15));
  }
}

void append(SecretOctets& text, std::string_view more) { text.insert(text.end(), more.begin(), more.end()); }

bool parse_hex(Bytes digits, MutableBytes octets) noexcept {
  if (digits.size() != 2 * octets.size()) return false;
  unsigned all = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const unsigned high = nibble_of(digits[2 * i]);
    const unsigned low = nibble_of(digits[2 * i + 1]);
    all |= high | low;
    octets[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return (all & 0x100) == 0;
}

}  // namespace handfast::session
