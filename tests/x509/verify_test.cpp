// Paths: which are found, and what else belongs to a verdict.
#include <handfast/verify.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;
using x509::Profile;
using x509::Severity;
using x509::Verification;

TEST(Verify, TheSuccessPathSaysLittle) {
  Scenario s;
  s.explain = false;
  const Verification verification = s.verify();
  EXPECT_TRUE(verification.ok());
  EXPECT_TRUE(verification.attempts.empty());
  EXPECT_TRUE(verification.findings.empty());
  EXPECT_EQ(verification.work.signature_checks, 2U);
}

TEST(Verify, ExplainsSuccessWhenAsked) {
  const Verification verification = Scenario().verify();
  ASSERT_EQ(verification.attempts.size(), 1U);
  ASSERT_EQ(verification.attempts[0].certificates.size(), 3U);
  EXPECT_TRUE(verification.attempts[0].accepted);
  EXPECT_EQ(verification.attempts[0].certificates[2].source, x509::ExaminedCertificate::Source::store);
  EXPECT_EQ(verification.work.signature_checks, 2U);  // explaining does not check anew
  const auto json = nlohmann::json::parse(to_json(verification));
  EXPECT_EQ(json["accepted"], true);
  EXPECT_EQ(json["path"], (std::vector<int>{0, 1}));
  EXPECT_EQ(json["attempts"][0]["certificates"][2]["subject"], "CN=Test Root");
  EXPECT_NE(to_text(verification).find("certificate 0 (leaf): CN=www.example.com"), std::string::npos);
}

TEST(Verify, ALeafsKeyThatWasSeenAtWorkIsNotMadeAgain) {
  Scenario s;
  s.leaf.key = s.leaf_key->info;
  s.leaf.key.back() ^= 1;  // a point beside the curve
  EXPECT_TRUE(has(s.verify(), FindingCode::bad_key, Severity::error));
  s.tweak = [](x509::VerificationRequest& request) { request.key_is_sound = true; };
  EXPECT_TRUE(s.verify().ok());
  // That it is of a kind and size that is accepted is judged all the same.
  s.leaf.key = rsa_info(Octets(128, 0x81));
  EXPECT_TRUE(has(s.verify(), FindingCode::weak_key, Severity::error));
}

TEST(Verify, SentRootsAndDamagedStrangersDoNotMatter) {
  Scenario s;
  s.extra = {s.make_root(), Octets{1, 2, 3}, s.make_intermediate()};
  const Verification verification = s.verify();
  EXPECT_TRUE(verification.ok());
  EXPECT_EQ(verification.path, (std::vector<std::uint16_t>{0, 1}));
  EXPECT_TRUE(has(verification, FindingCode::der_truncated, Severity::warning) ||
              has(verification, FindingCode::der_unexpected, Severity::warning));
}

TEST(Verify, OrderOfIntermediatesDoesNotMatter) {
  Scenario s;
  CertificateForge issuing = s.intermediate;
  issuing.subject = common_name("Issuing CA");
  issuing.issuer = s.intermediate.subject;
  issuing.key = shared_key(4).info;
  issuing.set(subject_key_id(Octets{4, 4}));
  issuing.set(authority_key_id(Octets{2, 2, 2, 2}));
  s.leaf.issuer = issuing.subject;
  s.leaf.set(authority_key_id(Octets{4, 4}));
  const Octets sent_issuing = issuing.sign(*s.intermediate_key);
  s.intermediate_key = &shared_key(4);  // who signs the leaf
  s.extra = {sent_issuing};
  const Verification verification = s.verify();
  EXPECT_TRUE(verification.ok()) << to_text(verification);
  EXPECT_EQ(verification.path, (std::vector<std::uint16_t>{0, 2, 1}));
}

TEST(Verify, FindsTheWayAroundAnExpiredCrossCertificate) {
  Scenario s;
  // The root's key, certified by an older root that has expired, is sent along.
  CertificateForge cross = s.root;
  cross.issuer = common_name("Old Root");
  cross.validity = validity(moment(2010, 1, 1), moment(2020, 1, 1));
  s.extra = {cross.sign(shared_key(5))};
  CertificateForge old_root = s.root;
  old_root.subject = old_root.issuer = common_name("Old Root");
  old_root.key = shared_key(5).info;
  old_root.validity = validity(moment(2000, 1, 1), moment(2020, 1, 1));
  s.trusted = {old_root.sign(shared_key(5))};
  EXPECT_TRUE(s.verify().ok());
}

TEST(Verify, TriesAnotherIntermediateOfTheSameNameAndKey) {
  Scenario s;
  CertificateForge expired = s.intermediate;
  expired.validity = validity(moment(2022, 1, 1), moment(2023, 1, 1));
  s.send_intermediate = false;
  s.extra = {expired.sign(*s.root_key), s.make_intermediate()};
  const Verification verification = s.verify();
  EXPECT_TRUE(verification.ok());
  EXPECT_EQ(verification.path, (std::vector<std::uint16_t>{0, 2}));
  // Both ways are told.
  EXPECT_TRUE(has(verification, FindingCode::expired, Severity::error));
}

TEST(Verify, KeyIdentifiersOnlySayWhomToTryFirst) {
  Scenario s;
  CertificateForge stranger = s.intermediate;
  stranger.key = shared_key(5).info;
  stranger.set(subject_key_id(Octets{7, 7}));
  s.send_intermediate = false;
  s.extra = {stranger.sign(*s.root_key), s.make_intermediate()};
  s.explain = false;
  const Verification hinted = s.verify();
  EXPECT_TRUE(hinted.ok());
  EXPECT_EQ(hinted.work.signature_checks, 2U);  // the right one at once
  s.leaf.set(authority_key_id(Octets{7, 7}));   // a hint that misleads
  EXPECT_TRUE(s.verify().ok());
}

TEST(Verify, ALeafThatIsTrustedItselfNeedsNoIssuer) {
  Scenario s;
  s.trust_root = false;
  s.send_intermediate = false;
  s.trusted = {s.make_leaf()};
  s.edit_leaf = [octets = s.trusted[0]](Octets& leaf) { leaf = octets; };
  s.explain = false;
  const Verification verification = s.verify();
  EXPECT_TRUE(verification.ok());
  EXPECT_EQ(verification.work.signature_checks, 0U);
  s.now = moment(2027, 1, 1);
  EXPECT_EQ(s.verify().error.code, ErrorCode::certificate_expired);
}

TEST(Verify, AnIntermediateMayBeTheAnchor) {
  Scenario s;
  s.trust_root = false;
  s.trusted = {s.make_intermediate()};
  const Verification verification = s.verify();
  EXPECT_TRUE(verification.ok());
  EXPECT_EQ(verification.path, (std::vector<std::uint16_t>{0}));
}

Verification with_bare_anchor(const Scenario& s, Bytes name_constraints) {
  TrustStore::Builder builder;
  EXPECT_TRUE(builder.add_anchor(s.root.subject, s.root_key->info, name_constraints));
  const auto store = builder.build();
  Scenario changed = s;
  changed.tweak = [&](x509::VerificationRequest& request) { request.trust = store.get(); };
  return changed.verify();
}

TEST(Verify, BareAnchorsHaveNoValidityButConstraints) {
  Scenario s;
  EXPECT_TRUE(with_bare_anchor(s, {}).ok());
  const auto constraints = [](std::string_view host) {
    return der::sequence({der::value(tag::constructed(0), der::sequence({dns(host)}))});
  };
  EXPECT_TRUE(with_bare_anchor(s, constraints("example.com")).ok());
  const Verification refused = with_bare_anchor(s, constraints("example.org"));
  EXPECT_TRUE(has(refused, FindingCode::name_not_permitted, Severity::error));
}

TEST(Verify, SelfIssuedIntermediatesDoNotCount) {
  Scenario s;
  s.root.set(basic_constraints(true, 1));
  // A new key of the intermediate, certified by its old one.
  CertificateForge rollover = s.intermediate;
  rollover.issuer = s.intermediate.subject;
  rollover.key = shared_key(4).info;
  rollover.serial = der::integer(77);
  rollover.set(subject_key_id(Octets{4, 4}));
  rollover.set(authority_key_id(Octets{2, 2, 2, 2}));
  s.extra = {rollover.sign(*s.intermediate_key)};
  s.intermediate_key = &shared_key(4);
  s.leaf.set(authority_key_id(Octets{4, 4}));
  const Verification verification = s.verify();
  EXPECT_TRUE(verification.ok()) << to_text(verification);
  EXPECT_EQ(verification.path.size(), 3U);
}

TEST(Verify, ConstraintsSkipSelfIssuedIntermediatesButNotLeaves) {
  Scenario s;
  s.root.set(name_constraints({dns("example.com")}));
  EXPECT_TRUE(s.verify().ok());
  s.root.set(name_constraints({directory(common_name("Test Intermediate"))}));
  EXPECT_TRUE(has(s.verify(), FindingCode::name_not_permitted, Severity::error));
}

TEST(Verify, NameConstraintsThatPermitLetPass) {
  Scenario s;
  s.leaf.subject = name({});
  s.leaf.set(alternative_names({dns("www.example.com"), dns("*.example.com"), ip({192, 0, 2, 1}),
                                email("a@b.example.com"), uri("https://user@host.example.com:8443/path?x#y")},
                               true));
  s.intermediate.set(name_constraints(
      {dns("example.com"), ip({192, 0, 2, 0, 255, 255, 255, 0}), email(".example.com"), uri(".example.com")},
      {dns("excluded.example"), ip({10, 0, 0, 0, 255, 0, 0, 0})}));
  EXPECT_TRUE(s.verify().ok()) << to_text(s.verify());
}

// As Starfield Services Root Certificate Authority - G2 and others of Debian's bundle.
TEST(Verify, ARootMayHaveNumberZeroEvenInTheStrictProfile) {
  Scenario s;
  s.profile = Profile::webpki_strict;
  s.root.serial = der::integer(0);
  EXPECT_TRUE(s.verify().ok()) << to_text(s.verify());
  s.root.validity = der::sequence({der::value(tag::generalized_time, as_bytes("20200101000000Z")),
                                   der::value(tag::generalized_time, as_bytes("20400101000000Z"))});
  EXPECT_TRUE(s.verify().ok()) << to_text(s.verify());
}

TEST(Verify, ServersClientsAndAnything) {
  Scenario s;
  s.leaf.set(extended_key_usage({oid::client_auth}));
  const auto with = [&](x509::Purpose purpose) {
    s.tweak = [purpose](x509::VerificationRequest& request) { request.purpose = purpose; };
    return s.verify().ok();
  };
  EXPECT_FALSE(with(x509::Purpose::server));
  EXPECT_TRUE(with(x509::Purpose::client));
  EXPECT_TRUE(with(x509::Purpose::any));
  s.profile = Profile::webpki_strict;  // the Forum's rules for servers do not hold for clients
  s.leaf.subject = common_name("Some Person");
  EXPECT_TRUE(with(x509::Purpose::client)) << to_text(s.verify());
}

TEST(Verify, MailboxesAllHaveToBeThere) {
  Scenario s;
  s.leaf.set(alternative_names({dns("www.example.com"), email("a@Example.com"), email("b@example.com")}));
  static constexpr std::string_view wanted[] = {"b@example.com", "a@EXAMPLE.com"};
  s.tweak = [](x509::VerificationRequest& request) { request.mailboxes = wanted; };
  EXPECT_TRUE(s.verify().ok());
}

// [8446:4.4.2.4#2] [8446:4.4.2.2#6]
TEST(Verify, AllowedSchemesCompareByAlgorithmAndHash) {
  Scenario s;
  static constexpr SignatureScheme schemes[] = {SignatureScheme::ecdsa_secp256r1_sha256};
  s.tweak = [](x509::VerificationRequest& request) { request.signature_schemes = schemes; };
  EXPECT_TRUE(s.verify().ok());
}

TEST(Verify, ChainsOfEveryKindOfKey) {
  using crypto::KeyType;
  for (const KeyType type : {KeyType::rsa, KeyType::ec_p384, KeyType::ec_p521, KeyType::ed25519}) {
    const Key root = make_key(type);
    const Key intermediate = make_key(type);
    const Key leaf = make_key(type);
    Scenario s;
    s.root_key = &root;
    s.intermediate_key = &intermediate;
    s.root.key = root.info;
    s.intermediate.key = intermediate.info;
    s.leaf.key = leaf.info;
    EXPECT_TRUE(s.verify().ok()) << name_of(type) << to_text(s.verify());
    s.edit_leaf = [](Octets& octets) { octets.back() ^= 1; };
    EXPECT_FALSE(s.verify().ok());
  }
}

TEST(Verify, ChainsSignedWithRsaPss) {
  using crypto::HashAlgorithm;
  const Key rsa = make_key(crypto::KeyType::rsa);
  const auto pss = [](Bytes hash, std::uint32_t salt) {
    const Octets mask = algorithm_identifier(oid::mgf1, algorithm_identifier(hash));
    return algorithm_identifier(oid::rsassa_pss,
                                der::sequence({der::value(tag::constructed(0), algorithm_identifier(hash)),
                                               der::value(tag::constructed(1), mask),
                                               der::value(tag::constructed(2), der::integer(salt))}));
  };
  const auto verify = [&](const Octets& algorithm, HashAlgorithm hash, std::uint8_t salt) {
    Scenario s;
    s.intermediate_key = &rsa;
    s.intermediate.key = rsa.info;
    s.leaf.algorithm = algorithm;
    s.leaf.signing = crypto::SignatureAlgorithm{crypto::SignatureAlgorithm::Kind::rsa_pss, hash, salt};
    return s.verify();
  };
  EXPECT_TRUE(verify(pss(oid::sha256, 32), HashAlgorithm::sha256, 32).ok());
  EXPECT_TRUE(verify(pss(oid::sha512, 64), HashAlgorithm::sha512, 64).ok());
  EXPECT_TRUE(verify(pss(oid::sha256, 20), HashAlgorithm::sha256, 20).ok());
  EXPECT_FALSE(verify(pss(oid::sha256, 32), HashAlgorithm::sha384, 48).ok());
}

TEST(Verify, TheErrorThatDecidesIsTheWorst) {
  Scenario s;
  s.now = moment(2030, 1, 1);
  s.name = "other.example";
  EXPECT_EQ(s.verify().error.code, ErrorCode::certificate_expired);
  s.trust_root = false;
  EXPECT_EQ(s.verify().error.code, ErrorCode::unknown_ca);
  Scenario named;
  named.name = "other.example";
  EXPECT_EQ(named.verify().error.code, ErrorCode::certificate_name_mismatch);
}

}  // namespace
}  // namespace handfast::test
