// The handshake messages of RFC 8448's traces.
#include <gtest/gtest.h>

#include "message/golden.hpp"
#include "message/messages.hpp"
#include "message/properties.hpp"

namespace handfast::message {
namespace {

using test::from_hex;
using test::to_hex;

// RFC 8448 §3, so that a bare clone has known octets, too.
constexpr const char* server_hello =
    "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e003300240"
    "01d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";
constexpr const char* encrypted_extensions =
    "080000240022000a00140012001d00170018001901000101010201030104001c0002400100000000";
constexpr const char* finished = "140000209b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718";

TEST(Rfc8448, ServerHelloOfTheSimpleHandshake) {
  const Octets octets = from_hex(server_hello);
  const auto hello = wire::decode<ServerHello>(Bytes(octets).subspan(4));
  ASSERT_TRUE(hello) << describe(hello.error());
  EXPECT_EQ(hello->cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
  EXPECT_EQ(hello->extensions.supported_versions->selected_version, ProtocolVersion::tls13);
  EXPECT_EQ(hello->extensions.key_share->server_share.group, NamedGroup::x25519);
  EXPECT_EQ(to_hex(hello->extensions.key_share->server_share.key_exchange),
            "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f");
  Octets again;
  ASSERT_TRUE(wire::append_message(*hello, again));
  EXPECT_EQ(to_hex(again), server_hello);
}

TEST(Rfc8448, EncryptedExtensionsAndFinishedOfTheSimpleHandshake) {
  const Octets octets = from_hex(encrypted_extensions);
  const auto message = wire::decode<EncryptedExtensions>(Bytes(octets).subspan(4));
  ASSERT_TRUE(message) << describe(message.error());
  EXPECT_EQ(message->extensions.record_size_limit->record_size_limit, 16385);
  EXPECT_EQ(message->extensions.supported_groups->named_group_list.count(), 9U);
  EXPECT_TRUE(message->extensions.server_name);
  EXPECT_EQ(test::broken_property(octets, {}), "");
  EXPECT_EQ(test::broken_property(from_hex(finished), {}), "");
}

TEST(Rfc8448, EveryMessageOfEveryTraceDecodesAndIsExplained) {
  HANDFAST_VECTORS_OR_SKIP(vectors, "rfc8448.json");
  std::size_t messages = 0;
  for (const auto& [trace, steps] : vectors.at("traces").items()) {
    for (const auto& step : steps) {
      const std::string name = step.at("step");
      if (!step.contains("values") || !name.starts_with("send handshake record")) continue;
      // A record's payload holds one or more whole messages.
      const Octets payload = from_hex(step.at("values").at("payload").get<std::string>());
      Bytes rest = payload;
      while (!rest.empty()) {
        ASSERT_GE(rest.size(), 4U);
        const std::size_t size = 4 + wire::load<3>(rest.data() + 1);
        ASSERT_LE(size, rest.size());
        const Bytes message = rest.first(size);
        EXPECT_EQ(test::broken_property(message, {}), "") << trace << ": " << name;
        const auto annotation = annotate(message);
        EXPECT_FALSE(annotation.error) << trace << ": " << describe(*annotation.error);
        rest = rest.subspan(size);
        ++messages;
      }
    }
  }
  EXPECT_EQ(messages, 40U);  // 8, 6, 9, 10 and 7
}

TEST(Rfc8448, TheBindersPrefixIsTheTraces) {
  HANDFAST_VECTORS_OR_SKIP(vectors, "rfc8448.json");
  Octets hello_octets, prefix;
  for (const auto& step : vectors.at("traces").at("resumed_0rtt")) {
    if (!step.contains("values")) continue;
    const auto& values = step.at("values");
    if (values.contains("ClientHello prefix"))
      prefix = from_hex(values.at("ClientHello prefix").get<std::string>());
    if (hello_octets.empty() && step.at("step") == "send handshake record")
      hello_octets = from_hex(values.at("payload").get<std::string>());
  }
  const auto hello = wire::decode<ClientHello>(Bytes(hello_octets).subspan(4));
  ASSERT_TRUE(hello) << describe(hello.error());
  EXPECT_EQ(to_hex(truncated(hello_octets, *hello)), to_hex(prefix));
  EXPECT_EQ(prefix.size(), 477U);
}

}  // namespace
}  // namespace handfast::message
