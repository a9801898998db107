// TLS 1.2 records under AES-CBC and HMAC: MAC-then-encrypt (RFC 5246 §6.2.3.2) and encrypt-then-MAC
// (RFC 7366).
#pragma once
#include <optional>

#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/secret.hpp>

#include "crypto/aes_cbc.hpp"
#include "crypto/hmac.hpp"
#include "record/expansion.hpp"
#include "record/header.hpp"

namespace handfast::record {

/// The part of a RecordKey that CBC needs besides the AES key: the MAC key, and from the first record on both
/// keys expanded, until rest(). One direction, one thread at a time. Wiped when it dies.
class CbcProtection {
 public:
  /// `mac_key` has as many octets as the digest of `mac` (RFC 5246 §6.3). `random` outlives this object.
  CbcProtection(crypto::HashAlgorithm mac, Bytes mac_key, bool encrypt_then_mac,
                RandomSource& random) noexcept;

  /// Fills `body`, which has expansion().body_size(content.size()) octets, with an IV drawn from the random
  /// source and everything after it; least padding. Errors: random_failed.
  Result<> seal(Bytes key, std::uint64_t sequence, ContentType type, Bytes content, MutableBytes body);

  /// Opens `body` in place; the content lies inside. Error: bad_record_mac, whatever is wrong, and `body` is
  /// zeros then. What MAC-then-encrypt decrypts is handled in constant time for a given body size.
  Result<MutableBytes> open(Bytes key, std::uint64_t sequence, ContentType type, MutableBytes body);

  [[nodiscard]] Expansion expansion() const noexcept;
  /// Frees (and wipes) the expanded keys; the next record expands them again.
  void rest() noexcept { expanded_.reset(); }

 private:
  struct Expanded {
    crypto::AesCbcKey cipher;
    crypto::HmacKey mac;
  };
  const Expanded& expanded(crypto::AesCbcKey::Use use, Bytes key);
  [[nodiscard]] std::size_t mac_size() const noexcept { return mac_key_.size(); }

  std::optional<Expanded> expanded_;
  Secret<48> mac_key_;
  RandomSource& random_;
  crypto::HashAlgorithm mac_;
  bool encrypt_then_mac_;
};

}  // namespace handfast::record
