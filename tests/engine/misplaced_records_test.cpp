// Records that do not belong where they come: a peer that has the right keys and says the wrong thing.
#include <gtest/gtest.h>

#include "engine/early_birds.hpp"
#include "support/forger.hpp"

namespace handfast::test {
namespace {

constexpr auto suite = CipherSuite::TLS_AES_128_GCM_SHA256;

// One record of this content under a traffic secret, the first of its keys.
record::RecordWriter writer_under(Bytes traffic_secret) {
  const schedule::SuiteInfo* info = schedule::suite_info(suite);
  const auto keys = schedule::traffic_keys(info->hash, traffic_secret, *info->aead);
  record::RecordWriter writer;
  writer.install(record::RecordKey::tls13(*info->aead, keys.key.view(), keys.iv.view()));
  return writer;
}
Octets seal(record::RecordWriter& writer, ContentType type, Bytes content) {
  Octets out(writer.written_size(content.size()));
  const auto written = writer.write(type, content, out);
  EXPECT_TRUE(written && written->taken == content.size());
  return out;
}

// A server that has sent its flight and waits for the client's, whose keys the test has.
struct WaitingServer {
  WaitingServer() {
    ClientSettings client = client_settings();
    client.policy = policies::modern;
    client.policy.cipher_suites = {suite};
    client.key_log = log;
    Pair pair = test::pair(client, server_settings());
    pair.server.deliver(pair.client.transmit());
    pair.client.deliver(pair.server.transmit());
    end.emplace(std::move(pair.server.connection));
    writer = writer_under(log->secrets["CLIENT_HANDSHAKE_TRAFFIC_SECRET"]);
  }
  void say(ContentType type, Bytes content) { end->deliver(seal(writer, type, content)); }

  std::shared_ptr<SecretLog> log = std::make_shared<SecretLog>();
  std::optional<End> end;
  record::RecordWriter writer;
};

void expect_refused(const End& end, ErrorCode code, AlertDescription alert, std::string_view detail) {
  ASSERT_TRUE(end.error);
  EXPECT_EQ(name_of(end.error->code), name_of(code));
  EXPECT_EQ(end.error->alert, alert);
  EXPECT_EQ(end.error->detail == nullptr ? "" : std::string_view(end.error->detail), detail);
}

// RFC 8446 §2: application data belongs behind Finished, or is early.
TEST(MisplacedRecords, ApplicationDataUnderHandshakeKeys) {
  WaitingServer server;
  server.say(ContentType::application_data, as_bytes("too soon"));
  expect_refused(*server.end, ErrorCode::unexpected_record, AlertDescription::unexpected_message,
                 "application data during the handshake");
  EXPECT_TRUE(server.end->received.empty());
}

TEST(MisplacedRecords, CloseNotifyDuringTheHandshake) {
  WaitingServer server;
  server.say(ContentType::alert, Octets{1, 0});
  expect_refused(*server.end, ErrorCode::peer_alert, AlertDescription::close_notify,
                 "the peer closed during the handshake");
  EXPECT_FALSE(server.end->closed) << "this is no clean end";
}

// RFC 8446 §5: a type that nobody knows is unexpected.
TEST(MisplacedRecords, ContentOfAnUnknownTypeUnderHandshakeKeys) {
  WaitingServer server;
  server.say(static_cast<ContentType>(99), as_bytes("?"));
  ASSERT_TRUE(server.end->error);
  EXPECT_EQ(server.end->error->code, ErrorCode::unexpected_record);
  EXPECT_EQ(server.end->error->alert, AlertDescription::unexpected_message);
}

// RFC 8446 §5.1: the records of a message stand together [8446:5.1#2,3].
TEST(MisplacedRecords, ChangeCipherSpecBetweenThePartsOfAMessage) {
  Pair pair = test::pair(client_settings(), server_settings());
  const Octets hello = pair.client.transmit();
  Octets parts = {22, 3, 1, 0, 10};
  parts.insert(parts.end(), hello.begin() + 5, hello.begin() + 15);
  const Octets change_cipher_spec = {20, 3, 3, 0, 1, 1};
  parts.insert(parts.end(), change_cipher_spec.begin(), change_cipher_spec.end());
  pair.server.deliver(parts);
  expect_refused(pair.server, ErrorCode::unexpected_record, AlertDescription::unexpected_message,
                 "change_cipher_spec between the parts of a handshake message");
}

TEST(MisplacedRecords, EarlyDataBetweenThePartsOfAMessage) {
  EarlyBirds birds;
  const auto log = std::make_shared<SecretLog>();
  birds.client.policy.cipher_suites = {suite};
  birds.client.key_log = log;
  birds.get_acquainted();
  Pair pair = birds.meet();
  pair.server.deliver(pair.client.transmit());
  record::RecordWriter writer = writer_under(log->secrets["CLIENT_EARLY_TRAFFIC_SECRET"]);
  pair.server.deliver(seal(writer, ContentType::application_data, as_bytes("fine")));
  EXPECT_FALSE(pair.server.error) << failure(pair.server);
  EXPECT_EQ(as_text(pair.server.early_data), "fine");
  // Half of the header of EndOfEarlyData.
  pair.server.deliver(seal(writer, ContentType::handshake, Octets{5, 0}));
  pair.server.deliver(seal(writer, ContentType::application_data, as_bytes("not fine")));
  expect_refused(pair.server, ErrorCode::unexpected_record, AlertDescription::unexpected_message,
                 "early data between the parts of a handshake message");
  EXPECT_EQ(as_text(pair.server.early_data), "fine");
}

// RFC 5246 §7.4.1.1: a HelloRequest has no body.
TEST(MisplacedRecords, HelloRequestWithABody) {
  Forger forger(ProtocolVersion::tls12, Role::client);
  forger.say(ContentType::handshake, Octets{0, 0, 0, 1, 0});
  expect_refused(forger.victim(), ErrorCode::trailing_data, AlertDescription::decode_error, "hello_request");
}

}  // namespace
}  // namespace handfast::test
