// Signature algorithms and the public keys that check signatures.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <handfast/error.hpp>
#include <handfast/types.hpp>

#include "crypto/hash.hpp"

namespace handfast::crypto {

/// What a key is, as its SubjectPublicKeyInfo says: an rsa_pss key (id-RSASSA-PSS) signs with PSS only.
enum class KeyType : std::uint8_t { rsa, rsa_pss, ec_p256, ec_p384, ec_p521, ed25519 };
/// "RSA", "RSA-PSS", "P-256", "P-384", "P-521", "Ed25519".
[[nodiscard]] std::string_view name_of(KeyType type) noexcept;
/// The curve of a key of elliptic curves.
[[nodiscard]] std::optional<NamedGroup> curve_of(KeyType type) noexcept;

/// How a signature is made, apart from the key: any hash with any curve, as certificates may say it.
struct SignatureAlgorithm {
  enum class Kind : std::uint8_t { ecdsa, rsa_pkcs1, rsa_pss, ed25519 };
  Kind kind = Kind::ecdsa;
  HashAlgorithm hash = HashAlgorithm::sha256;  ///< for PSS the hash of MGF1, too; Ed25519: not looked at
  std::uint8_t salt_length = 0;                ///< octets, PSS only; TLS: the digest's size

  friend bool operator==(const SignatureAlgorithm&, const SignatureAlgorithm&) = default;
};

/// What a scheme of TLS says (RFC 8446 §4.2.3); none for SHA-1 and for schemes not spoken here.
[[nodiscard]] std::optional<SignatureAlgorithm> algorithm_of(SignatureScheme scheme) noexcept;

/// The restriction that an id-RSASSA-PSS key may carry (RFC 4055 §3.3).
struct PssRestriction {
  HashAlgorithm hash = HashAlgorithm::sha256;  ///< the only hash, also of MGF1
  std::uint8_t minimum_salt_length = 0;        ///< octets
  friend bool operator==(const PssRestriction&, const PssRestriction&) = default;
};

struct PublicKeyState;

/// A public key, checked and made ready once. Immutable: copies are cheap, share the key, and may be used by
/// any number of threads. A moved-from key may only be destroyed or assigned to.
class PublicKey {
 public:
  static constexpr std::size_t minimum_rsa_bits = 1024;  // what is sensible at all; policies ask for more
  static constexpr std::size_t maximum_rsa_bits = 8192;
  static constexpr std::size_t maximum_rsa_octets = maximum_rsa_bits / 8;

  /// Both numbers unsigned and big endian; leading zeros do not count.
  ///
  /// certificate_unsupported: the modulus lies outside of the sizes above. certificate_malformed: an even
  /// modulus, or an exponent that is even, below 3 or beyond 64 bits.
  static Result<PublicKey> rsa(Bytes modulus, Bytes exponent, bool pss_only = false);
  /// A key for PSS only, perhaps with a restriction. Errors as rsa().
  static Result<PublicKey> rsa_pss(Bytes modulus, Bytes exponent, std::optional<PssRestriction> restriction);
  /// `uncompressed_point`: 4, x, y. certificate_unsupported: a group that is not secp256r1, 384r1 or 521r1,
  /// or a compressed point. certificate_malformed: not a point of the curve.
  static Result<PublicKey> ec(NamedGroup curve, Bytes uncompressed_point);
  /// 32 octets (RFC 8032 §5.1.5), else certificate_malformed.
  static Result<PublicKey> ed25519(Bytes key);

  /// The same key for one who checks many signatures with it. P-256: with a table of its multiples, some
  /// 150 KiB that take 20 ms to make, and a check takes a third of the time. Every other key: as it is.
  [[nodiscard]] PublicKey for_many_checks() const;
  /// Whether it has such a table.
  [[nodiscard]] bool has_table() const noexcept;

  [[nodiscard]] KeyType type() const noexcept;
  /// RSA: of the modulus; curves: 256, 384, 521; Ed25519: 256.
  [[nodiscard]] std::size_t bits() const noexcept;

  /// Whether a key of this kind, with its restriction, makes such signatures at all: not with SHA-1.
  [[nodiscard]] bool fits(const SignatureAlgorithm& algorithm) const noexcept;
  /// Checks a signature over `message` (not over its hash). bad_signature: it is not right, or fits() is
  /// false. A PSS salt has exactly the algorithm's length.
  [[nodiscard]] Result<> verify(const SignatureAlgorithm& algorithm, Bytes message, Bytes signature) const;

  /// Whether this key may sign with `scheme` (RFC 8446 §4.2.3): the scheme's curve, rsae with an ordinary key
  /// and pss with a key for PSS only. rsa_pkcs1_* fits an ordinary RSA key; that TLS 1.3 has it in
  /// certificates only, the caller knows. In TLS 1.2 (RFC 5246 §7.4.1.4.1, RFC 8422 §5.1.3) an ecdsa_*
  /// scheme names the hash only and fits each curve.
  // [8422:5.4#1] [8422:5.9#3,4] [8422:5.10#7] [8446:4.2.3#1,15,16] [8446:4.4.3#6] [8446:4.4.2.2#2]
  [[nodiscard]] bool matches(SignatureScheme scheme,
                             ProtocolVersion version = ProtocolVersion::tls13) const noexcept;

  /// RSA: the number without leading zeros, else empty. Views live as long as any copy of the key.
  [[nodiscard]] Bytes modulus() const noexcept;
  [[nodiscard]] Bytes exponent() const noexcept;
  /// Curves: the uncompressed point. Ed25519: the 32 octets. RSA: empty.
  [[nodiscard]] Bytes point() const noexcept;
  [[nodiscard]] const std::optional<PssRestriction>& pss_restriction() const noexcept;

  /// The same key: type and numbers.
  friend bool operator==(const PublicKey& a, const PublicKey& b) noexcept;

 private:
  friend class PrivateKey;
  friend struct KeyState;
  explicit PublicKey(std::shared_ptr<const PublicKeyState> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const PublicKeyState> state_;
};

}  // namespace handfast::crypto
