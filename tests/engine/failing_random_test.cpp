// A random source that fails: at whichever draw it does, that end says so, and nothing goes on with less.
#include <gtest/gtest.h>

#include "support/pair.hpp"

namespace handfast::test {
namespace {

// The system's, until it has given so many draws.
class FailingSource final : public RandomSource {
 public:
  explicit FailingSource(int draws) : left_(draws) {}
  Result<> fill(MutableBytes output) noexcept override {
    if (left_ == 0) {
      failed = true;
      return fail_here();
    }
    --left_;
    return system_random().fill(output);
  }
  bool failed = false;

 private:
  static Result<> fail_here() { return ::handfast::fail(ErrorCode::random_failed); }
  int left_;
};

struct Case {
  std::string name;
  Role role;
  std::function<void(ClientSettings&, ServerSettings&)> change;
  bool records_draw = false;  // CBC: an alert under keys has an IV of its own, so that none can be sent
};
std::ostream& operator<<(std::ostream& out, const Case& each) { return out << each.name; }

// Signing with RSA draws a salt; a client that shows a certificate signs, too.
void use_rsa(ClientSettings& client, ServerSettings& server) {
  server.credentials = {rsa_credential()};
  server.trust = authority().trust();
  server.client_authentication = ClientAuthentication::require;
  client.credentials = {rsa_credential()};
}
void use_tls12(ClientSettings& client, ServerSettings& server) {
  use_rsa(client, server);
  client.policy.max_version = ProtocolVersion::tls12;
}
// RSA key transport and CBC: the pre-master secret, its padding and each record's IV are drawn.
void use_classic(ClientSettings& client, ServerSettings& server) {
  use_tls12(client, server);
  client.policy = server.policy = policies::classic;
  client.policy.max_version = ProtocolVersion::tls12;
  client.policy.cipher_suites = {CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA};
}

class FailingRandom : public testing::TestWithParam<Case> {};

TEST_P(FailingRandom, EndsTheHandshakeAtEachDraw) {
  const bool client_fails = GetParam().role == Role::client;
  int draws = 0;
  for (;; ++draws) {
    ASSERT_LT(draws, 100);
    ClientSettings client = client_settings();
    ServerSettings server = server_settings();
    server.cookie_key.fill(1);  // so that making the configuration draws nothing
    GetParam().change(client, server);
    FailingSource source(draws);
    (client_fails ? client.random : server.random) = &source;
    const auto client_config = make(client);
    const auto server_config = make(server);
    auto client_end = Connection::client(client_config, *ServerName::parse("localhost"), now);
    auto server_end = Connection::server(server_config, now);
    ASSERT_TRUE(server_end);
    if (!client_end) {
      ASSERT_TRUE(client_fails && source.failed);
      EXPECT_EQ(client_end.error().code, ErrorCode::random_failed);
      continue;
    }
    Pair pair(std::move(*client_end), std::move(*server_end));
    pair.run();
    if (!source.failed) {
      EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
      break;
    }
    const End& failing = client_fails ? pair.client : pair.server;
    const End& other = client_fails ? pair.server : pair.client;
    EXPECT_FALSE(failing.connection.handshake_done()) << "draw " << draws;
    ASSERT_TRUE(failing.error) << "draw " << draws;
    EXPECT_EQ(failing.error->code, ErrorCode::random_failed) << "draw " << draws;
    EXPECT_FALSE(other.connection.handshake_done()) << "draw " << draws;
    if (!other.error && GetParam().records_draw) continue;
    ASSERT_TRUE(other.error) << "draw " << draws;
    EXPECT_EQ(other.error->code, ErrorCode::peer_alert) << "draw " << draws;
    EXPECT_EQ(other.error->alert, AlertDescription::internal_error) << "draw " << draws;
  }
  EXPECT_GE(draws, 2);
}

INSTANTIATE_TEST_SUITE_P(Handshakes, FailingRandom,
                         testing::Values(Case{"Client13", Role::client, use_rsa},
                                         Case{"Server13", Role::server, use_rsa},
                                         Case{"Client12", Role::client, use_tls12},
                                         Case{"Server12", Role::server, use_tls12},
                                         Case{"ClientClassic", Role::client, use_classic, true},
                                         Case{"ServerClassic", Role::server, use_classic, true}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace handfast::test
