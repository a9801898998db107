// What a key may be used for, as a certificate says it.
#pragma once
#include <cstdint>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// KeyUsage (RFC 5280 §4.2.1.3); the values are joined with |.
struct KeyUsage {
  static constexpr std::uint16_t digital_signature = 0x100;
  static constexpr std::uint16_t non_repudiation = 0x080;
  static constexpr std::uint16_t key_encipherment = 0x040;
  static constexpr std::uint16_t data_encipherment = 0x020;
  static constexpr std::uint16_t key_agreement = 0x010;
  static constexpr std::uint16_t key_cert_sign = 0x008;
  static constexpr std::uint16_t crl_sign = 0x004;
  static constexpr std::uint16_t encipher_only = 0x002;
  static constexpr std::uint16_t decipher_only = 0x001;
};

}  // namespace x509
}  // namespace handfast
