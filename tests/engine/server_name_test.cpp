// What a server makes of the name that a client sends, in both versions.
#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

#include "support/pair.hpp"

namespace handfast::test {
namespace {

// [6066:3#4,5] [8446:9.2#13]
TEST(ServerName, ChoosesTheCertificate) {
  ServerSettings server = server_settings();
  server.credentials = {localhost(),
                        authority().credential(x509::KeyKind::ec_p256, Authority::leaf_template("a.test")),
                        authority().credential(x509::KeyKind::ec_p256, Authority::leaf_template("*.b.test"))};
  for (const char* name : {"localhost", "a.test", "x.b.test"}) {
    Pair pair = test::pair(client_settings(), server, name);
    pair.run();
    EXPECT_TRUE(pair.done()) << name << failure(pair.client);
  }
}

TEST(ServerName, UnknownIsRefusedOnlyOnDemand) {
  ServerSettings server = server_settings();
  Pair pair = test::pair(client_settings(), server, "other.test");
  pair.run();
  EXPECT_EQ(pair.client.error->code, ErrorCode::certificate_name_mismatch);
  server.refuse_unknown_names = true;
  Pair refused = test::pair(client_settings(), server, "other.test");
  refused.run();
  EXPECT_EQ(refused.server.error->code, ErrorCode::no_certificate_for_name);
  EXPECT_EQ(refused.client.error->alert, AlertDescription::unrecognized_name);
}

// A server that refuses unknown names, and a client that is none of those it refuses, in both versions.
class RefusedNames : public testing::TestWithParam<ProtocolVersion> {
 protected:
  RefusedNames() {
    server_.refuse_unknown_names = true;
    client_.policy.max_version = GetParam();
    client_.grease = false;
  }
  ServerSettings server_ = server_settings();
  ClientSettings client_ = client_settings();
};
INSTANTIATE_TEST_SUITE_P(Versions, RefusedNames,
                         testing::Values(ProtocolVersion::tls12, ProtocolVersion::tls13));

TEST_P(RefusedNames, AreNotThoseOfClientsThatSendNone) {
  Pair pair = test::pair(client_, server_, "192.0.2.1");  // RFC 6066 §3: addresses are not sent
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::certificate_name_mismatch) << failure(pair.server);
}

TEST_P(RefusedNames, AreThoseThatAreNoNames) {
  Pair pair = test::pair(client_, server_);
  pair.to_server = [](Octets& records) {
    const std::string_view sent = "localhost";
    const auto at = std::search(records.begin(), records.end(), sent.begin(), sent.end());
    ASSERT_NE(at, records.end());
    at[5] = at[6] = '.';
  };
  pair.run();
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, ErrorCode::no_certificate_for_name);
}

// Who has a certificate for the name that does not fit the client goes on with another in TLS 1.3; in TLS 1.2
// that is no suite in common.
TEST_P(RefusedNames, AreNotThoseWhoseCertificateDoesNotFit) {
  server_.credentials.push_back(
      authority().credential(x509::KeyKind::rsa_2048, Authority::leaf_template("a.test")));
  client_.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  Pair pair = test::pair(client_, server_, "a.test");
  pair.run();
  ASSERT_TRUE(pair.server.error);
  if (GetParam() == ProtocolVersion::tls12) {
    EXPECT_EQ(pair.server.error->code, ErrorCode::no_common_cipher_suite);
  } else {
    EXPECT_EQ(pair.client.error->code, ErrorCode::certificate_name_mismatch);
  }
}

}  // namespace
}  // namespace handfast::test
