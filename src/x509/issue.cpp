// Issuing certificates.
#include <handfast/issue.hpp>

#include "crypto/private_key.hpp"
#include "x509/certificate.hpp"
#include "x509/der_writer.hpp"
#include "x509/extension_values.hpp"
#include "x509/issue_extensions.hpp"
#include "x509/oid.hpp"
#include "x509/public_key_info.hpp"

namespace handfast::x509 {

struct IssuerKey::State {
  crypto::PrivateKey key;
};

namespace {

// What signs best with this kind of key, and its AlgorithmIdentifier (RFC 4055 §5, RFC 5758 §3, RFC 8410 §3).
struct Signing {
  crypto::SignatureAlgorithm algorithm;
  Octets identifier;
};
Signing signing_of(crypto::KeyType type) {
  using Kind = crypto::SignatureAlgorithm::Kind;
  const auto plain = [](Bytes identifier) {
    return der::sequence({der::value(tag::object_identifier, identifier)});
  };
  switch (type) {
    case crypto::KeyType::ec_p256:
      return {{Kind::ecdsa, crypto::HashAlgorithm::sha256, 0}, plain(oid::ecdsa_with_sha256)};
    case crypto::KeyType::ec_p384:
      return {{Kind::ecdsa, crypto::HashAlgorithm::sha384, 0}, plain(oid::ecdsa_with_sha384)};
    case crypto::KeyType::ec_p521:
      return {{Kind::ecdsa, crypto::HashAlgorithm::sha512, 0}, plain(oid::ecdsa_with_sha512)};
    case crypto::KeyType::ed25519:
      return {{Kind::ed25519, crypto::HashAlgorithm::sha512, 0}, plain(oid::ed25519)};
    default:
      return {{Kind::rsa_pkcs1, crypto::HashAlgorithm::sha256, 0},
              der::sequence({der::value(tag::object_identifier, oid::sha256_with_rsa),
                             der::value(tag::null, Bytes())})};
  }
}

Octets attribute(Bytes identifier, std::string_view text) {
  return der::value(tag::set, der::sequence({der::value(tag::object_identifier, identifier),
                                             der::value(tag::utf8_string, as_bytes(text))}));
}
Octets name(const CertificateTemplate& content) {
  Octets attributes;
  for (const auto& [identifier, text] :
       {std::pair<Bytes, const std::string&>{oid::organization_name, content.organization},
        std::pair<Bytes, const std::string&>{oid::common_name, content.common_name}}) {
    if (text.empty()) continue;
    const Octets one = attribute(identifier, text);
    attributes.insert(attributes.end(), one.begin(), one.end());
  }
  return der::value(tag::sequence, attributes);
}

// RFC 7093 §2 (1): the first 160 bits of SHA-256 over the key's BIT STRING contents.
Octets key_identifier_of(const KeyInfo& key) {
  return to_octets(crypto::hash(crypto::HashAlgorithm::sha256, key.key).view().first(20));
}

// RFC 5280 §4.1.2.2: positive and at most 20 octets; sixteen random ones never repeat.
Result<Octets> draw_serial(RandomSource& random) {
  Octets serial(16);
  if (auto drawn = random.fill(serial); !drawn) return fail(drawn.error());
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
  return serial;
}

struct Parties {
  Bytes issuer_name;
  Bytes subject_key;
  Octets subject_key_identifier;
  Octets authority_key_identifier;
};

Result<Octets> make(const CertificateTemplate& content, const Parties& parties, const crypto::PrivateKey& key,
                    RandomSource& random) {
  if (content.not_after < content.not_before) return fail(ErrorCode::invalid_argument, "not_after");
  auto serial = draw_serial(random);
  if (!serial) return serial;
  auto extensions =
      write_extensions(content, parties.subject_key_identifier, parties.authority_key_identifier);
  if (!extensions) return extensions;
  const Signing signing = signing_of(key.type());
  const Octets signed_octets = der::sequence(
      {der::value(tag::constructed(0), der::integer(2)), der::integer(Bytes(*serial)), signing.identifier,
       parties.issuer_name, der::sequence({der::time(content.not_before), der::time(content.not_after)}),
       name(content), parties.subject_key, der::value(tag::constructed(3), *extensions)});
  const auto signature = key.sign(signing.algorithm, signed_octets, random);
  if (!signature) return fail(signature.error());
  return der::sequence({signed_octets, signing.identifier, der::bit_string(*signature)});
}

}  // namespace

Result<IssuerKey> IssuerKey::generate(KeyKind kind, RandomSource& random) {
  using crypto::KeyType;
  using Pair = std::pair<KeyType, std::size_t>;
  static constexpr std::array<Pair, 7> kinds = {Pair{KeyType::ec_p256, 0}, Pair{KeyType::ec_p384, 0},
                                                Pair{KeyType::ec_p521, 0}, Pair{KeyType::ed25519, 0},
                                                Pair{KeyType::rsa, 2048},  Pair{KeyType::rsa, 3072},
                                                Pair{KeyType::rsa, 4096}};
  const auto& [type, bits] = kinds[static_cast<std::size_t>(kind)];
  auto key = bits == 0 ? crypto::PrivateKey::generate(type, random)
                       : crypto::PrivateKey::generate(type, random, bits);
  if (!key) return fail(key.error());
  return IssuerKey(std::make_shared<const State>(State{std::move(*key)}));
}

Result<IssuerKey> IssuerKey::from_pem(Bytes text, std::string_view passphrase) {
  auto key = crypto::PrivateKey::from_pem(text, passphrase);
  if (!key) return fail(key.error());
  return IssuerKey(std::make_shared<const State>(State{std::move(*key)}));
}

SecretOctets IssuerKey::to_pem() const { return state_->key.to_pem(); }

Octets IssuerKey::subject_public_key_info() const { return write_public_key(state_->key.public_key()); }

Octets IssuerKey::key_identifier() const {
  const Octets info = subject_public_key_info();
  return key_identifier_of(*parse_key_info(info));
}

Result<Octets> issue_certificate(const CertificateTemplate& content, Bytes subject_key, const Issuer& issuer,
                                 RandomSource& random) {
  const auto parsed = Certificate::parse(issuer.certificate);
  if (!parsed) return fail(parsed.error());
  const auto key = parse_key_info(subject_key);
  if (!key) return fail(ErrorCode::invalid_argument, "subject_key");
  const Bytes known = subject_key_identifier(*parsed);
  const Parties parties{parsed->subject, subject_key, key_identifier_of(*key),
                        known.empty() ? issuer.key.key_identifier() : to_octets(known)};
  return make(content, parties, issuer.key.state().key, random);
}

Result<Octets> issue_self_signed(const CertificateTemplate& content, const IssuerKey& key,
                                 RandomSource& random) {
  const Octets own_name = name(content);
  const Octets subject_key = key.subject_public_key_info();
  const Parties parties{own_name, subject_key, key.key_identifier(), {}};
  return make(content, parties, key.state().key, random);
}

}  // namespace handfast::x509
