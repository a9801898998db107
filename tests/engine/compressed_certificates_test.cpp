// Compressed certificates (RFC 8879) from both sides.
#include <algorithm>

#include <gtest/gtest.h>

#include "support/message_pair.hpp"

namespace handfast::test {
namespace {

constexpr auto own_algorithm = static_cast<CertificateCompressionAlgorithm>(0xff55);

// One that can be watched: four octets in front.
class Prefix final : public CertificateCompression {
 public:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const noexcept override { return own_algorithm; }
  [[nodiscard]] Result<Octets> compress(Bytes message) const override {
    ++compressed;
    if (fails) return fail(ErrorCode::internal_error);
    Octets made = {1, 2, 3, 4};
    made.insert(made.end(), message.begin(), message.end());
    return made;
  }
  [[nodiscard]] Result<> decompress(Bytes octets, MutableBytes message) const override {
    ++decompressed;
    if (octets.size() != message.size() + 4) return fail(ErrorCode::certificate_malformed);
    copy(octets.subspan(4), message);
    return {};
  }
  mutable int compressed = 0;
  mutable int decompressed = 0;
  bool fails = false;
};

using Compressions = std::vector<std::shared_ptr<const CertificateCompression>>;

ClientSettings client(Compressions compressions) {
  ClientSettings settings = client_settings();
  settings.certificate_compression = std::move(compressions);
  return settings;
}
// Its credential has not been shown to anybody yet.
ServerSettings server(Compressions compressions) {
  ServerSettings settings;
  settings.credentials = {authority().credential()};
  settings.certificate_compression = std::move(compressions);
  return settings;
}

TEST(CompressedCertificate, ProvesAServerInEachAlgorithm) {
  for (const auto& each : certificate_compression::all()) {
    Pair pair = test::pair(client({each}), server({each}));
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_TRUE(summary.peer_verified);
    EXPECT_EQ(summary.peer_certificate_compression, each->algorithm());
    EXPECT_EQ(pair.server.connection.take_summary()->own_certificate_compression, each->algorithm());
  }
}

TEST(CompressedCertificate, ProvesAClient) {
  const auto prefix = std::make_shared<Prefix>();
  ClientSettings shown = client({prefix});
  shown.credentials = {authority().credential()};
  ServerSettings asking = server({prefix});
  asking.client_authentication = ClientAuthentication::require;
  asking.trust = authority().trust();
  Pair pair = test::pair(shown, asking);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.server.connection.take_summary()->peer_certificate_compression, own_algorithm);
  EXPECT_EQ(pair.client.connection.take_summary()->own_certificate_compression, own_algorithm);
}

TEST(CompressedCertificate, IsSentOnlyToThoseWhoOfferTheAlgorithm) {
  const auto prefix = std::make_shared<Prefix>();
  for (const Compressions& offered : {Compressions(), certificate_compression::all()}) {
    Pair pair = test::pair(client(offered), server({prefix}));
    pair.run();
    ASSERT_TRUE(pair.done());
    EXPECT_FALSE(pair.client.connection.take_summary()->peer_certificate_compression);
  }
  EXPECT_EQ(prefix->compressed, 0);
}

// RFC 8879 §3: of TLS 1.3 only; in TLS 1.2 the extension means nothing.
TEST(CompressedCertificate, IsNotForTls12) {
  const auto prefix = std::make_shared<Prefix>();
  ServerSettings old = server({prefix});
  old.policy.max_version = ProtocolVersion::tls12;
  Pair pair = test::pair(client({prefix}), old);
  pair.run();
  ASSERT_TRUE(pair.done());
  EXPECT_FALSE(pair.client.connection.take_summary()->peer_certificate_compression);
}

TEST(CompressedCertificate, IsMadeOnceForEachCredential) {
  const auto prefix = std::make_shared<Prefix>();
  const ServerSettings settings = server({prefix});
  for (int i = 0; i < 3; ++i) {
    Pair pair = test::pair(client({prefix}), settings);
    pair.run();
    ASSERT_TRUE(pair.done());
  }
  EXPECT_EQ(prefix->compressed, 1);
  EXPECT_EQ(prefix->decompressed, 3);
  // With a staple it is another message.
  ServerSettings stapled = settings;
  stapled.credentials.front() = settings.credentials.front().with_ocsp_response(Octets{0x30, 0});
  ClientSettings asking = client({prefix});
  asking.verification = PeerVerification::ask;
  for (const bool ocsp : {true, false}) {
    asking.request_ocsp = ocsp;
    MessagePair pair(asking, stapled);
    pair.run();
    EXPECT_EQ(pair.client_state.summary.ocsp_response.empty(), !ocsp);
  }
  EXPECT_EQ(prefix->compressed, 3);
}

TEST(CompressedCertificate, GivesWayToThePlainOneWhereCompressingFails) {
  const auto prefix = std::make_shared<Prefix>();
  prefix->fails = true;
  Pair pair = test::pair(client({prefix}), server({prefix}));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_FALSE(pair.client.connection.take_summary()->peer_certificate_compression);
}

TEST(CompressedCertificate, IsUnexpectedWhereItWasNotAskedFor) {
  const auto prefix = std::make_shared<Prefix>();
  MessagePair pair(client({}), server({prefix}));
  const std::vector algorithms = {own_algorithm};
  pair.to_server = edit_message<message::ClientHello>(
      [&](message::ClientHello& hello) { hello.extensions.compress_certificate = {algorithms}; });
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::unexpected_message);
}

// What a client says of a CompressedCertificate that was changed on its way.
Error refusal(const std::function<void(message::CompressedCertificate&)>& change) {
  const auto prefix = std::make_shared<Prefix>();
  MessagePair pair(client({prefix}), server({prefix}));
  pair.to_client = edit_message<message::CompressedCertificate>(change);
  pair.run();
  EXPECT_TRUE(pair.client.failed());
  return pair.client.error();
}

TEST(CompressedCertificate, OfAnotherAlgorithmIsRefused) {
  const Error error =
      refusal([](auto& message) { message.algorithm = CertificateCompressionAlgorithm::zstd; });
  EXPECT_EQ(error.alert, AlertDescription::illegal_parameter);
}

TEST(CompressedCertificate, OfAnotherLengthIsRefused) {
  for (const int difference : {-1, 1}) {
    const Error error = refusal([difference](auto& message) {
      message.uncompressed_length =
          static_cast<std::uint32_t>(static_cast<int>(message.uncompressed_length) + difference);
    });
    EXPECT_EQ(error.alert, AlertDescription::bad_certificate);
  }
}

// Nothing is allocated, nor given to the decompressor, of what is too long.
TEST(CompressedCertificate, ThatSaysItIsLongerThanAllowedIsRefused) {
  const auto prefix = std::make_shared<Prefix>();
  for (const std::uint32_t length : {65537U, 0xffffffU}) {
    MessagePair pair(client({prefix}), server({prefix}));
    pair.to_client = edit_message<message::CompressedCertificate>(
        [length](message::CompressedCertificate& message) { message.uncompressed_length = length; });
    pair.run();
    ASSERT_TRUE(pair.client.failed());
    EXPECT_EQ(pair.client.error().alert, AlertDescription::bad_certificate);
  }
  EXPECT_EQ(prefix->decompressed, 0);
}

TEST(CompressedCertificate, WithSomethingElseInsideIsRefused) {
  static const Octets garbage = {1, 2, 3, 4, 0, 0, 0, 9};
  const Error error = refusal([](auto& message) {
    message.uncompressed_length = 4;
    message.compressed_certificate_message = garbage;
  });
  EXPECT_EQ(error.code, ErrorCode::truncated);
  EXPECT_EQ(error.message, HandshakeType::certificate);
}

TEST(CompressedCertificate, OfAClientIsRefusedWithoutRequest) {
  ClientSettings shown = client({});
  shown.credentials = {authority().credential()};
  ServerSettings asking = server({});
  asking.client_authentication = ClientAuthentication::require;
  asking.trust = authority().trust();
  MessagePair pair(shown, asking);
  pair.to_server = [](MessageEnd::Message& message) {
    if (message.type() != HandshakeType::certificate) return true;
    const Octets body = to_octets(Bytes(message.octets).subspan(4));
    message::CompressedCertificate compressed;
    compressed.algorithm = own_algorithm;
    compressed.uncompressed_length = static_cast<std::uint32_t>(body.size());
    compressed.compressed_certificate_message = body;
    message.octets.clear();
    return wire::append_message(compressed, message.octets).has_value();
  };
  pair.run();
  ASSERT_TRUE(pair.server.failed());
  EXPECT_EQ(pair.server.error().code, ErrorCode::unexpected_message);
}

// RFC 8879 §3, whether this side compresses or not.
constexpr std::array repeated = {CertificateCompressionAlgorithm::zlib, own_algorithm,
                                 CertificateCompressionAlgorithm::zlib};

TEST(CompressedCertificate, AnAlgorithmNamedTwiceIsRefused) {
  for (const Compressions& known : {Compressions(), Compressions({std::make_shared<Prefix>()})}) {
    MessagePair pair(client({}), server(known));
    pair.to_server = edit_message<message::ClientHello>(
        [](auto& hello) { hello.extensions.compress_certificate = {repeated}; });
    pair.run();
    EXPECT_EQ(pair.server.error().alert, AlertDescription::illegal_parameter);
  }
}

TEST(CompressedCertificate, AnAlgorithmNamedTwiceIsRefusedInARequest) {
  ServerSettings asking = server({});
  asking.client_authentication = ClientAuthentication::request;
  asking.trust = authority().trust();
  MessagePair pair(client({}), asking);
  pair.to_client = edit_message<message::CertificateRequest>(
      [](auto& request) { request.extensions.compress_certificate = {repeated}; });
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter);
}

// RFC 8879 §3: in TLS 1.2 the extension is ignored.
TEST(CompressedCertificate, IsIgnoredInTls12WhateverItNames) {
  ServerSettings old = server({});
  old.policy.max_version = ProtocolVersion::tls12;
  MessagePair pair(client({}), old);
  pair.to_server = edit_message<message::ClientHello>(
      [](auto& hello) { hello.extensions.compress_certificate = {repeated}; });
  pair.run();
  // The hello that was changed on its way shows in the transcript, and not before.
  EXPECT_EQ(pair.server.error().code, ErrorCode::bad_finished);
}

TEST(CompressedCertificateSettings, AreChecked) {
  const auto prefix = std::make_shared<Prefix>();
  EXPECT_EQ(ClientConfig::make(client({nullptr})).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(ClientConfig::make(client({prefix, prefix})).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(ServerConfig::make(server({prefix, prefix})).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(ServerConfig::make(server(certificate_compression::all())));
}

}  // namespace
}  // namespace handfast::test
