// Configurations that no handshake could use are refused when they are built.
#include <gtest/gtest.h>

#include "support/pair.hpp"

namespace handfast::test {
namespace {

// What make() says of a client with this policy; empty: nothing.
std::string refusal(const Policy& policy) {
  ClientSettings settings = client_settings();
  settings.policy = policy;
  const auto made = ClientConfig::make(settings);
  if (made) return "";
  EXPECT_EQ(made.error().code, ErrorCode::unsupported_option);
  return made.error().detail;
}

TEST(ConfigPolicy, NamedOnesAreFine) {
  for (const Policy* policy : policies::all()) EXPECT_EQ(refusal(*policy), "") << policy->name;
}

TEST(ConfigPolicy, NeedsASuiteOfItsVersions) {
  Policy policy = policies::standard;
  policy.max_version = ProtocolVersion::tls12;
  policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  EXPECT_EQ(refusal(policy), "policy: no cipher suite for the versions");
}

TEST(ConfigPolicy, LeavesOutAVersionWithoutASuite) {
  ClientSettings settings = client_settings();
  settings.policy.cipher_suites = {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
  EXPECT_EQ(make(settings)->settings().policy.max_version, ProtocolVersion::tls12);
  ServerSettings server = server_settings();
  server.policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  EXPECT_EQ(make(server)->settings().policy.min_version, ProtocolVersion::tls13);
}

// Hybrids are for TLS 1.3: nothing is left for an ECDHE suite of TLS 1.2.
TEST(ConfigPolicy, NeedsACurveForTls12) {
  Policy policy = policies::classic;
  policy.groups = {NamedGroup::X25519MLKEM768};
  policy.key_shares = {NamedGroup::X25519MLKEM768};
  EXPECT_EQ(refusal(policy), "") << "TLS 1.3 is left";
  policy.max_version = ProtocolVersion::tls12;
  EXPECT_EQ(refusal(policy), "") << "RSA key transport is left";
  policy.cipher_suites = policies::standard.cipher_suites;
  EXPECT_EQ(refusal(policy), "policy: no group for TLS 1.2");
  policy.groups.add(NamedGroup::x25519);
  EXPECT_EQ(refusal(policy), "");
}

TEST(ConfigPolicy, VersionsAreInOrderAndSpoken) {
  Policy policy = policies::standard;
  policy.min_version = ProtocolVersion::tls13;
  policy.max_version = ProtocolVersion::tls12;
  EXPECT_EQ(refusal(policy), "policy: min_version is above max_version");
  policy.min_version = ProtocolVersion::tls11;
  EXPECT_EQ(refusal(policy), "policy: only TLS 1.2 and 1.3 are spoken");  // [8446:D.5#3,4]
}

TEST(ConfigPolicy, KeySharesAreAPartOfTheGroupsInTheirOrder) {  // [8446:4.2.8#1,4]
  Policy policy = policies::standard;
  policy.key_shares = {NamedGroup::secp521r1};
  EXPECT_EQ(refusal(policy), "policy: key_shares is not a part of groups in their order");
  policy.key_shares = {NamedGroup::secp256r1, NamedGroup::x25519};
  EXPECT_EQ(refusal(policy), "policy: key_shares is not a part of groups in their order");
}

}  // namespace
}  // namespace handfast::test
