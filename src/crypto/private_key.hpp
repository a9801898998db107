// Private keys: read, made, written, and used to sign.
#pragma once
#include <memory>
#include <string_view>
#include <utility>

#include <handfast/random.hpp>
#include <handfast/secret.hpp>

#include "crypto/signature.hpp"

namespace handfast::crypto {

struct PrivateKeyState;

/// A private key and its public one, which has been checked to belong to it. Immutable: copies share the key
/// and may be used by any number of threads. Wiped when the last copy dies. A moved-from key may only be
/// destroyed or assigned to.
class PrivateKey {
 public:
  /// The first private key of a PEM text: PKCS#8, encrypted PKCS#8 (RFC 5958), PKCS#1 and SEC1, the last two
  /// also in the old encrypted form. Other blocks (certificates, parameters) are passed over.
  ///
  /// bad_pem: no readable PEM. no_private_key_in_file: PEM, but no private key. bad_private_key: the block
  /// does not parse, or its numbers do not fit together. unsupported_private_key: another algorithm, another
  /// curve, an RSA size that PublicKey refuses. passphrase_needed: it is encrypted and `passphrase` is
  /// empty. wrong_passphrase: it is encrypted and does not open.
  static Result<PrivateKey> from_pem(Bytes text, std::string_view passphrase = {});
  /// The same of DER octets: whichever of the four forms they are. Errors as from_pem() but for PEM's.
  static Result<PrivateKey> from_der(Bytes der, std::string_view passphrase = {});

  /// A new key. `rsa_bits` is the size of an RSA modulus, 2048 to 8192, else invalid_argument; the primes of
  /// RSA come from libcrypto's own generator, all other keys from `random`. random_failed if that fails.
  static Result<PrivateKey> generate(KeyType type, RandomSource& random, std::size_t rsa_bits = 2048);

  [[nodiscard]] KeyType type() const noexcept { return public_key().type(); }
  [[nodiscard]] const PublicKey& public_key() const noexcept;

  /// Signs `message` (not its hash). invalid_argument: the key does not sign so. signing_failed,
  /// random_failed.
  ///
  /// `random` gives the PSS salt and blinds ECDSA's nonce; the nonce also depends on key and message, so that
  /// a broken source does not give the key away. The same source gives the same signature.
  [[nodiscard]] Result<Octets> sign(const SignatureAlgorithm& algorithm, Bytes message,
                                    RandomSource& random) const;
  /// The same by the scheme's name; invalid_argument also if public_key().matches() is false for `version`.
  [[nodiscard]] Result<Octets> sign(SignatureScheme scheme, Bytes message, RandomSource& random,
                                    ProtocolVersion version = ProtocolVersion::tls13) const;

  /// PKCS#8, not encrypted.
  [[nodiscard]] SecretOctets to_der() const;
  /// The same as PEM text, ending in a newline.
  [[nodiscard]] SecretOctets to_pem() const;

 private:
  friend struct KeyState;
  explicit PrivateKey(std::shared_ptr<const PrivateKeyState> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const PrivateKeyState> state_;
};

}  // namespace handfast::crypto
