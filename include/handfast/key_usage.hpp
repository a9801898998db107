// What a key may be used for, as a certificate says it.
#pragma once
#include <cstdint>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// KeyUsage (RFC 5280 §4.2.1.3); the values are joined with |.
struct KeyUsage {
  /// Bit 0: signatures other than those of certificates and CRLs.
  static constexpr std::uint16_t digital_signature = 0x100;
  /// Bit 1: signatures that bind the signer (contentCommitment).
  static constexpr std::uint16_t non_repudiation = 0x080;
  /// Bit 2: encrypts keys, as RSA key transport does.
  static constexpr std::uint16_t key_encipherment = 0x040;
  /// Bit 3: encrypts data directly.
  static constexpr std::uint16_t data_encipherment = 0x020;
  /// Bit 4: Diffie-Hellman.
  static constexpr std::uint16_t key_agreement = 0x010;
  /// Bit 5: signs certificates.
  static constexpr std::uint16_t key_cert_sign = 0x008;
  /// Bit 6: signs revocation lists.
  static constexpr std::uint16_t crl_sign = 0x004;
  /// Bit 7: with key_agreement, only to encrypt.
  static constexpr std::uint16_t encipher_only = 0x002;
  /// Bit 8: with key_agreement, only to decrypt.
  static constexpr std::uint16_t decipher_only = 0x001;
};

}  // namespace x509
}  // namespace handfast
