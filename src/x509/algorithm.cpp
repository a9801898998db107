// Keys and signature algorithms in certificates.
#include "x509/algorithm.hpp"

#include <bit>

#include "x509/oid.hpp"

namespace handfast::x509 {
namespace {

using crypto::HashAlgorithm;
using Kind = crypto::SignatureAlgorithm::Kind;

struct RsaNumbers {
  Bytes modulus;
  Bytes exponent;
};

RsaNumbers read_rsa_numbers(Der& der) noexcept {
  RsaNumbers numbers;
  Der sequence = der.sequence("subjectPublicKey");
  numbers.modulus = sequence.integer("modulus");
  numbers.exponent = sequence.integer("publicExponent");
  sequence.finish("subjectPublicKey");
  return numbers;
}

/// Significant bits of a positive INTEGER's contents; 0: it is not positive.
std::uint32_t bit_length(Bytes integer) noexcept {
  if (integer.empty() || integer[0] >= 0x80) return 0;
  if (integer[0] == 0) integer = integer.subspan(1);
  if (integer.empty()) return 0;
  return static_cast<std::uint32_t>((integer.size() - 1) * 8) +
         static_cast<std::uint32_t>(std::bit_width(integer[0]));
}

std::optional<HashAlgorithm> hash_of(Bytes identifier) noexcept {
  if (equal(identifier, oid::sha256)) return HashAlgorithm::sha256;
  if (equal(identifier, oid::sha384)) return HashAlgorithm::sha384;
  if (equal(identifier, oid::sha512)) return HashAlgorithm::sha512;
  return std::nullopt;
}

/// An AlgorithmIdentifier of a hash, with NULL or without parameters (RFC 4055 §2.1).
std::optional<HashAlgorithm> read_hash(Der& der, const char* field) noexcept {
  Der sequence = der.sequence(field);
  const Bytes identifier = sequence.object_identifier(field);
  if (sequence.more()) sequence.null(field);
  sequence.finish(field);
  return hash_of(identifier);
}

/// RSASSA-PSS-params (RFC 4055 §3.1): one hash for message and mask. The defaults mean SHA-1: not supported.
std::optional<crypto::PssRestriction> read_pss(Bytes parameters, Fault& fault) noexcept {
  Der outer(parameters, fault);
  Der sequence = outer.sequence("RSASSA-PSS-params");
  std::optional<HashAlgorithm> hash;
  std::optional<HashAlgorithm> mask;
  std::uint32_t salt = 20;
  std::uint32_t trailer = 1;
  if (sequence.next_is(tag::constructed(0))) {
    Der wrapped = sequence.inside(tag::constructed(0), "hashAlgorithm");
    hash = read_hash(wrapped, "hashAlgorithm");
    wrapped.finish("hashAlgorithm");
  }
  if (sequence.next_is(tag::constructed(1))) {
    Der wrapped = sequence.inside(tag::constructed(1), "maskGenAlgorithm");
    Der generator = wrapped.sequence("maskGenAlgorithm");
    const bool is_mgf1 = equal(generator.object_identifier("maskGenAlgorithm"), oid::mgf1);
    if (is_mgf1) {
      mask = read_hash(generator, "maskGenAlgorithm");
      generator.finish("maskGenAlgorithm");
    }
    wrapped.finish("maskGenAlgorithm");
  }
  if (sequence.next_is(tag::constructed(2))) {
    Der wrapped = sequence.inside(tag::constructed(2), "saltLength");
    salt = wrapped.small(tag::integer, "saltLength");
    wrapped.finish("saltLength");
  }
  if (sequence.next_is(tag::constructed(3))) {
    Der wrapped = sequence.inside(tag::constructed(3), "trailerField");
    trailer = wrapped.small(tag::integer, "trailerField");
    wrapped.finish("trailerField");
  }
  sequence.finish("RSASSA-PSS-params");
  outer.finish("RSASSA-PSS-params");
  if (fault.happened() || !hash || hash != mask || trailer != 1 || salt > 255) return std::nullopt;
  return crypto::PssRestriction{*hash, static_cast<std::uint8_t>(salt)};
}

void read_rsa(Der& key, KeyInfo& info) noexcept {
  const RsaNumbers numbers = read_rsa_numbers(key);
  key.finish("subjectPublicKey");
  info.bits = bit_length(numbers.modulus);
  if (info.bits == 0 || bit_length(numbers.exponent) == 0)
    key.fail(FindingCode::bad_key, "subjectPublicKey", info.key.data());
}

void read_curve(Der& parameters, KeyInfo& info) noexcept {
  // RFC 5480 §2.1.1: named curves only; others are kept as unknown.
  if (!parameters.next_is(tag::object_identifier)) return;
  const Bytes curve = parameters.object_identifier("namedCurve");
  if (equal(curve, oid::prime256v1)) {
    info.curve = NamedGroup::secp256r1;
    info.bits = 256;
  } else if (equal(curve, oid::secp384r1)) {
    info.curve = NamedGroup::secp384r1;
    info.bits = 384;
  } else if (equal(curve, oid::secp521r1)) {
    info.curve = NamedGroup::secp521r1;
    info.bits = 521;
  }
}

struct NamedSignature {
  Bytes identifier;
  Kind kind;
  HashAlgorithm hash;
};
constexpr auto signatures = std::to_array<NamedSignature>({
    {oid::ecdsa_with_sha256, Kind::ecdsa, HashAlgorithm::sha256},
    {oid::sha256_with_rsa, Kind::rsa_pkcs1, HashAlgorithm::sha256},
    {oid::ecdsa_with_sha384, Kind::ecdsa, HashAlgorithm::sha384},
    {oid::sha384_with_rsa, Kind::rsa_pkcs1, HashAlgorithm::sha384},
    {oid::ecdsa_with_sha512, Kind::ecdsa, HashAlgorithm::sha512},
    {oid::sha512_with_rsa, Kind::rsa_pkcs1, HashAlgorithm::sha512},
    {oid::ed25519, Kind::ed25519, HashAlgorithm::sha512},
});
constexpr auto weak_signatures = std::to_array<Bytes>(
    // [8446:4.4.2.4#2] [8446:4.2.3#13,14]
    {oid::md2_with_rsa, oid::md5_with_rsa, oid::sha1_with_rsa, oid::ecdsa_with_sha1, oid::dsa_with_sha1});

bool is_null(Bytes element) noexcept {
  return element.size() == 2 && element[0] == tag::null && element[1] == 0;
}

void recognise(SignatureIdentifier& found, Bytes parameters) noexcept {
  using Standing = SignatureIdentifier::Standing;
  for (const NamedSignature& known : signatures) {
    if (!equal(known.identifier, found.identifier)) continue;
    // RFC 4055 §5: NULL or absent with RSA; RFC 5758 §3.2, RFC 8410 §3: absent with curves.
    if (!parameters.empty() && (known.kind != Kind::rsa_pkcs1 || !is_null(parameters))) return;
    found.algorithm = {known.kind, known.hash, 0};
    found.standing = Standing::supported;
    return;
  }
  if (equal(found.identifier, oid::rsassa_pss)) {
    Fault fault(parameters);
    if (const auto pss = read_pss(parameters, fault)) {
      found.algorithm = {Kind::rsa_pss, pss->hash, pss->minimum_salt_length};
      found.standing = Standing::supported;
    }
    return;
  }
  for (const Bytes weak : weak_signatures)
    if (equal(weak, found.identifier)) found.standing = Standing::weak;
}

}  // namespace

void read_key_info(Der& der, KeyInfo& info) noexcept {
  const Element whole = der.element(tag::sequence, "subjectPublicKeyInfo");
  Der sequence(whole.content, der.fault());
  Der algorithm = sequence.sequence("subjectPublicKeyInfo.algorithm");
  info.der = whole.whole;
  info.algorithm = algorithm.object_identifier("subjectPublicKeyInfo.algorithm");
  info.parameters = algorithm.rest();
  Der parameters = algorithm;
  if (algorithm.more()) algorithm.any("subjectPublicKeyInfo.algorithm.parameters");
  algorithm.finish("subjectPublicKeyInfo.algorithm.parameters");
  info.key = sequence.octet_bits("subjectPublicKey");
  sequence.finish("subjectPublicKeyInfo");

  const auto bad = [&] { sequence.fail(FindingCode::bad_key, "subjectPublicKeyInfo", whole.whole.data()); };
  Der key(info.key, der.fault());
  if (equal(info.algorithm, oid::ec_public_key)) {
    info.kind = KeyInfo::Kind::ec;
    read_curve(parameters, info);
  } else if (equal(info.algorithm, oid::rsa_encryption)) {
    info.kind = KeyInfo::Kind::rsa;
    if (!is_null(info.parameters)) return bad();  // RFC 3279 §2.3.1
    read_rsa(key, info);
  } else if (equal(info.algorithm, oid::ed25519)) {
    info.kind = KeyInfo::Kind::ed25519;
    info.bits = 256;
    if (!info.parameters.empty() || info.key.size() != 32) return bad();  // RFC 8410 §3
  } else if (equal(info.algorithm, oid::rsassa_pss)) {
    info.kind = KeyInfo::Kind::rsa_pss;
    read_rsa(key, info);
  }
}

std::optional<KeyInfo> parse_key_info(Bytes subject_public_key_info) noexcept {
  Fault fault(subject_public_key_info);
  Der der(subject_public_key_info, fault);
  KeyInfo info;
  read_key_info(der, info);
  der.finish("subjectPublicKeyInfo");
  if (fault.happened()) return std::nullopt;
  return info;
}

Result<crypto::PublicKey> make_public_key(const KeyInfo& info) {
  using crypto::PublicKey;
  Fault fault(info.key);
  Der key(info.key, fault);
  switch (info.kind) {
    case KeyInfo::Kind::ec:
      if (!info.curve) break;
      return PublicKey::ec(*info.curve, info.key);
    case KeyInfo::Kind::ed25519: return PublicKey::ed25519(info.key);
    case KeyInfo::Kind::rsa: {
      const RsaNumbers numbers = read_rsa_numbers(key);
      return PublicKey::rsa(numbers.modulus, numbers.exponent);
    }
    case KeyInfo::Kind::rsa_pss: {
      const RsaNumbers numbers = read_rsa_numbers(key);
      if (info.parameters.empty()) return PublicKey::rsa_pss(numbers.modulus, numbers.exponent, std::nullopt);
      Fault in_parameters(info.parameters);
      const auto restriction = read_pss(info.parameters, in_parameters);
      if (!restriction) break;
      return PublicKey::rsa_pss(numbers.modulus, numbers.exponent, restriction);
    }
    case KeyInfo::Kind::unknown: break;
  }
  return fail(ErrorCode::certificate_unsupported);
}

void read_signature_identifier(Der& der, SignatureIdentifier& identifier, const char* field) noexcept {
  const Element whole = der.element(tag::sequence, field);
  Der sequence(whole.content, der.fault());
  identifier.der = whole.whole;
  identifier.identifier = sequence.object_identifier(field);
  const Bytes parameters = sequence.rest();
  if (sequence.more()) sequence.any(field);
  sequence.finish(field);
  recognise(identifier, parameters);
}

}  // namespace handfast::x509
