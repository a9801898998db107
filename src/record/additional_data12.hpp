// What TLS 1.2 authenticates besides the content: additional_data of an AEAD, the start of a MAC's text.
#pragma once
#include <array>

#include "record/header.hpp"
#include "record/octets8.hpp"

namespace handfast::record {

/// seq_num, type, version and length (RFC 5246 §6.2.3.1, §6.2.3.3). No branch depends on `size`, which may be
/// a secret.
[[nodiscard]] inline std::array<std::uint8_t, 13> additional_data12(std::uint64_t sequence, ContentType type,
                                                                    std::size_t size) noexcept {
  std::array<std::uint8_t, 13> octets;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  store_octets8(octets.data(), sequence);
  write_header({type, ProtocolVersion::tls12, static_cast<std::uint16_t>(size)},
               MutableBytes(octets).subspan(8));
  return octets;
}

}  // namespace handfast::record
