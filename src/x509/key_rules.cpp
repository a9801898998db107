// Rules for public keys.
#include "x509/key_rules.hpp"

#include "crypto/signature.hpp"

namespace handfast::x509 {
namespace {

/// RFC 5480 §2.2: 4, x, y. Compressed points are not supported, and a hybrid form does not exist there.
bool is_uncompressed_point(const KeyInfo& key) noexcept {
  return key.key.size() == 1 + 2 * ((key.bits + 7) / 8) && key.key[0] == 4;
}

}  // namespace

std::optional<FindingCode> find_key_breach(const KeyInfo& key, std::uint16_t min_rsa_bits) noexcept {
  switch (key.kind) {
    case KeyInfo::Kind::unknown: return FindingCode::unsupported_key;
    case KeyInfo::Kind::ed25519: break;
    case KeyInfo::Kind::ec:
      if (!key.curve || !is_uncompressed_point(key)) return FindingCode::unsupported_key;
      break;
    case KeyInfo::Kind::rsa:
    case KeyInfo::Kind::rsa_pss:
      if (key.bits > crypto::PublicKey::maximum_rsa_bits) return FindingCode::unsupported_key;
      if (key.bits < min_rsa_bits) return FindingCode::weak_key;
      break;
  }
  return std::nullopt;
}

std::optional<NumbersBreach> find_bad_numbers(const KeyInfo& key) {
  const auto made = make_public_key(key);
  if (made) return std::nullopt;
  const Error& error = made.error();
  const char* const found = error.detail != nullptr ? error.detail : "";
  return NumbersBreach{
      error.code == ErrorCode::certificate_malformed ? FindingCode::bad_key : FindingCode::unsupported_key,
      found};
}

}  // namespace handfast::x509
