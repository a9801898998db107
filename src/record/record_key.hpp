// What protects the records of one direction: keys, nonces, the sequence number and its limits.
#pragma once
#include <memory>
#include <optional>
#include <variant>

#include <handfast/secret.hpp>

#include "crypto/aead.hpp"
#include "record/cbc_protection.hpp"
#include "record/expansion.hpp"
#include "record/header.hpp"

namespace handfast::record {

/// How a record is made of its content.
enum class Protection : std::uint8_t {
  tls13,                       ///< RFC 8446 §5.2: inner content type, nonce from the sequence number
  tls12_explicit_nonce,        ///< RFC 5288: AES-GCM, half of the nonce stands in the record
  tls12_implicit_nonce,        ///< RFC 7905: ChaCha20-Poly1305, nonce from the sequence number
  tls12_cbc,                   ///< RFC 5246 §6.2.3.2: AES-CBC and HMAC, MAC-then-encrypt
  tls12_cbc_encrypt_then_mac,  ///< RFC 7366
};
[[nodiscard]] constexpr bool is_cbc(Protection protection) noexcept {
  return protection >= Protection::tls12_cbc;
}

/// Octets that an AEAD's protection adds to the content, without header and padding.
[[nodiscard]] constexpr std::size_t overhead(Protection protection) noexcept {  // [8446:5.2#1,4]
  return crypto::aead_tag_size + (protection == Protection::tls12_implicit_nonce ? 0
                                  : protection == Protection::tls13              ? 1
                                                                                 : 8);
}
/// What all protected records need at most, header included: IV, the longest MAC and least padding of CBC.
inline constexpr std::size_t max_overhead = header_size + 16 + 48 + 16;

/// A record that was opened, inside the record's own octets.
struct Opened {
  ContentType type;
  MutableBytes content;  ///< without padding
};

/// The key, IV and sequence number of one direction, from one change of keys to the next.
///
/// Holds the raw key (small) and, from the first record on, the expanded one (about a kilobyte of heap) until
/// rest() frees it. Move-only, wiped when it dies. One thread at a time.
class RecordKey {
 public:
  /// RFC 8446 §7.3. `key` has key_size(aead) octets, `iv` 12.
  [[nodiscard]] static RecordKey tls13(crypto::AeadAlgorithm aead, Bytes key, Bytes iv) noexcept;
  /// RFC 5288 §3, RFC 7905 §2. `iv` has 4 octets for AES-GCM, 12 for ChaCha20-Poly1305.
  [[nodiscard]] static RecordKey tls12(crypto::AeadAlgorithm aead, Bytes key, Bytes iv) noexcept;
  /// RFC 5246 §6.2.3.2, RFC 7366: AES with `key`, 16 or 32 octets, and HMAC with `mac_key`, as many octets as
  /// the digest of `mac` (SHA-1, SHA-256 or SHA-384). Each record's IV comes from `random`, which outlives
  /// this object.
  [[nodiscard]] static RecordKey tls12_cbc(crypto::HashAlgorithm mac, Bytes mac_key, Bytes key,
                                           bool encrypt_then_mac, RandomSource& random);

  /// Makes one record: header, `content` and `padding` zeros (TLS 1.3 only), protected. Gives its size.
  ///
  /// `out` has at least header_size + expansion().body_size(content.size() + padding) octets. The content
  /// lies outside of it or, if there is no padding, at its content_offset(). No content: legal for
  /// application data only. The caller keeps the length limits. Errors: sequence_exhausted, when limit()
  /// records were made; CBC: random_failed.
  Result<std::size_t> seal(ContentType type, Bytes content, std::size_t padding, MutableBytes out);

  /// Opens one whole record in place. `record` is as long as its header says.
  ///
  /// `max_plaintext_size` bounds the content, and in TLS 1.3 content type and padding with it.
  /// Errors: record_overflow; bad_record_mac, after which the record's octets are worth nothing;
  /// unexpected_record for an inner plaintext of zeros alone; sequence_exhausted.
  Result<Opened> open(MutableBytes record, std::size_t max_plaintext_size);

  /// Frees (and wipes) the expanded key; the next record expands it again.
  void rest() noexcept;

  /// Records made or opened so far under this key: the next record's sequence number (RFC 8446 §5.3).
  [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }
  /// Goes on where somebody else (kTLS) left off.
  void set_sequence(std::uint64_t next) noexcept { sequence_ = next; }
  /// Most records that may be sealed (RFC 8446 §5.5): 2^24.5 full ones under AES-GCM, whatever their size is
  /// here; they are as many blocks, and as likely to meet, in CBC mode. Under ChaCha20-Poly1305 the sequence
  /// number would end first; 2^48 is as good as none and keeps one rule for all.
  [[nodiscard]] std::uint64_t limit() const noexcept {
    return aead_ == crypto::AeadAlgorithm::chacha20_poly1305 ? std::uint64_t{1} << 48 : 23'726'566;
  }
  /// The limit is near: the last 1/64 of the records is for a KeyUpdate and alerts.
  [[nodiscard]] bool nearly_used_up() const noexcept { return sequence_ >= limit() - limit() / 64; }
  /// Wants new keys after so many records, though these are good for more; 0: when they are nearly used up.
  void set_update_after(std::uint64_t records) noexcept { update_after_ = records; }
  /// New keys are wanted.
  [[nodiscard]] bool update_due() const noexcept {
    return nearly_used_up() || (update_after_ != 0 && sequence_ >= update_after_);
  }

  /// Means nothing with CBC.
  [[nodiscard]] crypto::AeadAlgorithm aead() const noexcept { return aead_; }
  [[nodiscard]] Protection protection() const noexcept { return protection_; }
  [[nodiscard]] ProtocolVersion version() const noexcept {
    return protection_ == Protection::tls13 ? ProtocolVersion::tls13 : ProtocolVersion::tls12;
  }
  [[nodiscard]] Expansion expansion() const noexcept {
    if (is_cbc(protection_)) [[unlikely]]
      return cbc().expansion();
    return {.inside = 0, .outside = static_cast<std::uint8_t>(overhead(protection_)), .block = 1};
  }
  /// Where in a record sealed without padding its content starts; content that lies there is sealed in place.
  /// With CBC it has to lie elsewhere: none.
  [[nodiscard]] std::optional<std::size_t> content_offset() const noexcept {
    if (is_cbc(protection_)) return std::nullopt;
    return header_size + (protection_ == Protection::tls12_explicit_nonce ? 8 : 0);
  }
  /// For handing a direction over to the kernel (kTLS), not with CBC. Live as long as this object.
  [[nodiscard]] Bytes key() const noexcept { return key_.view(); }
  [[nodiscard]] Bytes iv() const noexcept { return iv_.view(); }

 private:
  RecordKey(crypto::AeadAlgorithm aead, Protection protection, Bytes key, Bytes iv) noexcept;

  const crypto::AeadKey& expanded();
  // Defined where seal() is, which they are parts of.
  inline void seal13(ContentType type, Bytes content, std::size_t padding, MutableBytes header,
                     MutableBytes body);
  inline void seal12(ContentType type, Bytes content, MutableBytes header, MutableBytes body);
  Result<std::size_t> seal_cbc(ContentType type, Bytes content, MutableBytes out);
  Result<Opened> open_cbc(MutableBytes record, std::size_t max_plaintext_size);
  [[nodiscard]] CbcProtection& cbc() const noexcept;

  // An AEAD's expanded key, if it is; with CBC always its own part, which expands and rests by itself.
  std::variant<std::monostate, crypto::AeadKey, std::unique_ptr<CbcProtection>> expanded_;
  std::uint64_t sequence_ = 0;
  std::uint64_t update_after_ = 0;
  Secret<crypto::max_aead_key_size> key_;
  Secret<crypto::aead_nonce_size> iv_;
  crypto::AeadAlgorithm aead_;
  Protection protection_;
};

}  // namespace handfast::record
