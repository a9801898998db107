// DER, written from the inside out: each function gives the octets of one value.
#pragma once
#include <initializer_list>

#include <handfast/bytes.hpp>
#include <handfast/time.hpp>

#include "x509/der.hpp"

namespace handfast::x509::der {

/// Tag, length and contents; contents may come in parts.
[[nodiscard]] Octets value(std::uint8_t tag_octet, Bytes contents);
[[nodiscard]] Octets value(std::uint8_t tag_octet, std::initializer_list<Bytes> parts);
[[nodiscard]] inline Octets sequence(std::initializer_list<Bytes> parts) {
  return value(tag::sequence, parts);
}
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
