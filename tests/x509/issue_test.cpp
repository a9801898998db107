// Certificates that are issued here hold in both profiles.
#include <handfast/issue.hpp>

#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "x509/certificate.hpp"
#include "x509/extension_values.hpp"
#include "x509/scenario.hpp"
#include "x509/time.hpp"

namespace handfast::test {
namespace {

using x509::CertificateTemplate;
using x509::IssuerKey;
using x509::KeyKind;

CertificateTemplate root_template() {
  CertificateTemplate root;
  root.common_name = "Development CA";
  root.organization = "Test";
  root.not_before = moment(2026, 1, 1);
  root.not_after = moment(2055, 1, 1);
  root.is_ca = true;
  root.path_length = 0;
  root.permitted_dns_names = {"example.com", "localhost"};
  root.permitted_addresses = {"127.0.0.0/8", "::1/128"};
  root.excluded_dns_names = {"secret.internal.example.com"};
  root.excluded_addresses = {"127.0.0.128/25"};
  return root;
}

CertificateTemplate leaf_template() {
  CertificateTemplate leaf;
  leaf.dns_names = {"www.example.com", "*.example.com", "localhost"};
  leaf.addresses = {"127.0.0.1", "::1"};
  leaf.not_before = moment(2026, 5, 1);
  leaf.not_after = moment(2026, 8, 1);
  leaf.server_auth = true;
  return leaf;
}

struct Issued {
  Octets root;
  Octets leaf;
};

Result<Issued> issue(const CertificateTemplate& root, const CertificateTemplate& leaf,
                     KeyKind kind = KeyKind::ec_p256) {
  const auto root_key = IssuerKey::generate(kind, system_random());
  const auto leaf_key = IssuerKey::generate(KeyKind::ec_p256, system_random());
  if (!root_key || !leaf_key) return fail(ErrorCode::internal_error);
  auto root_octets = x509::issue_self_signed(root, *root_key, system_random());
  if (!root_octets) return fail(root_octets.error());
  auto leaf_octets = x509::issue_certificate(leaf, leaf_key->subject_public_key_info(),
                                             {*root_octets, *root_key}, system_random());
  if (!leaf_octets) return fail(leaf_octets.error());
  return Issued{std::move(*root_octets), std::move(*leaf_octets)};
}

x509::Verification verify(const Issued& issued, std::string_view host) {
  const auto store = [&] {
    TrustStore::Builder builder;
    EXPECT_TRUE(builder.add_certificate(issued.root));
    return builder.build();
  }();
  const auto name = ServerName::parse(host);
  const Bytes chain[] = {issued.leaf};
  x509::VerificationRequest request;
  request.chain = chain;
  request.trust = store.get();
  request.name = &*name;
  request.now = moment(2026, 6, 1);
  request.profile = x509::Profile::webpki_strict;
  request.explain = true;
  return x509::verify(request);
}

TEST(Issue, CertificatesHoldInTheStrictProfile) {
  for (const KeyKind kind : {KeyKind::ec_p256, KeyKind::ec_p384, KeyKind::ec_p521, KeyKind::rsa_2048}) {
    const auto issued = issue(root_template(), leaf_template(), kind);
    ASSERT_TRUE(issued);
    for (const char* host : {"www.example.com", "a.example.com", "localhost", "127.0.0.1", "::1"}) {
      const auto verification = verify(*issued, host);
      EXPECT_TRUE(verification.ok()) << to_text(verification);
    }
  }
}

TEST(Issue, Ed25519SignsToo) {
  const auto issued = issue(root_template(), leaf_template(), KeyKind::ed25519);
  ASSERT_TRUE(issued);
  const auto verification = verify(*issued, "localhost");
  // Only the Forum's list of kinds of keys speaks against it.
  EXPECT_EQ(codes_of(verification, x509::Severity::error).count(x509::FindingCode::key_not_listed), 1U);
  EXPECT_EQ(codes_of(verification, x509::Severity::error).size(), 1U) << to_text(verification);
}

TEST(Issue, ConstraintsOfTheRootBind) {
  CertificateTemplate leaf = leaf_template();
  leaf.dns_names = {"www.example.org"};
  EXPECT_EQ(verify(*issue(root_template(), leaf), "www.example.org").error.code,
            ErrorCode::certificate_refused);
  leaf.dns_names = {"secret.internal.example.com"};
  EXPECT_EQ(verify(*issue(root_template(), leaf), "secret.internal.example.com").error.code,
            ErrorCode::certificate_refused);
  leaf = leaf_template();
  leaf.addresses = {"127.0.0.200"};
  EXPECT_EQ(verify(*issue(root_template(), leaf), "127.0.0.200").error.code, ErrorCode::certificate_refused);
}

TEST(Issue, LeavesCarryWhatTheTemplateSays) {
  CertificateTemplate leaf = leaf_template();
  leaf.common_name = "localhost";
  leaf.client_auth = true;
  leaf.must_staple = true;
  leaf.mailboxes = {"a@example.com"};
  leaf.uris = {"https://example.com/"};
  leaf.extensions = {extension(Octets{0x2a, 3, 4}, false, Octets{5, 0})};
  CertificateTemplate root = root_template();
  root.permitted_dns_names.clear();
  root.permitted_addresses.clear();
  const auto issued = issue(root, leaf);
  ASSERT_TRUE(issued);
  const auto parsed = *x509::Certificate::parse(issued->leaf);
  EXPECT_TRUE(parsed.extended_key_usage.client_auth);
  EXPECT_TRUE(demands_feature(parsed, ExtensionType::status_request));
  EXPECT_EQ(parsed.serial.size(), 16U);
  EXPECT_EQ(parsed.key_usage, x509::KeyUsage::digital_signature);
  const auto root_parsed = *x509::Certificate::parse(issued->root);
  EXPECT_TRUE(equal(authority_key_identifier(parsed)->key_identifier, subject_key_identifier(root_parsed)));
  EXPECT_EQ(x509::to_timestamp(root_parsed.not_after), "2055-01-01T00:00:00Z");
  EXPECT_EQ(root_parsed.path_length, 0U);
}

ErrorCode refused(const CertificateTemplate& root, const CertificateTemplate& leaf) {
  const auto issued = issue(root, leaf);
  return issued ? ErrorCode::internal_error : issued.error().code;
}

TEST(Issue, RefusesTemplatesThatMakeNoSense) {
  const auto with = [](auto change) {
    CertificateTemplate leaf = leaf_template();
    change(leaf);
    return refused(root_template(), leaf);
  };
  EXPECT_EQ(with([](auto& t) { t.addresses = {"localhost"}; }), ErrorCode::invalid_argument);
  EXPECT_EQ(with([](auto& t) { t.dns_names = {"m\xc3\xbcnchen.example"}; }), ErrorCode::invalid_argument);
  EXPECT_EQ(with([](auto& t) { t.path_length = 1; }), ErrorCode::invalid_argument);
  EXPECT_EQ(with([](auto& t) { t.permitted_dns_names = {"a.example"}; }), ErrorCode::invalid_argument);
  EXPECT_EQ(with([](auto& t) { t.not_after = t.not_before - std::chrono::seconds(1); }),
            ErrorCode::invalid_argument);
  for (const char* range : {"127.0.0.1", "example.com/8", "127.0.0.0/33", "127.0.0.0/", "127.0.0.0/8x"}) {
    CertificateTemplate root = root_template();
    root.permitted_addresses = {range};
    EXPECT_EQ(refused(root, leaf_template()), ErrorCode::invalid_argument) << range;
  }
}

TEST(Issue, RefusesAnIssuerOrKeyThatDoesNotParse) {
  const auto key = *IssuerKey::generate(KeyKind::ec_p256, system_random());
  const Octets broken = {0x30, 0x00};
  EXPECT_EQ(
      x509::issue_certificate(leaf_template(), key.subject_public_key_info(), {broken, key}, system_random())
          .error()
          .code,
      ErrorCode::certificate_malformed);
  const Octets root = *x509::issue_self_signed(root_template(), key, system_random());
  EXPECT_EQ(x509::issue_certificate(leaf_template(), broken, {root, key}, system_random()).error().code,
            ErrorCode::invalid_argument);
}

TEST(Issue, KeysSurviveTheirPem) {
  const auto key = *IssuerKey::generate(KeyKind::ec_p256, system_random());
  const SecretOctets pem = key.to_pem();
  const auto again = IssuerKey::from_pem(pem);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->subject_public_key_info(), key.subject_public_key_info());
  EXPECT_EQ(again->key_identifier().size(), 20U);
  EXPECT_EQ(IssuerKey::from_pem(as_bytes("nothing")).error().code, ErrorCode::bad_pem);
}

}  // namespace
}  // namespace handfast::test
