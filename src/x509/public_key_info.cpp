// SubjectPublicKeyInfo that stands alone, outside of a certificate.
#include "x509/public_key_info.hpp"

#include <handfast/certificate.hpp>

#include "x509/algorithm.hpp"
#include "x509/der_writer.hpp"
#include "x509/oid.hpp"
#include "x509/pem.hpp"

namespace handfast::x509 {
namespace {

Octets curve_identifier(crypto::KeyType type) {
  switch (type) {
    case crypto::KeyType::ec_p384: return der::value(tag::object_identifier, oid::secp384r1);
    case crypto::KeyType::ec_p521: return der::value(tag::object_identifier, oid::secp521r1);
    default: return der::value(tag::object_identifier, oid::prime256v1);
  }
}

Octets algorithm(Bytes identifier, Bytes parameters) {
  return der::sequence({der::value(tag::object_identifier, identifier), parameters});
}

Bytes identifier_of(crypto::HashAlgorithm hash) noexcept {
  if (hash == crypto::HashAlgorithm::sha384) return oid::sha384;
  return hash == crypto::HashAlgorithm::sha512 ? Bytes(oid::sha512) : Bytes(oid::sha256);
}

// RFC 4055 §1.2, §3.1: a key that signs by PSS alone; its parameters bind it to one hash, if there are any.
Octets pss_algorithm(const std::optional<crypto::PssRestriction>& restriction) {
  if (!restriction) return algorithm(oid::rsassa_pss, Bytes());
  constexpr std::uint8_t default_salt = 20;  // which DER leaves out
  const std::uint8_t salt = restriction->minimum_salt_length;
  const Octets hash = algorithm(identifier_of(restriction->hash), der::value(tag::null, Bytes()));
  const Octets salt_length =
      salt == default_salt ? Octets() : der::value(tag::constructed(2), der::integer(std::uint32_t{salt}));
  return algorithm(oid::rsassa_pss,
                   der::sequence({der::value(tag::constructed(0), hash),
                                  der::value(tag::constructed(1), algorithm(oid::mgf1, hash)), salt_length}));
}

Octets rsa_numbers(const crypto::PublicKey& key) {
  return der::bit_string(der::sequence({der::integer(key.modulus()), der::integer(key.exponent())}));
}

}  // namespace

Octets write_public_key(const crypto::PublicKey& key) {
  switch (key.type()) {
    case crypto::KeyType::rsa:
      return der::sequence(
          {algorithm(oid::rsa_encryption, der::value(tag::null, Bytes())), rsa_numbers(key)});
    case crypto::KeyType::rsa_pss:
      return der::sequence({pss_algorithm(key.pss_restriction()), rsa_numbers(key)});
    case crypto::KeyType::ed25519:
      return der::sequence(
          {der::sequence({der::value(tag::object_identifier, oid::ed25519)}), der::bit_string(key.point())});
    default:
      return der::sequence({der::sequence({der::value(tag::object_identifier, oid::ec_public_key),
                                           curve_identifier(key.type())}),
                            der::bit_string(key.point())});
  }
}

Result<crypto::PublicKey> parse_public_key(Bytes subject_public_key_info) {
  const auto info = parse_key_info(subject_public_key_info);
  if (!info) return fail(ErrorCode::certificate_malformed, "the raw public key does not parse");
  return make_public_key(*info);
}

namespace {

Result<Octets> public_key_of(Bytes file) {
  if (!file.empty() && file.front() == tag::sequence) return to_octets(file);
  PemReader reader(file);
  for (;;) {
    const auto block = reader.next();
    if (!block) return fail(block.error());
    if (!*block) return fail(ErrorCode::bad_pem, "there is no PUBLIC KEY");
    if ((*block)->label == "PUBLIC KEY") return (*block)->decode();
  }
}

}  // namespace

Result<Octets> read_public_key(Bytes file) {
  auto key_info = public_key_of(file);
  if (!key_info) return key_info;
  if (const auto key = parse_public_key(*key_info); !key) return fail(key.error());
  return key_info;
}

}  // namespace handfast::x509
