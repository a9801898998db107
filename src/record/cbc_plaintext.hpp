// What a CBC record holds once it is decrypted: content, perhaps a MAC, padding (RFC 5246 §6.2.3.2).
#pragma once
#include "crypto/constant_time.hpp"
#include "crypto/hmac.hpp"
#include "record/header.hpp"

namespace handfast::record {

/// What came of looking: two secrets, until `genuine` is revealed. Then it is either a good record, whose
/// length the peer may know that we know, or nothing is said of it but bad_record_mac.
struct CbcPlaintext {
  crypto::Choice genuine;
  std::size_t content_size;  ///< some legal size if it is not genuine
};

/// Looks at content, MAC and padding (MAC-then-encrypt) as one, so that there is no oracle in which of them
/// was wrong nor in how long anything is (POODLE, Lucky Thirteen). `plaintext` has room for a MAC and the
/// padding_length. Time and memory accesses depend on its size alone.
[[nodiscard]] CbcPlaintext check_mac_and_padding(const crypto::HmacKey& mac, std::uint64_t sequence,
                                                 ContentType type, Bytes plaintext) noexcept;

/// Looks at the padding behind the content, which is all there is with encrypt-then-MAC. `plaintext` is not
/// empty.
[[nodiscard]] CbcPlaintext check_padding(Bytes plaintext) noexcept;

/// The padding of `size` octets, padding_length included: 1 to 256.
void write_padding(MutableBytes padding) noexcept;

}  // namespace handfast::record
