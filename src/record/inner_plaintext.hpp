// The end of a TLSInnerPlaintext (RFC 8446 §5.2): content type, then zeros.
#pragma once
#include <cstddef>
#include <cstdint>

#include <handfast/bytes.hpp>

namespace handfast::record {

/// Where the content ends, and what stands there.
struct InnerEnd {
  std::uint8_t type;         ///< 0: there is none, and content_size means nothing
  std::size_t content_size;  ///< octets before the type
};

/// Finds the content type: the last octet that is not zero (RFC 8446 §5.4).
///
/// Most records are not padded, and their last octet is it. Where it is zero, the whole plaintext is looked
/// at, without a branch or an address that depends on it: time tells that there is padding, not how much.
[[nodiscard]] InnerEnd find_inner_end(Bytes inner) noexcept;

}  // namespace handfast::record
