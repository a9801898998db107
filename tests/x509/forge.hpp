// A forge of certificates, revocation lists and OCSP responses: good ones by default, and whatever a test
// wants instead, properly signed.
#pragma once
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <handfast/random.hpp>
#include <handfast/time.hpp>

#include "crypto/private_key.hpp"
#include "x509/der_writer.hpp"
#include "x509/general_name.hpp"
#include "x509/oid.hpp"

namespace handfast::test {

namespace der = x509::der;
namespace oid = x509::oid;
namespace tag = x509::tag;

/// Octets from parts.
Octets join(std::initializer_list<Bytes> parts);
/// A moment in UTC.
Time moment(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0);

/// Octets that are the same in every run: SHA-256 of seed and counter.
class SeededRandom : public RandomSource {
 public:
  explicit SeededRandom(std::uint32_t seed) noexcept : seed_(seed) {}
  Result<> fill(MutableBytes output) noexcept override;

 private:
  std::uint32_t seed_;
  std::uint32_t counter_ = 0;
};

/// A key pair with its SubjectPublicKeyInfo.
struct Key {
  crypto::PrivateKey private_key;
  Octets info;
};
Key make_key(crypto::KeyType type = crypto::KeyType::ec_p256, std::size_t rsa_bits = 2048);
/// P-256 keys that the whole program shares, the same in every run.
const Key& shared_key(std::size_t number);
/// SubjectPublicKeyInfo of an RSA key with this modulus and 65537.
Octets rsa_info(Bytes modulus);

// Pieces of certificates, all as whole elements.
Octets identifier(Bytes content);  // OBJECT IDENTIFIER
Octets attribute(Bytes type, std::string_view value, std::uint8_t value_tag = tag::utf8_string);  // one group
Octets name(std::initializer_list<Octets> groups);
Octets common_name(std::string_view value);
Octets extension(Bytes type, bool critical, Bytes value);
Octets algorithm_identifier(Bytes type, Bytes parameters = {});
Octets general_name(x509::GeneralName::Kind kind, Bytes value);
Octets dns(std::string_view value);
Octets email(std::string_view value);
Octets uri(std::string_view value);
Octets ip(std::initializer_list<std::uint8_t> octets);
Octets directory(Bytes whole_name);
Octets time_element(Time time);
Octets validity(Time from, Time until);

// Extensions that most certificates have.
Octets alternative_names(std::initializer_list<Octets> names, bool critical = false);
Octets basic_constraints(bool ca, std::optional<std::uint32_t> path_length = {}, bool critical = true);
Octets key_usage(std::uint16_t bits);
Octets extended_key_usage(std::initializer_list<Bytes> purposes, bool critical = false);
Octets name_constraints(std::initializer_list<Octets> permitted, std::initializer_list<Octets> excluded = {},
                        bool critical = true);
Octets policies(std::initializer_list<Octets> policy_contents);
Octets policy_mappings(std::initializer_list<std::pair<Octets, Octets>> pairs);
Octets policy_constraints(std::optional<std::uint32_t> require_explicit,
                          std::optional<std::uint32_t> inhibit_mapping, bool critical = true);
Octets inhibit_any_policy(std::uint32_t skip, bool critical = true);
Octets subject_key_id(Bytes id, bool critical = false);
Octets authority_key_id(Bytes id, bool critical = false);
Octets must_staple();

/// One certificate to be made. Fields are whole DER elements and may be anything.
struct CertificateForge {
  Octets version = der::value(tag::constructed(0), der::integer(2));
  Octets serial = der::integer(1000);
  Octets algorithm;                                   ///< inside; empty: what fits the signing key
  std::optional<crypto::SignatureAlgorithm> signing;  ///< how it is really signed; none: what fits the key
  Octets outer_algorithm;                             ///< empty: the same
  Octets issuer;
  Octets validity;
  Octets subject;
  Octets key;
  Octets unique_identifiers;
  std::vector<Octets> extensions;
  bool wrap_extensions = true;  ///< false: no field for them even if there are any
  Octets behind;                ///< more at the end of tbsCertificate

  /// Replaces the extension of this type, or appends.
  void set(const Octets& extension);
  void remove(Bytes type);
  [[nodiscard]] Octets sign(const Key& signer) const;
};

/// A revocation list to be made.
struct ListForge {
  Octets version = der::integer(1);
  Octets algorithm;  ///< empty: what fits the signing key
  Octets issuer;
  Time this_update = moment(2026, 5, 1);
  std::optional<Time> next_update = moment(2026, 7, 1);
  std::vector<Octets> entries;
  std::vector<Octets> extensions = {extension(oid::certificate_extension<20>, false, der::integer(12))};
  [[nodiscard]] Octets sign(const Key& signer) const;
};
/// An entry of a list; `serial` is a whole INTEGER.
Octets revoked_entry(Bytes serial, Time when, std::initializer_list<Octets> extensions = {});

/// An OCSP response to be made, about one certificate.
struct ResponseForge {
  std::uint32_t response_status = 0;
  Bytes hash = oid::sha1;
  Octets issuer_name;
  Octets issuer_key_info;
  Octets serial;                                         ///< whole INTEGER
  Octets status = der::value(tag::context(0), Bytes());  ///< good
  Octets responder;                                      ///< whole element; empty: by the issuer's name
  Time this_update = moment(2026, 5, 30);
  std::optional<Time> next_update = moment(2026, 6, 6);
  std::vector<Octets> certificates;
  std::vector<Octets> extensions;
  [[nodiscard]] Octets sign(const Key& signer) const;
};
Octets responder_by_key(Bytes key_info);
Octets responder_by_name(Bytes whole_name);

}  // namespace handfast::test
