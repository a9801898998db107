// The header of a record (RFC 8446 §5.1, RFC 5246 §6.2.1), and how long a record may be.
#pragma once
#include <cstddef>
#include <cstdint>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/types.hpp>

#include "wire/big_endian.hpp"

namespace handfast::record {

inline constexpr std::size_t header_size = 5;
/// TLSPlaintext.length at most (RFC 8446 §5.1).
inline constexpr std::size_t max_plaintext = std::size_t{1} << 14;
/// TLSInnerPlaintext at most: content, content type and padding (RFC 8446 §5.4).
inline constexpr std::size_t max_inner_plaintext = max_plaintext + 1;
inline constexpr std::size_t min_record_size_limit = 64;  // RFC 8449 §4
/// TLSCiphertext.length at most in TLS 1.3 (RFC 8446 §5.2).
inline constexpr std::size_t max_ciphertext = max_plaintext + 256;
/// TLSCiphertext.length at most in TLS 1.2 (RFC 5246 §6.2.3).
inline constexpr std::size_t max_ciphertext12 = max_plaintext + 2048;

/// The first octets of a record, as they stand on the wire.
struct RecordHeader {
  ContentType type;
  ProtocolVersion legacy_record_version;
  std::uint16_t length;  ///< octets behind the header

  /// Of the whole record.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return header_size + length; }
};

/// `octets` has at least header_size octets. Checks nothing.
[[nodiscard]] inline RecordHeader read_header(Bytes octets) noexcept {
  return {static_cast<ContentType>(octets[0]), static_cast<ProtocolVersion>(wire::load<2>(octets.data() + 1)),
          static_cast<std::uint16_t>(wire::load<2>(octets.data() + 3))};
}
/// `out` has at least header_size octets.
inline void write_header(const RecordHeader& header, MutableBytes out) noexcept {
  out[0] = static_cast<std::uint8_t>(header.type);
  wire::store<2>(out.data() + 1, static_cast<std::uint16_t>(header.legacy_record_version));
  wire::store<2>(out.data() + 3, header.length);
}

/// Why the first octets of a connection, which do not start a record, are no TLS: an SSL 2.0 hello
/// (unsupported_version), or another protocol, by name where it is a common one (not_tls). `octets` has at
/// least header_size octets.
[[nodiscard]] Error diagnose_first_octets(Bytes octets) noexcept;

}  // namespace handfast::record
