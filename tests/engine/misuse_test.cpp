// Calls and records at the wrong moment: after an error, after a close, inside a message, behind a Finished.
#include <handfast/client_session_store.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "config/credential_contents.hpp"
#include "engine/handshake_run.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"
#include "schedule/key_schedule12.hpp"
#include "schedule/suite.hpp"
#include "support/pair.hpp"

namespace handfast::test {
namespace {

ClientSettings client12_settings() {
  ClientSettings settings = client_settings();
  settings.policy.max_version = ProtocolVersion::tls12;
  return settings;
}

// A server that waits for a signature.
Pair asking_for_signature() {
  const auto leaf = authority().issue(x509::KeyKind::ec_p256, Authority::leaf_template());
  ServerSettings server = server_settings();
  server.credentials = {*Credential::external(as_bytes(leaf.chain_pem))};
  Pair pair = test::pair(client_settings(), server);
  pair.server.deliver(pair.client.transmit());
  return pair;
}

TEST(Answers, AreNotTakenAfterAnAbort) {
  Pair pair = asking_for_signature();
  ASSERT_TRUE(std::holds_alternative<SignatureQuestion>(pair.server.connection.pending()));
  pair.server.connection.abort(AlertDescription::internal_error);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(pair.server.connection.pending()));
  pair.server.transmit();
  const auto answered = pair.server.connection.answer_signature(Octets(70, 1), now);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, ErrorCode::closed);
  EXPECT_TRUE(pair.server.transmit().empty()) << "nothing follows a fatal alert";
}

TEST(Answers, AreNotTakenAfterTheEndOfTheStream) {
  Pair pair = asking_for_signature();
  EXPECT_FALSE(pair.server.connection.end_of_stream());
  EXPECT_EQ(pair.server.connection.answer_signature(Octets(70, 1), now).error().code,
            ErrorCode::truncated_stream);
  EXPECT_EQ(pair.server.connection.refuse(AlertDescription::internal_error).error().code,
            ErrorCode::truncated_stream);
}

// RFC 8446 §6: neither side keeps keys of a connection that failed [8446:6#2].
TEST(Keys, AreForgottenWhenTheConnectionFails) {
  End client(*Connection::client(make(client_settings()), *ServerName::parse("localhost"), now));
  engine::Channel channel(Role::server);
  engine::HandshakeRun run(channel);
  ASSERT_TRUE(run.start_server(make(server_settings()), now));
  Octets output(8192);
  while (!channel.handshake_done) {
    Octets up = client.transmit();
    ASSERT_TRUE(channel.receive(up, &run, now));
    client.deliver(Bytes(output).first(channel.transmit(output)));
  }
  ASSERT_NE(channel.receiving.reader.key(), nullptr);
  ASSERT_FALSE(channel.exporter_secret.empty());

  Octets record = client.send(as_bytes("data"));
  record.back() ^= 1;
  EXPECT_EQ(channel.receive(record, nullptr, now).error().code, ErrorCode::bad_record_mac);
  EXPECT_EQ(channel.receiving.reader.key(), nullptr);
  EXPECT_TRUE(channel.receiving.traffic_secret.empty());
  EXPECT_TRUE(channel.exporter_secret.empty());
  ASSERT_NE(channel.sending.writer.key(), nullptr) << "the alert is still to be sealed";
  client.deliver(Bytes(output).first(channel.transmit(output)));
  EXPECT_EQ(channel.sending.writer.key(), nullptr);
  EXPECT_TRUE(channel.sending.traffic_secret.empty());
  EXPECT_EQ(client.error->alert, AlertDescription::bad_record_mac);
  EXPECT_EQ(client.connection.channel_binding().error().code, ErrorCode::peer_alert);
}

// The same when it was the peer that said so: there is no alert to seal. A Sender that does not know yet what
// its Receiver met wipes its keys when it hears of it [8446:6#2].
TEST(Keys, AreForgottenWhenThePeerEndsTheConnection) {
  End client(*Connection::client(make(client_settings()), *ServerName::parse("localhost"), now));
  engine::Channel channel(Role::server);
  engine::HandshakeRun run(channel);
  ASSERT_TRUE(run.start_server(make(server_settings()), now));
  Octets output(8192);
  while (!channel.handshake_done) {
    Octets up = client.transmit();
    ASSERT_TRUE(channel.receive(up, &run, now));
    client.deliver(Bytes(output).first(channel.transmit(output)));
  }
  client.connection.abort(AlertDescription::internal_error);
  Octets alert = client.transmit();
  EXPECT_EQ(channel.receive(alert, nullptr, now).error().code, ErrorCode::peer_alert);
  ASSERT_NE(channel.sending.writer.key(), nullptr) << "another thread's";
  EXPECT_FALSE(channel.wants_to_transmit());
  EXPECT_EQ(channel.send(as_bytes("data"), output).error().code, ErrorCode::closed);
  EXPECT_EQ(channel.sending.writer.key(), nullptr);
  EXPECT_TRUE(channel.sending.traffic_secret.empty());
}

TEST(Close, InTheMiddleOfAHandshakeIsTheLastThatIsSent) {
  for (const ClientSettings& settings : {client_settings(), client12_settings()}) {
    Pair pair = test::pair(settings, server_settings());
    pair.server.deliver(pair.client.transmit());
    pair.client.connection.close();
    EXPECT_EQ(pair.client.transmit(), (Octets{21, 3, 3, 0, 2, 1, 0}));
    pair.client.deliver(pair.server.transmit());
    EXPECT_TRUE(pair.client.transmit().empty());
    EXPECT_FALSE(pair.client.connection.handshake_done());
    EXPECT_EQ(pair.client.error->code, ErrorCode::closed);
  }
}

// TLS 1.2 knows no half-closed connections [5246:7.2.1#1].
TEST(Close, IsAnsweredAtOnceInTls12) {
  Pair pair = test::pair(client12_settings(), server_settings());
  pair.run();
  ASSERT_TRUE(pair.done());
  pair.client.connection.close();
  pair.server.deliver(pair.client.transmit());
  EXPECT_TRUE(pair.server.connection.wants_to_transmit());
  Octets out(min_output);
  EXPECT_EQ(pair.server.connection.send(as_bytes("pending"), out).error().code, ErrorCode::closed);
  pair.run();
  EXPECT_TRUE(pair.client.closed);
  EXPECT_TRUE(pair.client.connection.end_of_stream());
}

// What would be derived from TLS 1.2's missing traffic secret everybody could derive.
TEST(Halves, OfTls12DoNotChangeKeys) {
  Pair pair = test::pair(client12_settings(), server_settings());
  pair.run();
  ASSERT_TRUE(pair.done());
  auto [sender, receiver] = *std::move(pair.client.connection).split();
  sender.update_keys(KeyUpdateRequest::update_requested);
  EXPECT_FALSE(sender.wants_to_transmit());
  Octets out(min_output);
  const auto sent = sender.send(as_bytes("under the old keys"), out);
  ASSERT_TRUE(sent);
  pair.server.deliver(Bytes(out).first(sent->written));
  EXPECT_EQ(as_text(pair.server.received), "under the old keys") << failure(pair.server);
}

// No KeyUpdate goes before the peer's Finished: it comes as soon as it may, and nothing waits for it.
TEST(HalfRtt, CountsForTheKeyUpdate) {
  for (const std::uint64_t records : {1U, 2U, 4U, 20U}) {
    ServerSettings settings = server_settings();
    settings.key_update_after_records = records;
    settings.ticket_keys = TicketKeys::make(now).value();
    settings.tickets = 2;
    ClientSettings client = client_settings();
    client.session_store = std::make_shared<ClientSessionCache>();
    client.record_size_limit = 64;  // cuts the tickets into many records
    Pair pair = test::pair(client, settings);
    pair.server.deliver(pair.client.transmit());
    pair.client.deliver(pair.server.transmit());
    Octets out(min_output);
    for (int i = 0; i < 10; ++i) {
      const auto result = pair.server.connection.send_half_rtt(as_bytes("x"), out);
      ASSERT_TRUE(result);
      pair.client.deliver(Bytes(out).first(result->written));
    }
    pair.run();
    ASSERT_TRUE(pair.done());
    pair.client.deliver(pair.server.send(as_bytes("y")));
    EXPECT_EQ(as_text(pair.client.received), "xxxxxxxxxxy") << failure(pair.client) << failure(pair.server);
    EXPECT_FALSE(pair.client.error) << failure(pair.client);
  }
}

TEST(Alerts, DoNotStandInsideAHandshakeMessage) {  // [8446:5.1#2,3]
  Pair pair = test::pair(client_settings(), server_settings());
  const Octets hello = pair.client.transmit();
  Octets cut = {22, 3, 1, 0, 100};
  cut.insert(cut.end(), hello.begin() + 5, hello.begin() + 105);
  cut.insert(cut.end(), {21, 3, 3, 0, 2, 1, 90});  // a warning: user_canceled
  pair.server.deliver(cut);
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->alert, AlertDescription::unexpected_message);
}

// What a server without state lets pass before a ClientHello is for TLS 1.3 alone.
TEST(StatelessRetry, DoesNotLoosenChangeCipherSpecInTls12) {
  const Octets change_cipher_spec = {20, 3, 3, 0, 1, 1};
  ServerSettings server = server_settings();
  server.stateless_retry = true;
  for (const bool before_hello : {true, false}) {
    Pair pair = test::pair(client12_settings(), server);
    if (before_hello) pair.server.deliver(change_cipher_spec);
    pair.server.deliver(pair.client.transmit());
    if (!before_hello) pair.server.deliver(change_cipher_spec);
    ASSERT_TRUE(pair.server.error) << before_hello;
    EXPECT_EQ(pair.server.error->alert, AlertDescription::unexpected_message);
  }
}

class MasterSecretLog final : public KeyLog {
 public:
  void write(std::string_view label, Bytes random, Bytes secret) noexcept override {
    if (label != "CLIENT_RANDOM") return;
    client_random = to_octets(random);
    master_secret = to_octets(secret);
  }
  Octets client_random;
  Octets master_secret;
};

// A TLS 1.2 server's last flight with more behind the Finished, in its record; then plain handshake records
// under its keys.
class RewrittenServer {
 public:
  explicit RewrittenServer(Bytes behind_finished)
      : log(std::make_shared<MasterSecretLog>()), pair(make_pair(log)) {
    pair.to_client = [this, behind = to_octets(behind_finished)](Octets& flight) {
      if (flight[0] == 22) server_random.assign(flight.begin() + 11, flight.begin() + 43);
      if (flight[0] == 20) rewrite(flight, behind);
    };
    pair.run();
  }

  std::shared_ptr<MasterSecretLog> log;
  Octets server_random;
  record::RecordWriter writer;
  Pair pair;

 private:
  static Pair make_pair(const std::shared_ptr<KeyLog>& log) {
    ClientSettings client = client12_settings();
    client.policy.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    client.key_log = log;
    return test::pair(client, server_settings());
  }
  void rewrite(Octets& flight, const Octets& behind) {
    const auto* suite = schedule::suite_info(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
    const schedule::KeyBlock12 block(*suite, crypto::HmacKey(suite->hash, log->master_secret),
                                     log->client_random, server_random);
    const auto key = [&] {
      return record::RecordKey::tls12(*suite->aead, block.key(Role::server), block.iv(Role::server));
    };
    record::RecordReader reader;
    reader.install(key());
    writer.install(key());
    Octets sealed(flight.begin() + 6, flight.end());
    const auto finished = reader.read(sealed);
    ASSERT_TRUE(finished) << describe(finished.error());
    Octets content = to_octets(finished->content);
    content.insert(content.end(), behind.begin(), behind.end());
    Octets out(min_output);
    const auto written = writer.write(ContentType::handshake, content, out);
    ASSERT_TRUE(written);
    flight.resize(6);
    flight.insert(flight.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(written->written));
  }
};

TEST(Renegotiation, RequestInTheRecordOfTheFinishedIsRefusedWithAWarning) {  // [5746:4.2#1]
  const Octets hello_request = {0, 0, 0, 0};
  RewrittenServer server(hello_request);
  ASSERT_TRUE(server.pair.client.connection.handshake_done()) << failure(server.pair.client);
  // The warning went out behind the Finished, the server took it, and both live on.
  EXPECT_FALSE(server.pair.server.error) << failure(server.pair.server);
  server.pair.server.deliver(server.pair.client.send(as_bytes("x")));
  EXPECT_EQ(as_text(server.pair.server.received), "x");
}

TEST(Renegotiation, RequestsWithoutEndAreNot) {
  RewrittenServer server({});
  ASSERT_TRUE(server.pair.client.connection.handshake_done()) << failure(server.pair.client);
  Octets out(min_output);
  for (int i = 0; i < 10 && !server.pair.client.error; ++i) {
    const auto written = server.writer.write(ContentType::handshake, Octets(4, 0), out);
    ASSERT_TRUE(written);
    server.pair.client.deliver(Bytes(out).first(written->written));
    if (i == 0) { EXPECT_FALSE(server.pair.client.transmit().empty()) << "no_renegotiation"; }
  }
  ASSERT_TRUE(server.pair.client.error);
  EXPECT_EQ(server.pair.client.error->code, ErrorCode::too_many_warnings);
}

TEST(Handshake12, AnythingElseBehindTheFinishedIsRefused) {
  const Octets done = {14, 0, 0, 0};
  RewrittenServer server(done);
  ASSERT_TRUE(server.pair.client.error);
  EXPECT_EQ(server.pair.client.error->alert, AlertDescription::unexpected_message);
}

}  // namespace
}  // namespace handfast::test
