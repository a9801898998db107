// DER, written from the inside out: each function gives the octets of one value.
#pragma once
#include <initializer_list>

#include <handfast/bytes.hpp>
#include <handfast/time.hpp>

namespace handfast::x509::der {

/// Tags (X.690 §8) that are written.
inline constexpr std::uint8_t boolean_tag = 0x01;
inline constexpr std::uint8_t integer_tag = 0x02;
inline constexpr std::uint8_t bit_string_tag = 0x03;
inline constexpr std::uint8_t octet_string_tag = 0x04;
inline constexpr std::uint8_t null_tag = 0x05;
inline constexpr std::uint8_t identifier_tag = 0x06;
inline constexpr std::uint8_t utf8_string_tag = 0x0c;
inline constexpr std::uint8_t utc_time_tag = 0x17;
inline constexpr std::uint8_t generalized_time_tag = 0x18;
inline constexpr std::uint8_t sequence_tag = 0x30;
inline constexpr std::uint8_t set_tag = 0x31;
/// [n], primitive or constructed (n < 31).
constexpr std::uint8_t context(unsigned number) noexcept { return static_cast<std::uint8_t>(0x80U | number); }
constexpr std::uint8_t context_constructed(unsigned number) noexcept {
  return static_cast<std::uint8_t>(0xa0U | number);
}

/// Tag, length and contents; contents may come in parts.
[[nodiscard]] Octets value(std::uint8_t tag, Bytes contents);
[[nodiscard]] Octets value(std::uint8_t tag, std::initializer_list<Bytes> parts);
[[nodiscard]] inline Octets sequence(std::initializer_list<Bytes> parts) { return value(sequence_tag, parts); }
/// A non-negative INTEGER of any size, big endian; leading zeros do not matter.
[[nodiscard]] Octets integer(Bytes magnitude);
[[nodiscard]] Octets integer(std::uint32_t number);
/// A BIT STRING of whole octets.
[[nodiscard]] Octets bit_string(Bytes octets);
/// A BIT STRING with named bits, without trailing zeros (X.690 §11.2.2); bit 0 is the highest of nine.
[[nodiscard]] Octets named_bits(std::uint16_t nine_bits);
/// UTCTime to 2049, GeneralizedTime afterwards (RFC 5280 §4.1.2.5).
[[nodiscard]] Octets time(Time moment);

}  // namespace handfast::x509::der
