// A client of TLS 1.2: what it says, and what it makes of servers that do not follow RFC 5246.
#include <gtest/gtest.h>

#include "support/message_pair.hpp"

namespace handfast::test {
namespace {

ClientSettings client12() {
  ClientSettings settings = client_settings();
  settings.policy.max_version = ProtocolVersion::tls12;
  return settings;
}

Octets first_hello(const ClientSettings& settings) {
  MessagePair pair(settings, server_settings());
  Octets hello;
  pair.to_server = [&](MessageEnd::Message& message) {
    hello = message.octets;
    return false;
  };
  pair.run();
  return hello;
}

// ---- HelloRequest (RFC 5246 §7.4.1.1)

// Each of the server's messages has a HelloRequest in front, in the same record.
TEST(HelloRequest12, IsIgnoredDuringTheHandshakeAndNoPartOfIt) {  // [5246:7.4.1.1#1]
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    message.octets.insert(message.octets.begin(), 4, 0);
    return true;
  };
  pair.run();
  EXPECT_TRUE(pair.client.done()) << describe(pair.client.error());
  EXPECT_TRUE(pair.server.done()) << "the server's Finished knows nothing of it either";
}

TEST(HelloRequest12, IsIgnoredWhileChangeCipherSpecIsAwaited) {
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::server_hello_done) message.octets.insert(message.octets.end(), 4, 0);
    return true;
  };
  pair.run();
  EXPECT_TRUE(pair.client.done()) << describe(pair.client.error());
}

TEST(HelloRequest12, WithoutEndIsRefused) {
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    message.octets.insert(message.octets.begin(), 4 * std::size_t{9}, 0);
    return true;
  };
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message);
}

TEST(HelloRequest12, WithABodyIsNone) {
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    const Octets request = {0, 0, 0, 1, 0};
    message.octets.insert(message.octets.begin(), request.begin(), request.end());
    return true;
  };
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message);
}

// ---- ClientHello

// RFC 8422 §4: without suites that use curves nothing is said of curves [8422:4#2].
TEST(ClientHello12, SpeaksOfCurvesWithSuitesThatUseThem) {
  ClientSettings settings = client12();
  settings.policy.cipher_suites = {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256};
  Octets octets = first_hello(settings);
  auto hello = wire::decode<message::ClientHello>(Bytes(octets).subspan(4));
  ASSERT_TRUE(hello);
  EXPECT_FALSE(hello->extensions.supported_groups);
  EXPECT_FALSE(hello->extensions.ec_point_formats);
  settings.policy.cipher_suites.add(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
  octets = first_hello(settings);
  hello = wire::decode<message::ClientHello>(Bytes(octets).subspan(4));
  ASSERT_TRUE(hello);
  EXPECT_TRUE(hello->extensions.supported_groups);
  // [8422:5.1#1] [8422:5.1.2#3]
  ASSERT_TRUE(hello->extensions.ec_point_formats);
  EXPECT_TRUE(equal(hello->extensions.ec_point_formats->ec_point_format_list.octets(), Octets{0}));
}

TEST(ClientHello12, OffersNoEcdheWithoutACurve) {
  ClientSettings settings = client12();
  settings.policy = policies::classic;
  settings.policy.max_version = ProtocolVersion::tls12;
  settings.policy.groups = {NamedGroup::X25519MLKEM768};
  settings.policy.key_shares.clear();
  const Octets octets = first_hello(settings);
  const auto hello = wire::decode<message::ClientHello>(Bytes(octets).subspan(4));
  ASSERT_TRUE(hello);
  EXPECT_FALSE(hello->cipher_suites.contains(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256));
  EXPECT_TRUE(hello->cipher_suites.contains(CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256));
  EXPECT_FALSE(hello->extensions.supported_groups);
}

}  // namespace
}  // namespace handfast::test
