// DER: elements and the primitive values in them.
#include "x509/der.hpp"

namespace handfast::x509 {
namespace {

/// Numbers above 30 do not occur, and 0 only ends what has no length. X.690 §10.2: texts come in one piece,
/// so that of the universal types only EXTERNAL, EMBEDDED PDV, SEQUENCE, SET and CHARACTER STRING are
/// constructed.
bool is_possible_tag(std::uint8_t tag) noexcept {
  constexpr std::uint32_t constructed = 1U << 8 | 1U << 11 | 1U << 16 | 1U << 17 | 1U << 29;
  const unsigned number = tag & 0x1fU;
  if (number == 0x1f) return false;
  if (tag >= 0x40) return true;
  return number != 0 && ((tag & 0x20U) != 0) == ((constructed >> number & 1U) != 0);
}

}  // namespace

Element Der::any(const char* field) noexcept {
  const std::uint8_t* const start = at_;
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (left < 2) [[unlikely]] {
    fail(FindingCode::der_truncated, field);
    return {};
  }
  if (!is_possible_tag(start[0])) [[unlikely]] {
    fail(FindingCode::der_bad_tag, field);
    return {};
  }
  std::size_t length = start[1];
  std::size_t header = 2;
  if (length >= 0x80) {
    // X.690 §10.1: definite lengths in the fewest octets. Four of them are more than any input here has.
    const std::size_t octets = length & 0x7f;
    if (octets == 0 || octets > 4) [[unlikely]] {
      fail(FindingCode::der_bad_length, field);
      return {};
    }
    header += octets;
    if (left < header) [[unlikely]] {
      fail(FindingCode::der_truncated, field);
      return {};
    }
    length = 0;
    for (std::size_t i = 2; i < header; ++i) length = length << 8 | start[i];
    if (start[2] == 0 || length < 0x80) [[unlikely]] {
      fail(FindingCode::der_bad_length, field);
      return {};
    }
  }
  if (left - header < length) [[unlikely]] {
    fail(FindingCode::der_truncated, field);
    return {};
  }
  at_ = start + header + length;
  return {start[0], {start + header, length}, {start, header + length}};
}

Element Der::unexpected(const char* field) noexcept {
  fail(FindingCode::der_unexpected, field);
  return {};
}

Der Der::non_empty(std::uint8_t tag, const char* field) noexcept {
  const Element list = element(tag, field);
  if (list.tag != 0 && list.content.empty()) [[unlikely]]
    fail(FindingCode::der_unexpected, field, list.whole.data());
  return {list.content, *fault_};
}

bool Der::boolean(const char* field) noexcept {
  const Element value = element(tag::boolean, field);
  if (value.tag == 0) return false;
  if (value.content.size() != 1 || (value.content[0] != 0 && value.content[0] != 0xff)) [[unlikely]] {
    fail(FindingCode::der_bad_value, field, value.whole.data());
    return false;
  }
  return value.content[0] != 0;
}

Bytes Der::number(std::uint8_t tag, const char* field) noexcept {
  const Element value = element(tag, field);
  if (value.tag == 0) return {};
  const Bytes n = value.content;
  // X.690 §8.3.2: the first nine bits are neither all zeros nor all ones.
  const bool padded = n.size() > 1 && ((n[0] == 0 && n[1] < 0x80) || (n[0] == 0xff && n[1] >= 0x80));
  if (n.empty() || padded) [[unlikely]] {
    fail(FindingCode::der_bad_value, field, value.whole.data());
    return {};
  }
  return n;
}

std::uint32_t Der::small(std::uint8_t tag, const char* field) noexcept {
  const std::uint8_t* const where = at_;
  const Bytes n = number(tag, field);
  if (n.empty()) return 0;
  const bool negative = n[0] >= 0x80;
  if (negative || n.size() > 5 || (n.size() == 5 && n[0] != 0)) [[unlikely]] {
    fail(FindingCode::der_bad_value, field, where);
    return 0;
  }
  std::uint32_t value = 0;
  for (const std::uint8_t octet : n) value = value << 8 | octet;
  return value;
}

Bytes Der::octet_bits(const char* field) noexcept {
  const Element value = element(tag::bit_string, field);
  if (value.tag == 0) return {};
  if (value.content.empty() || value.content[0] != 0) [[unlikely]] {
    fail(FindingCode::der_bad_value, field, value.whole.data());
    return {};
  }
  return value.content.subspan(1);
}

void Der::bits(std::uint8_t tag, const char* field) noexcept {
  const Element value = element(tag, field);
  if (value.tag == 0) return;
  // X.690 §8.6.2 and §11.2.1: up to 7 bits of the last octet do not count, and they are zeros.
  const Bytes octets = value.content;
  const bool good = !octets.empty() && octets[0] < 8 &&
                    (octets.size() > 1 ? (octets.back() & ((1U << octets[0]) - 1)) == 0 : octets[0] == 0);
  if (!good) fail(FindingCode::der_bad_value, field, value.whole.data());
}

std::uint16_t Der::flags(std::uint8_t tag, unsigned width, const char* field) noexcept {
  const Element value = element(tag, field);
  if (value.tag == 0) return 0;
  const Bytes octets = value.content;
  const auto bad = [&] {
    fail(FindingCode::der_bad_value, field, value.whole.data());
    return std::uint16_t{0};
  };
  if (octets.empty() || octets[0] > 7) return bad();
  const unsigned unused = octets[0];
  const Bytes bits = octets.subspan(1);
  if (bits.empty()) return unused == 0 ? std::uint16_t{0} : bad();
  // The bits that do not count are zeros, and so is everything beyond the width.
  if ((bits.back() & ((1U << unused) - 1)) != 0) return bad();
  std::uint32_t value_bits = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (i >= 2 && bits[i] != 0) return bad();
    if (i < 2) value_bits |= static_cast<std::uint32_t>(bits[i]) << (8 * (1 - i));
  }
  if ((value_bits & ((1U << (16 - width)) - 1)) != 0) return bad();
  return static_cast<std::uint16_t>(value_bits >> (16 - width));
}

bool has_trailing_zeros(Bytes bit_string) noexcept {
  return bit_string.size() > 1 && bit_string[0] < 8 && (bit_string.back() >> bit_string[0] & 1U) == 0;
}

bool is_object_identifier(Bytes content) noexcept {
  if (content.empty() || content.back() >= 0x80) return false;
  bool first_of_arc = true;
  for (const std::uint8_t octet : content) {
    if (first_of_arc && octet == 0x80) return false;
    first_of_arc = octet < 0x80;
  }
  return true;
}

Bytes Der::object_identifier(std::uint8_t tag, const char* field) noexcept {
  const Element value = element(tag, field);
  if (value.tag == 0) return {};
  if (!is_object_identifier(value.content)) [[unlikely]] {
    fail(FindingCode::der_bad_value, field, value.whole.data());
    return {};
  }
  return value.content;
}

void Der::null(const char* field) noexcept {
  const Element value = element(tag::null, field);
  if (!value.content.empty()) [[unlikely]]
    fail(FindingCode::der_bad_value, field, value.whole.data());
}

}  // namespace handfast::x509
