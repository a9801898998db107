// The asio stream's questions: answered at once, later, wrongly, or never.
#include <array>
#include <optional>
#include <vector>

#include <handfast/asio.hpp>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>

#include "io/live.hpp"
#include "support/stores.hpp"

namespace handfast::test {
namespace {

namespace net = ::asio;
using handfast::asio::Answer;
using Socket = net::local::stream_protocol::socket;
using Stream = handfast::asio::stream<Socket>;

class AsioQuestions : public testing::Test {
 protected:
  void connect(Connection client_end, Connection server_end) {
    join(std::move(client_end), std::move(server_end));
    start();
  }
  void join(Connection client_end, Connection server_end) {
    Socket a(context);
    Socket b(context);
    net::local::connect_pair(a, b);
    client.emplace(std::move(a), std::move(client_end));
    server.emplace(std::move(b), std::move(server_end));
  }
  void start() {
    client->async_handshake([this](std::error_code error) { client_error = error; });
    start_server();
  }
  void start_server() {
    server->async_handshake(
        net::bind_cancellation_slot(cancel.slot(), [this](std::error_code error) { server_error = error; }));
  }
  /// Lets everything happen that does not wait for an answer.
  void settle() {
    context.restart();
    while (context.poll() != 0) {}
  }
  void expect_handshakes() {
    settle();
    ASSERT_TRUE(client_error && server_error);
    EXPECT_FALSE(*client_error) << client_error->message();
    EXPECT_FALSE(*server_error) << server_error->message();
  }
  void ask_configuration() {
    connect(client_connection(), *Connection::server_asking(system_now()));
    server->on_question([this](const Question& question, Answer answer) {
      EXPECT_TRUE(std::holds_alternative<ConfigurationQuestion>(question));
      open.push_back(std::move(answer));
    });
  }

  net::io_context context;
  net::cancellation_signal cancel;  // of the server's handshake
  std::vector<Answer> open;
  std::optional<Stream> client;
  std::optional<Stream> server;
  std::optional<std::error_code> client_error;
  std::optional<std::error_code> server_error;
};

TEST_F(AsioQuestions, ConfigurationIsChosenLater) {
  ask_configuration();
  settle();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_FALSE(server_error) << "it waits";
  open[0].choose(live_server());
  expect_handshakes();
  EXPECT_EQ(open.size(), 1u) << "asked once";
}

TEST_F(AsioQuestions, ConfigurationIsChosenAtOnce) {
  connect(client_connection(), *Connection::server_asking(system_now()));
  server->on_question([](const Question&, Answer answer) { answer.choose(live_server()); });
  expect_handshakes();
}

TEST_F(AsioQuestions, SigningIsAnsweredLater) {
  ServerSettings settings;
  settings.credentials = {*Credential::external(as_bytes(Live::get().chain))};
  connect(client_connection(), server_connection(ServerConfig::make(settings).value()));
  server->on_question([this](const Question& question, Answer answer) {
    EXPECT_TRUE(std::holds_alternative<SignatureQuestion>(question));
    open.push_back(std::move(answer));
  });
  settle();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_FALSE(client_error) << "it waits";
  // No key is at hand here; that the client sees a wrong signature proves that the answer arrived.
  open[0].sign(pattern(70));
  settle();
  ASSERT_TRUE(client_error);
  EXPECT_EQ(*client_error, ErrorCode::bad_signature) << client_error->message();
}

TEST_F(AsioQuestions, VerificationIsAnsweredLater) {
  ClientSettings settings = live_client_settings();
  settings.verification = PeerVerification::ask;
  connect(client_connection(ClientConfig::make(settings).value()), server_connection());
  client->on_question([this](const Question& question, Answer answer) {
    EXPECT_TRUE(std::holds_alternative<VerificationQuestion>(question));
    open.push_back(std::move(answer));
  });
  settle();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_FALSE(client_error) << "it waits";
  open[0].verify(true);
  expect_handshakes();
}

// ---- what stores answer later

ExternalPsk device_key() {
  ExternalPsk psk;
  psk.identity = to_octets(as_bytes("device"));
  psk.key.assign(32, 7);
  psk.max_early_data_size = 100;
  return psk;
}
ClientSettings device_settings() {
  ClientSettings settings = live_client_settings();
  settings.external_psks = {std::make_shared<const ExternalPsk>(device_key())};
  return settings;
}

TEST_F(AsioQuestions, APskIsFoundLater) {
  ServerSettings settings = live_server_settings();
  const auto store = std::make_shared<TestPskStore>();
  store->later = true;
  settings.external_psks = store;
  connect(client_connection(ClientConfig::make(device_settings()).value()),
          server_connection(ServerConfig::make(settings).value()));
  server->on_question([this](const Question& question, Answer answer) {
    EXPECT_TRUE(std::holds_alternative<PskQuestion>(question));
    open.push_back(std::move(answer));
  });
  settle();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_FALSE(client_error) << "it waits";
  open[0].psk(device_key());
  expect_handshakes();
  EXPECT_EQ(server->take_summary()->external_psk_identity, device_key().identity);
}

TEST_F(AsioQuestions, SessionsOfBothSidesAreFoundLater) {
  const auto ours = std::make_shared<TestClientStore>();
  const auto theirs = std::make_shared<TestServerStore>();
  ClientSettings client_settings = live_client_settings();
  client_settings.session_store = ours;
  ServerSettings server_settings = live_server_settings();
  server_settings.session_store = theirs;
  const auto client_config = ClientConfig::make(client_settings).value();
  const auto server_config = ServerConfig::make(server_settings).value();
  connect(client_connection(client_config), server_connection(server_config));
  expect_handshakes();
  // The tickets come before the first data.
  std::array<char, 8> room{};
  server->async_write_some(net::buffer("hello", 5), [](std::error_code, std::size_t) {});
  client->async_read_some(net::buffer(room), [](std::error_code, std::size_t) {});
  settle();
  ASSERT_FALSE(ours->sessions.empty());

  Session session = std::move(ours->sessions.back());
  const Octets id = session.ticket;
  ours->later = theirs->later = true;
  client_error.reset();
  server_error.reset();
  join(client_connection(client_config), server_connection(server_config));
  const auto keep = [this](const Question& /*question*/, Answer answer) {
    open.push_back(std::move(answer));
  };
  client->on_question(keep);
  server->on_question(keep);
  start();
  settle();
  ASSERT_EQ(open.size(), 1u) << "the client's question";
  open[0].session(std::move(session));
  settle();
  ASSERT_EQ(open.size(), 2u) << "and the server's";
  EXPECT_FALSE(client_error) << "it waits";
  open[1].session(theirs->sessions.at(id).clone());
  expect_handshakes();
  EXPECT_TRUE(client->take_summary()->resumed);
}

// A register that somebody else keeps.
class DistantGuard final : public ReplayGuard {
 public:
  [[nodiscard]] RegisterId register_id() const noexcept override { return {1}; }
  Reply<EarlyDataVerdict> check(const EarlyDataClaim& /*claim*/, Time /*now*/) override { return Later{}; }
};

TEST_F(AsioQuestions, EarlyDataIsJudgedLater) {
  for (const bool accepted : {true, false}) {
    client_error = server_error = std::nullopt;
    open.clear();
    ClientSettings asking = device_settings();
    asking.early_data = true;
    ServerSettings settings = live_server_settings();
    const auto store = std::make_shared<TestPskStore>();
    store->add(device_key());
    settings.external_psks = store;
    settings.max_early_data_size = 100;
    settings.replay_guard = std::make_shared<DistantGuard>();
    connect(client_connection(ClientConfig::make(asking).value()),
            server_connection(ServerConfig::make(settings).value()));
    server->on_question([this](const Question& question, Answer answer) {
      EXPECT_TRUE(std::holds_alternative<EarlyDataQuestion>(question));
      open.push_back(std::move(answer));
    });
    settle();
    ASSERT_EQ(open.size(), 1u);
    EXPECT_FALSE(client_error) << "it waits";
    open[0].early_data(accepted ? EarlyDataVerdict::accepted : EarlyDataVerdict::replayed);
    expect_handshakes();
    EXPECT_EQ(client->take_summary()->early_data, accepted ? EarlyData::accepted : EarlyData::rejected);
  }
}

TEST_F(AsioQuestions, AVerdictAgainstThePeerEndsTheHandshake) {
  ClientSettings settings = live_client_settings();
  settings.verification = PeerVerification::ask;
  connect(client_connection(ClientConfig::make(settings).value()), server_connection());
  client->on_question([](const Question&, Answer answer) { answer.verify(false); });
  settle();
  ASSERT_TRUE(client_error && server_error);
  EXPECT_TRUE(*client_error);
  EXPECT_EQ(*server_error, ErrorCode::peer_refused_certificate) << server_error->message();
}

TEST_F(AsioQuestions, AnAnswerThatDiesRefuses) {
  ask_configuration();
  settle();
  ASSERT_EQ(open.size(), 1u);
  open.clear();
  settle();
  ASSERT_TRUE(client_error && server_error);
  EXPECT_EQ(*server_error, ErrorCode::refused_by_application);
  EXPECT_EQ(*client_error, ErrorCode::peer_alert);
  EXPECT_EQ(client->error()->alert, AlertDescription::internal_error);
}

TEST_F(AsioQuestions, WithoutAHookEveryQuestionIsRefused) {
  connect(client_connection(), *Connection::server_asking(system_now()));
  settle();
  ASSERT_TRUE(client_error && server_error);
  EXPECT_EQ(*server_error, ErrorCode::refused_by_application);
}

TEST_F(AsioQuestions, RefusesWithTheAlertThatIsAsked) {
  ask_configuration();
  settle();
  open.at(0).refuse(AlertDescription::unrecognized_name);
  settle();
  ASSERT_TRUE(client_error);
  EXPECT_EQ(client->error()->alert, AlertDescription::unrecognized_name);
}

TEST_F(AsioQuestions, PassesTheOctetsOn) {
  ask_configuration();
  settle();
  const Octets octets = open.at(0).pass();
  settle();
  ASSERT_TRUE(server_error);
  EXPECT_EQ(*server_error, ErrorCode::closed);
  // They are a whole ClientHello, which another server goes on with on the same socket.
  BufferedConnection elsewhere(server_connection());
  copy(octets, elsewhere.input());
  elsewhere.received(octets.size());
  ASSERT_TRUE(elsewhere.advance(system_now()));
  const Octets flight = to_octets(elsewhere.output());
  ASSERT_FALSE(flight.empty());
  EXPECT_EQ(server->next_layer().send(net::buffer(flight)), flight.size());
  settle();
  ASSERT_TRUE(client_error);
  EXPECT_FALSE(*client_error) << client_error->message();
}

TEST_F(AsioQuestions, LateAndRepeatedAnswersDoNothing) {
  ask_configuration();
  settle();
  Answer answer = std::move(open.at(0));
  open.clear();
  answer.choose(live_server());
  answer.refuse(AlertDescription::internal_error);
  answer.choose(live_server());
  expect_handshakes();
  Answer late = std::move(answer);
  client.reset();
  server.reset();
  late.refuse(AlertDescription::internal_error);
}

TEST_F(AsioQuestions, AnAnswerOutlivesItsStream) {
  ask_configuration();
  settle();
  ASSERT_EQ(open.size(), 1u);
  server->next_layer().close();
  settle();
  EXPECT_FALSE(server_error) << "an answer is waited for, not the socket";
  cancel.emit(net::cancellation_type::terminal);
  settle();
  ASSERT_TRUE(server_error);
  EXPECT_EQ(*server_error, net::error::operation_aborted);
  server.reset();
  open[0].choose(live_server());
}

TEST_F(AsioQuestions, AHandshakeThatWasCancelledAsksAgain) {
  ask_configuration();
  settle();
  cancel.emit(net::cancellation_type::terminal);
  settle();
  EXPECT_EQ(*server_error, net::error::operation_aborted);
  start_server();
  settle();
  ASSERT_EQ(open.size(), 2u);
  open[0].refuse(AlertDescription::internal_error);  // the first Answer is void
  open[1].choose(live_server());
  expect_handshakes();
}

}  // namespace
}  // namespace handfast::test
