// The forge.
#include "x509/forge.hpp"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "x509/algorithm.hpp"

namespace handfast::test {
namespace {

using crypto::KeyType;
using Kind = crypto::SignatureAlgorithm::Kind;

Octets joined(const std::vector<Octets>& parts) {
  Octets all;
  for (const Octets& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Octets joined(std::initializer_list<Octets> parts) { return joined(std::vector<Octets>(parts)); }

Octets flag(bool value) {
  const std::uint8_t octet = value ? 0xff : 0;
  return der::value(tag::boolean, Bytes(&octet, 1));
}

Octets info_of(const crypto::PublicKey& key) {
  switch (key.type()) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return rsa_info(key.modulus());
    case KeyType::ed25519:
      return der::sequence({algorithm_identifier(oid::ed25519), der::bit_string(key.point())});
    case KeyType::ec_p256:
      return der::sequence({algorithm_identifier(oid::ec_public_key, identifier(oid::prime256v1)),
                            der::bit_string(key.point())});
    case KeyType::ec_p384:
      return der::sequence({algorithm_identifier(oid::ec_public_key, identifier(oid::secp384r1)),
                            der::bit_string(key.point())});
    case KeyType::ec_p521:
      return der::sequence({algorithm_identifier(oid::ec_public_key, identifier(oid::secp521r1)),
                            der::bit_string(key.point())});
  }
  return {};
}

crypto::SignatureAlgorithm signing_algorithm(KeyType type) {
  using crypto::HashAlgorithm;
  switch (type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return {Kind::rsa_pkcs1, HashAlgorithm::sha256, 0};
    case KeyType::ed25519: return {Kind::ed25519, HashAlgorithm::sha512, 0};
    default: return {Kind::ecdsa, HashAlgorithm::sha256, 0};
  }
}

Octets fitting_algorithm(KeyType type) {
  switch (type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return algorithm_identifier(oid::sha256_with_rsa, der::value(tag::null, Bytes()));
    case KeyType::ed25519: return algorithm_identifier(oid::ed25519);
    default: return algorithm_identifier(oid::ecdsa_with_sha256);
  }
}

/// The same signature in every run, for the same key and octets.
Octets sign_octets(const Key& signer, Bytes octets, std::optional<crypto::SignatureAlgorithm> signing = {}) {
  SeededRandom random(0);
  if (!signing) signing = signing_algorithm(signer.private_key.type());
  auto signature = signer.private_key.sign(*signing, octets, random);
  EXPECT_TRUE(signature);
  return signature ? *signature : Octets();
}

/// The octets of an Extension's identifier, for comparing.
Bytes type_of(const Octets& extension) {
  x509::Fault fault(extension);
  x509::Der outer(extension, fault);
  return outer.sequence("Extension").object_identifier("extnID");
}

}  // namespace

Octets join(std::initializer_list<Bytes> parts) {
  Octets all;
  for (const Bytes part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Time moment(int year, unsigned month, unsigned day, int hour, int minute, int second) {
  using namespace std::chrono;
  return sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)} + hours{hour} +
         minutes{minute} + seconds{second};
}

Result<> SeededRandom::fill(MutableBytes output) noexcept {
  while (!output.empty()) {
    const std::array<std::uint32_t, 2> input = {seed_, counter_++};
    const crypto::Digest block =
        crypto::hash(crypto::HashAlgorithm::sha256,
                     Bytes(reinterpret_cast<const std::uint8_t*>(input.data()), sizeof input));
    const std::size_t size = std::min(output.size(), block.view().size());
    copy(block.view().first(size), output);
    output = output.subspan(size);
  }
  return {};
}

namespace {

Key make_key(KeyType type, std::size_t rsa_bits, RandomSource& random) {
  auto key = crypto::PrivateKey::generate(type, random, rsa_bits);
  if (!key) throw std::runtime_error("no key");
  Octets info = info_of(key->public_key());
  return {std::move(*key), std::move(info)};
}

}  // namespace

Key make_key(KeyType type, std::size_t rsa_bits) { return make_key(type, rsa_bits, system_random()); }

const Key& shared_key(std::size_t number) {
  static std::deque<Key> keys;
  while (keys.size() <= number) {
    SeededRandom random(static_cast<std::uint32_t>(keys.size()));
    keys.push_back(make_key(KeyType::ec_p256, 0, random));
  }
  return keys[number];
}

Octets rsa_info(Bytes modulus) {
  return der::sequence({algorithm_identifier(oid::rsa_encryption, der::value(tag::null, Bytes())),
                        der::bit_string(der::sequence({der::integer(modulus), der::integer(65537)}))});
}

Octets identifier(Bytes content) { return der::value(tag::object_identifier, content); }

Octets attribute(Bytes type, std::string_view value, std::uint8_t value_tag) {
  return der::value(tag::set, der::sequence({identifier(type), der::value(value_tag, as_bytes(value))}));
}

Octets name(std::initializer_list<Octets> groups) { return der::value(tag::sequence, joined(groups)); }

Octets common_name(std::string_view value) { return name({attribute(oid::common_name, value)}); }

Octets extension(Bytes type, bool critical, Bytes value) {
  return der::sequence(
      {identifier(type), critical ? flag(true) : Octets(), der::value(tag::octet_string, value)});
}

Octets algorithm_identifier(Bytes type, Bytes parameters) {
  return der::sequence({identifier(type), parameters});
}

Octets general_name(x509::GeneralName::Kind kind, Bytes value) {
  using GeneralKind = x509::GeneralName::Kind;
  const bool structured = kind == GeneralKind::other || kind == GeneralKind::x400 ||
                          kind == GeneralKind::directory || kind == GeneralKind::edi;
  const auto number = static_cast<unsigned>(kind);
  return der::value(structured ? tag::constructed(number) : tag::context(number), value);
}

Octets dns(std::string_view value) { return general_name(x509::GeneralName::Kind::dns, as_bytes(value)); }
Octets email(std::string_view value) { return general_name(x509::GeneralName::Kind::email, as_bytes(value)); }
Octets uri(std::string_view value) { return general_name(x509::GeneralName::Kind::uri, as_bytes(value)); }
Octets ip(std::initializer_list<std::uint8_t> octets) {
  return general_name(x509::GeneralName::Kind::ip, Bytes(octets.begin(), octets.size()));
}
Octets directory(Bytes whole_name) { return general_name(x509::GeneralName::Kind::directory, whole_name); }

Octets time_element(Time time) { return der::time(time); }
Octets validity(Time from, Time until) { return der::sequence({der::time(from), der::time(until)}); }

Octets alternative_names(std::initializer_list<Octets> names, bool critical) {
  return extension(oid::certificate_extension<17>, critical, der::value(tag::sequence, joined(names)));
}

Octets basic_constraints(bool ca, std::optional<std::uint32_t> path_length, bool critical) {
  return extension(
      oid::certificate_extension<19>, critical,
      der::sequence({ca ? flag(true) : Octets(), path_length ? der::integer(*path_length) : Octets()}));
}

Octets key_usage(std::uint16_t bits) {
  return extension(oid::certificate_extension<15>, true, der::named_bits(bits));
}

Octets extended_key_usage(std::initializer_list<Bytes> purposes, bool critical) {
  Octets list;
  for (const Bytes purpose : purposes) list = join({list, identifier(purpose)});
  return extension(oid::certificate_extension<37>, critical, der::value(tag::sequence, list));
}

Octets name_constraints(std::initializer_list<Octets> permitted, std::initializer_list<Octets> excluded,
                        bool critical) {
  Octets lists;
  unsigned number = 0;
  for (const auto& names : {permitted, excluded}) {
    Octets list;
    for (const Octets& base : names) list = join({list, der::sequence({base})});
    if (!list.empty()) lists = join({lists, der::value(tag::constructed(number), list)});
    ++number;
  }
  return extension(oid::certificate_extension<30>, critical, der::value(tag::sequence, lists));
}

Octets policies(std::initializer_list<Octets> policy_contents) {
  Octets list;
  for (const Octets& policy : policy_contents) list = join({list, der::sequence({identifier(policy)})});
  return extension(oid::certificate_extension<32>, false, der::value(tag::sequence, list));
}

Octets policy_mappings(std::initializer_list<std::pair<Octets, Octets>> pairs) {
  Octets list;
  for (const auto& [issuer, subject] : pairs)
    list = join({list, der::sequence({identifier(issuer), identifier(subject)})});
  return extension(oid::certificate_extension<33>, true, der::value(tag::sequence, list));
}

Octets policy_constraints(std::optional<std::uint32_t> require_explicit,
                          std::optional<std::uint32_t> inhibit_mapping, bool critical) {
  const auto field = [](unsigned number, std::optional<std::uint32_t> value) {
    if (!value) return Octets();
    Octets element = der::integer(*value);
    element[0] = tag::context(number);
    return element;
  };
  return extension(oid::certificate_extension<36>, critical,
                   der::sequence({field(0, require_explicit), field(1, inhibit_mapping)}));
}

Octets inhibit_any_policy(std::uint32_t skip, bool critical) {
  return extension(oid::certificate_extension<54>, critical, der::integer(skip));
}

Octets subject_key_id(Bytes id, bool critical) {
  return extension(oid::certificate_extension<14>, critical, der::value(tag::octet_string, id));
}

Octets authority_key_id(Bytes id, bool critical) {
  return extension(oid::certificate_extension<35>, critical,
                   der::sequence({der::value(tag::context(0), id)}));
}

Octets must_staple() { return extension(oid::tls_feature, false, der::sequence({der::integer(5)})); }

void CertificateForge::set(const Octets& new_extension) {
  for (Octets& known : extensions)
    if (equal(type_of(known), type_of(new_extension))) {
      known = new_extension;
      return;
    }
  extensions.push_back(new_extension);
}

void CertificateForge::remove(Bytes type) {
  std::erase_if(extensions, [&](const Octets& known) { return equal(type_of(known), type); });
}

Octets CertificateForge::sign(const Key& signer) const {
  const Octets inner = algorithm.empty() ? fitting_algorithm(signer.private_key.type()) : algorithm;
  Octets wrapped;
  if (wrap_extensions && !extensions.empty())
    wrapped = der::value(tag::constructed(3), der::value(tag::sequence, joined(extensions)));
  const Octets to_be_signed = der::sequence(
      {version, serial, inner, issuer, validity, subject, key, unique_identifiers, wrapped, behind});
  return der::sequence({to_be_signed, outer_algorithm.empty() ? inner : outer_algorithm,
                        der::bit_string(sign_octets(signer, to_be_signed, signing))});
}

Octets revoked_entry(Bytes serial, Time when, std::initializer_list<Octets> extensions) {
  const Octets list = extensions.size() == 0 ? Octets() : der::value(tag::sequence, joined(extensions));
  return der::sequence({serial, der::time(when), list});
}

Octets ListForge::sign(const Key& signer) const {
  const Octets inner = algorithm.empty() ? fitting_algorithm(signer.private_key.type()) : algorithm;
  const Octets list = entries.empty() ? Octets() : der::value(tag::sequence, joined(entries));
  const Octets wrapped = extensions.empty()
                             ? Octets()
                             : der::value(tag::constructed(0), der::value(tag::sequence, joined(extensions)));
  const Octets to_be_signed =
      der::sequence({version, inner, issuer, der::time(this_update),
                     next_update ? der::time(*next_update) : Octets(), list, wrapped});
  return der::sequence({to_be_signed, inner, der::bit_string(sign_octets(signer, to_be_signed))});
}

namespace {

Octets generalized(Time time) {
  // der::time() writes UTCTime where it can: put the century in front.
  Octets element = der::time(time);
  if (element[0] == tag::generalized_time) return element;
  const std::string_view century = element[2] >= '5' ? "19" : "20";
  return der::value(tag::generalized_time, {as_bytes(century), Bytes(element).subspan(2)});
}

Octets digest(Bytes algorithm, Bytes octets) {
  const bool old = equal(algorithm, oid::sha1);
  const crypto::Digest value =
      crypto::hash(old ? crypto::HashAlgorithm::sha1 : crypto::HashAlgorithm::sha256, octets);
  return der::value(tag::octet_string, value.view());
}

/// Contents of the BIT STRING of a SubjectPublicKeyInfo.
Bytes key_bits(const Octets& info) {
  x509::Fault fault(info);
  x509::Der outer(info, fault);
  x509::KeyInfo key;
  x509::read_key_info(outer, key);
  return key.key;
}

}  // namespace

Octets responder_by_key(Bytes key_info) {
  return der::value(tag::constructed(2), digest(oid::sha1, key_bits(to_octets(key_info))));
}

Octets responder_by_name(Bytes whole_name) { return der::value(tag::constructed(1), whole_name); }

Octets ResponseForge::sign(const Key& signer) const {
  const std::uint8_t status_octet = static_cast<std::uint8_t>(response_status);
  const Octets outer_status = der::value(tag::enumerated, Bytes(&status_octet, 1));
  if (response_status != 0) return der::sequence({outer_status});
  const Octets id =
      der::sequence({algorithm_identifier(hash, der::value(tag::null, Bytes())), digest(hash, issuer_name),
                     digest(hash, key_bits(issuer_key_info)), serial});
  const Octets single =
      der::sequence({id, status, generalized(this_update),
                     next_update ? der::value(tag::constructed(0), generalized(*next_update)) : Octets()});
  const Octets wrapped = extensions.empty()
                             ? Octets()
                             : der::value(tag::constructed(1), der::value(tag::sequence, joined(extensions)));
  const Octets data = der::sequence({responder.empty() ? responder_by_name(issuer_name) : responder,
                                     generalized(this_update), der::sequence({single}), wrapped});
  const Octets certs = certificates.empty()
                           ? Octets()
                           : der::value(tag::constructed(0), der::value(tag::sequence, joined(certificates)));
  const Octets basic = der::sequence({data, fitting_algorithm(signer.private_key.type()),
                                      der::bit_string(sign_octets(signer, data)), certs});
  return der::sequence(
      {outer_status, der::value(tag::constructed(0), der::sequence({identifier(oid::ocsp_basic),
                                                                    der::value(tag::octet_string, basic)}))});
}

}  // namespace handfast::test
