// Certificates as views, and as descriptions for people; PEM.
#include "x509/certificate.hpp"

#include <handfast/certificate.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/vectors.hpp"
#include "x509/extension_values.hpp"
#include "x509/pem.hpp"
#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::Certificate;
using x509::KeyUsage;

// RFC 5280 §4.1 [5280:4.1.2.1#2].
TEST(Certificate, FieldsAreViewsOfItsOctets) {
  const Scenario s;
  const Octets octets = s.make_intermediate();
  const Certificate certificate = *Certificate::parse(octets);
  EXPECT_EQ(certificate.version, 3);
  EXPECT_EQ(to_hex(certificate.serial), "02");
  EXPECT_TRUE(equal(certificate.issuer, s.root.subject));
  EXPECT_TRUE(equal(certificate.subject, s.intermediate.subject));
  EXPECT_TRUE(equal(certificate.key.der, s.intermediate_key->info));
  EXPECT_TRUE(certificate.ca);
  EXPECT_FALSE(certificate.path_length);
  EXPECT_EQ(certificate.key_usage, KeyUsage::key_cert_sign | KeyUsage::crl_sign);
  EXPECT_GE(certificate.subject.data(), octets.data());
  EXPECT_LT(certificate.subject.data(), octets.data() + octets.size());
  EXPECT_EQ(certificate.public_key()->type(), crypto::KeyType::ec_p256);
  EXPECT_EQ(to_hex(x509::subject_key_identifier(certificate)), "02020202");
  EXPECT_EQ(to_hex(x509::authority_key_identifier(certificate)->key_identifier), "01010101");
}

// [5246:7.4.2#5] [5246:7.4.6#3] [8446:4.4.2.2#1] [8446:4.4.2.3#1]
TEST(Certificate, OfVersion1HasNoExtensions) {
  Scenario s;
  s.leaf.version.clear();
  s.leaf.wrap_extensions = false;
  const Octets octets = s.make_leaf();
  const auto certificate = Certificate::parse(octets);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->version, 1);
  EXPECT_TRUE(certificate->all_extensions.empty());
  EXPECT_TRUE(certificate->allows(KeyUsage::digital_signature));
}

TEST(Certificate, ErrorsNameRuleFieldAndPlace) {
  Scenario s;
  s.leaf.serial = {0x02, 0x02, 0x00, 0x01};
  const Octets octets = s.make_leaf();
  const auto certificate = Certificate::parse(octets);
  ASSERT_FALSE(certificate);
  EXPECT_EQ(certificate.error().code, ErrorCode::certificate_malformed);
  EXPECT_STREQ(certificate.error().field, "tbsCertificate.serialNumber");
  EXPECT_EQ(octets[certificate.error().offset], 0x02);
  EXPECT_EQ(octets[certificate.error().offset + 1], 0x02);
  EXPECT_EQ(std::string(certificate.error().detail), finding_info(x509::FindingCode::der_bad_value).sentence);
}

TEST(Certificate, ValidityIncludesBothEnds) {
  Scenario s;
  s.leaf.validity = validity(moment(2026, 1, 1), moment(2026, 12, 31));
  const Octets octets = s.make_leaf();
  const Certificate certificate = *Certificate::parse(octets);
  EXPECT_FALSE(certificate.valid_at(moment(2026, 1, 1) - std::chrono::milliseconds(1)));
  EXPECT_TRUE(certificate.valid_at(moment(2026, 1, 1)));
  EXPECT_TRUE(certificate.valid_at(moment(2026, 12, 31) + std::chrono::milliseconds(999)));
  EXPECT_FALSE(certificate.valid_at(moment(2026, 12, 31, 0, 0, 1)));
}

TEST(Certificate, EveryTruncationIsRefused) {
  const Octets octets = Scenario().make_leaf();
  for (std::size_t size = 0; size < octets.size(); ++size)
    EXPECT_FALSE(Certificate::parse(Bytes(octets).first(size))) << size;
}

// [8422:5.9#1,2] [8446:4.2.3#5,7]
TEST(Certificate, KeysOfAllKindsAreReady) {
  using crypto::KeyType;
  for (const KeyType type :
       {KeyType::rsa, KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::ed25519}) {
    const Key key = make_key(type);
    Scenario s;
    s.leaf.key = key.info;
    const Octets octets = s.make_leaf();
    const auto ready = Certificate::parse(octets)->public_key();
    ASSERT_TRUE(ready) << name_of(type);
    EXPECT_EQ(*ready, key.private_key.public_key());
  }
}

Octets pss_parameters(Bytes hash, Bytes mask_hash, std::uint32_t salt) {
  const Octets mask = algorithm_identifier(oid::mgf1, algorithm_identifier(mask_hash));
  return der::sequence({der::value(tag::constructed(0), algorithm_identifier(hash)),
                        der::value(tag::constructed(1), mask),
                        der::value(tag::constructed(2), der::integer(salt))});
}

TEST(Certificate, PssParametersHaveOneHash) {
  const auto standing = [](const Octets& parameters) {
    Scenario s;
    s.leaf.algorithm = algorithm_identifier(oid::rsassa_pss, parameters);
    const Octets octets = s.make_leaf();
    return *Certificate::parse(octets);
  };
  using Standing = x509::SignatureIdentifier::Standing;
  const Octets good_parameters = pss_parameters(oid::sha384, oid::sha384, 48);
  const Certificate good = standing(good_parameters);
  EXPECT_EQ(good.signature_algorithm.standing, Standing::supported);
  EXPECT_EQ(good.signature_algorithm.algorithm,
            (crypto::SignatureAlgorithm{crypto::SignatureAlgorithm::Kind::rsa_pss,
                                        crypto::HashAlgorithm::sha384, 48}));
  for (const Octets& parameters :
       {pss_parameters(oid::sha256, oid::sha384, 32), pss_parameters(oid::sha1, oid::sha1, 20),
        pss_parameters(oid::sha256, oid::sha256, 256), Octets(), der::sequence({}), Octets{5, 0},
        der::sequence({der::value(tag::constructed(0), algorithm_identifier(oid::sha256))})})
    EXPECT_EQ(standing(parameters).signature_algorithm.standing, Standing::unknown);
}

// [8446:4.2.3#8,9]
TEST(Certificate, PssKeysKeepTheirRestriction) {
  const Key rsa = make_key(crypto::KeyType::rsa);
  const Octets numbers =
      der::sequence({der::integer(rsa.private_key.public_key().modulus()), der::integer(65537)});
  const auto key_with = [&](const Octets& parameters) {
    Scenario s;
    s.leaf.key = der::sequence({algorithm_identifier(oid::rsassa_pss, parameters), der::bit_string(numbers)});
    const Octets octets = s.make_leaf();
    return Certificate::parse(octets)->public_key();
  };
  EXPECT_EQ(key_with({})->type(), crypto::KeyType::rsa_pss);
  EXPECT_FALSE(key_with({})->pss_restriction());
  const auto restricted = key_with(pss_parameters(oid::sha256, oid::sha256, 32));
  EXPECT_EQ(restricted->pss_restriction(), (crypto::PssRestriction{crypto::HashAlgorithm::sha256, 32}));
  EXPECT_EQ(key_with(der::sequence({})).error().code, ErrorCode::certificate_unsupported);
}

TEST(CertificateDescription, TellsEverything) {
  Scenario s;
  s.leaf.set(alternative_names({dns("www.example.com"), ip({192, 0, 2, 1}), email("a@example.com"),
                                uri("https://example.com/"), directory(common_name("x")),
                                general_name(x509::GeneralName::Kind::registered_id, Octets{0x2a, 3})}));
  s.leaf.set(must_staple());
  s.leaf.set(policies({Octets{0x2a, 1}, to_octets(oid::any_policy)}));
  s.leaf.set(extension(
      oid::authority_info_access, false,
      der::sequence({der::sequence({identifier(oid::access_ocsp), uri("http://ocsp.example/")}),
                     der::sequence({identifier(oid::access_ca_issuers), uri("http://ca.example/")})})));
  const Octets point =
      der::value(tag::constructed(0), der::value(tag::constructed(0), uri("http://crl.example/")));
  s.leaf.set(extension(oid::certificate_extension<31>, false, der::sequence({der::sequence({point})})));
  const Octets octets = s.make_leaf();
  const auto described = x509::describe_certificate(octets);
  ASSERT_TRUE(described);
  EXPECT_EQ(described->subject, "CN=www.example.com");
  EXPECT_EQ(described->common_name, "www.example.com");
  EXPECT_EQ(described->issuer, "CN=Test Intermediate");
  EXPECT_EQ(described->key, "P-256");
  EXPECT_EQ(described->signature_algorithm, "ecdsa-with-SHA256");
  EXPECT_EQ(described->key_usage, std::vector<std::string>{"digitalSignature"});
  EXPECT_EQ(described->extended_key_usage, (std::vector<std::string>{"serverAuth", "clientAuth"}));
  ASSERT_EQ(described->names.size(), 6U);
  EXPECT_EQ(described->names[1].value, "192.0.2.1");
  EXPECT_EQ(described->names[5].value, "1.2.3");
  EXPECT_EQ(described->policies, (std::vector<std::string>{"1.2.1", "anyPolicy"}));
  EXPECT_EQ(described->ocsp_responders, std::vector<std::string>{"http://ocsp.example/"});
  EXPECT_EQ(described->issuer_urls, std::vector<std::string>{"http://ca.example/"});
  EXPECT_EQ(described->crl_urls, std::vector<std::string>{"http://crl.example/"});
  EXPECT_TRUE(described->must_staple);
  EXPECT_FALSE(described->self_issued);
  EXPECT_EQ(to_hex(described->sha256), to_hex(x509::fingerprint(octets)));

  const std::string text = to_text(*described);
  EXPECT_NE(text.find("DNS:www.example.com, IP:192.0.2.1, email:a@example.com"), std::string::npos) << text;
  EXPECT_NE(text.find("2026-01-01 00:00:00 UTC"), std::string::npos) << text;
  const auto json = nlohmann::json::parse(to_json(*described));
  EXPECT_EQ(json["names"][0]["value"], "www.example.com");
  EXPECT_EQ(json["not_before"], "2026-01-01T00:00:00Z");
  EXPECT_EQ(json["extensions"].size(), described->extensions.size());
}

TEST(CertificateDescription, TellsConstraintsOfACa) {
  Scenario s;
  s.intermediate.set(basic_constraints(true, 0));
  s.intermediate.set(name_constraints({dns("example.com"), ip({192, 0, 2, 0, 255, 255, 255, 128})},
                                      {ip({10, 0, 0, 0, 255, 0, 255, 0})}));
  const auto described = x509::describe_certificate(s.make_intermediate());
  ASSERT_TRUE(described);
  EXPECT_EQ(described->path_length, 0U);
  EXPECT_EQ(described->permitted[1].value, "192.0.2.0/25");
  EXPECT_EQ(described->excluded[0].value, "10.0.0.0/255.0.255.0");
  EXPECT_NE(to_text(*described).find("CA, at most 0 CAs below it"), std::string::npos);
}

TEST(Pem, BlocksAreFoundBetweenOtherText) {
  const std::string text =
      "comment\n-----BEGIN A-----\nAQID\n-----END A-----\nsubject=x\r\n-----BEGIN B "
      "C-----\r\nBA==\r\n-----END B C-----\r\n";
  x509::PemReader reader(as_bytes(text));
  const auto first = *reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->label, "A");
  EXPECT_EQ(to_hex(*first->decode()), "010203");
  const auto second = *reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->label, "B C");
  EXPECT_EQ(to_hex(*second->decode()), "04");
  EXPECT_FALSE(*reader.next());
}

TEST(Pem, DamagedBlocksAreRefused) {
  for (const char* text :
       {"-----BEGIN A-----\nAQID\n", "-----BEGIN A-----\nAQID\n-----END B-----\n", "-----BEGIN A\nAQID\n"}) {
    x509::PemReader reader(as_bytes(text));
    EXPECT_FALSE(reader.next()) << text;
  }
  for (const char* body : {"AQI", "AQ=", "A===", "AQID=", "AQ==AQ==", "AR==", "AQJ=", "A*ID", "AQID===="})
    EXPECT_FALSE((x509::PemBlock{"A", body}.decode())) << body;
}

TEST(Pem, FilesOfCertificatesAndListsRead) {
  const Scenario s;
  const Octets leaf = s.make_leaf();
  const std::string text = x509::certificate_to_pem(leaf) + x509::certificate_to_pem(s.make_intermediate());
  const auto both = x509::read_certificates(as_bytes(text));
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ(both->front(), leaf);
  EXPECT_EQ(x509::read_certificates(leaf)->front(), leaf);
  EXPECT_EQ(x509::read_certificates(as_bytes("nothing")).error().code, ErrorCode::no_certificate_in_file);
  EXPECT_EQ(x509::read_certificates(as_bytes("-----BEGIN CERTIFICATE-----\n")).error().code,
            ErrorCode::bad_pem);
  const std::string list = x509::to_pem("X509 CRL", s.leaf_list().sign(shared_key(1)));
  EXPECT_EQ(x509::read_crls(as_bytes(list))->size(), 1U);
  EXPECT_EQ(x509::read_crls(as_bytes(text)).error().code, ErrorCode::no_certificate_in_file);
}

}  // namespace
}  // namespace handfast::test
