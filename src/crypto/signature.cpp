// The algorithms of signatures by name, and which key fits which scheme.
#include "crypto/signature.hpp"
namespace handfast::crypto {
namespace {

using Kind = SignatureAlgorithm::Kind;

constexpr SignatureAlgorithm ecdsa(HashAlgorithm hash) { return {Kind::ecdsa, hash, 0}; }
constexpr SignatureAlgorithm pkcs1(HashAlgorithm hash) { return {Kind::rsa_pkcs1, hash, 0}; }
constexpr SignatureAlgorithm pss(HashAlgorithm hash) {
  return {Kind::rsa_pss, hash, static_cast<std::uint8_t>(digest_size(hash))};
}

/// The curve that TLS 1.3 binds to the scheme.
std::optional<KeyType> bound_curve(SignatureScheme scheme) noexcept {
  switch (scheme) {
    case SignatureScheme::ecdsa_secp256r1_sha256: return KeyType::ec_p256;
    case SignatureScheme::ecdsa_secp384r1_sha384: return KeyType::ec_p384;
    case SignatureScheme::ecdsa_secp521r1_sha512: return KeyType::ec_p521;
    default: return std::nullopt;
  }
}

bool is_pss_pss(SignatureScheme scheme) noexcept {
  return scheme == SignatureScheme::rsa_pss_pss_sha256 || scheme == SignatureScheme::rsa_pss_pss_sha384 ||
         scheme == SignatureScheme::rsa_pss_pss_sha512;
}

}  // namespace

std::string_view name_of(KeyType type) noexcept {
  switch (type) {
    case KeyType::rsa: return "RSA";
    case KeyType::rsa_pss: return "RSA-PSS";
    case KeyType::ec_p256: return "P-256";
    case KeyType::ec_p384: return "P-384";
    case KeyType::ec_p521: return "P-521";
    case KeyType::ed25519: return "Ed25519";
  }
  return {};
}

std::optional<NamedGroup> curve_of(KeyType type) noexcept {
  switch (type) {
    case KeyType::ec_p256: return NamedGroup::secp256r1;
    case KeyType::ec_p384: return NamedGroup::secp384r1;
    case KeyType::ec_p521: return NamedGroup::secp521r1;
    default: return std::nullopt;
  }
}

std::optional<SignatureAlgorithm> algorithm_of(SignatureScheme scheme) noexcept {
  switch (scheme) {
    case SignatureScheme::ecdsa_secp256r1_sha256: return ecdsa(HashAlgorithm::sha256);
    case SignatureScheme::ecdsa_secp384r1_sha384: return ecdsa(HashAlgorithm::sha384);
    case SignatureScheme::ecdsa_secp521r1_sha512: return ecdsa(HashAlgorithm::sha512);
    case SignatureScheme::rsa_pkcs1_sha256: return pkcs1(HashAlgorithm::sha256);
    case SignatureScheme::rsa_pkcs1_sha384: return pkcs1(HashAlgorithm::sha384);
    case SignatureScheme::rsa_pkcs1_sha512: return pkcs1(HashAlgorithm::sha512);
    // RFC 8446 §4.2.3: the salt is as long as the digest
    case SignatureScheme::rsa_pss_rsae_sha256:
    case SignatureScheme::rsa_pss_pss_sha256: return pss(HashAlgorithm::sha256);
    case SignatureScheme::rsa_pss_rsae_sha384:
    case SignatureScheme::rsa_pss_pss_sha384: return pss(HashAlgorithm::sha384);
    case SignatureScheme::rsa_pss_rsae_sha512:
    case SignatureScheme::rsa_pss_pss_sha512: return pss(HashAlgorithm::sha512);
    case SignatureScheme::ed25519: return SignatureAlgorithm{Kind::ed25519, HashAlgorithm::sha512, 0};
    default: return std::nullopt;
  }
}

bool PublicKey::matches(SignatureScheme scheme, ProtocolVersion version) const noexcept {
  const std::optional<SignatureAlgorithm> algorithm = algorithm_of(scheme);
  if (!algorithm || !fits(*algorithm)) return false;
  switch (type()) {
    case KeyType::rsa: return !is_pss_pss(scheme);
    case KeyType::rsa_pss: return is_pss_pss(scheme);
    case KeyType::ec_p256:
    case KeyType::ec_p384:
    case KeyType::ec_p521: return version != ProtocolVersion::tls13 || bound_curve(scheme) == type();
    case KeyType::ed25519: return true;
  }
  return false;
}

}  // namespace handfast::crypto
