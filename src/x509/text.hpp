// Texts in ASN.1's character sets, as Unicode characters, and a few helpers to print with.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <handfast/bytes.hpp>

namespace handfast::x509 {

/// Whether the tag is that of a string of characters.
[[nodiscard]] bool is_text(std::uint8_t tag) noexcept;

/// The characters of a string. T61String is read as Latin-1, as everybody writes it.
class Characters {
 public:
  static constexpr std::uint32_t end = 0xffffffff;
  static constexpr std::uint32_t bad = 0xfffffffe;  ///< not a character of the set; nothing comes after it

  Characters(std::uint8_t tag, Bytes value) noexcept : tag_(tag), rest_(value) {}
  std::uint32_t next() noexcept;

 private:
  std::uint32_t next_utf8() noexcept;
  std::uint32_t next_wide(std::size_t width) noexcept;

  std::uint8_t tag_;
  Bytes rest_;
};

/// Whether all of a string decodes, and only holds what its type allows (X.680 §41).
[[nodiscard]] bool is_well_formed(std::uint8_t tag, Bytes value) noexcept;
/// Lower case for the Latin, Greek and Cyrillic alphabets; other characters as they are.
[[nodiscard]] std::uint32_t fold(std::uint32_t character) noexcept;

/// The parts one after the other.
[[nodiscard]] std::string joined(std::initializer_list<std::string_view> parts);
void append_utf8(std::string& out, std::uint32_t character);
/// Two lower case digits.
void append_hex(std::string& out, std::uint8_t octet);
[[nodiscard]] std::string hex(Bytes octets);
/// ASCII only.
[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
/// Equal but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
/// The text for a terminal: control characters and octets beyond ASCII as \xNN.
[[nodiscard]] std::string printable(Bytes text);

}  // namespace handfast::x509
