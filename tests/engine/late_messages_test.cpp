// What a peer says after the handshake under right keys, though it must not: each with its alert.
#include <gtest/gtest.h>

#include "support/forger.hpp"

namespace handfast::test {
namespace {

struct Late {
  std::string name;
  ProtocolVersion version;
  Role victim;
  ContentType type;
  Octets content;
  AlertDescription alert;
};
std::ostream& operator<<(std::ostream& out, const Late& late) { return out << late.name; }

std::vector<Late> late_messages() {
  using A = AlertDescription;
  using enum ContentType;
  constexpr auto tls13 = ProtocolVersion::tls13;
  constexpr auto tls12 = ProtocolVersion::tls12;
  const Octets hello = {1, 0, 0, 4, 3, 3, 0, 0};
  const Octets finished12 = {20, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  return {
      // RFC 8446 §4.1.2: nothing is renegotiated [8446:4.1.2#3].
      {"ClientHelloToAServerOfTls13", tls13, Role::server, handshake, hello, A::unexpected_message},
      // RFC 8446 §4.6.2: post_handshake_auth was not offered [8446:4.6.2#5].
      {"CertificateRequest", tls13, Role::client, handshake, {13, 0, 0, 3, 0, 0, 0}, A::unexpected_message},
      // RFC 8446 §4.5 [8446:4.5#3].
      {"EndOfEarlyDataToAClient", tls13, Role::client, handshake, {5, 0, 0, 0}, A::unexpected_message},
      {"TicketToAServer", tls13, Role::server, handshake, {4, 0, 0, 0}, A::unexpected_message},
      // RFC 8446 §4.6.3 [8446:4.6.3#3].
      {"KeyUpdateOfAnotherValue", tls13, Role::client, handshake, {24, 0, 0, 1, 2}, A::illegal_parameter},
      {"KeyUpdateTooLong", tls13, Role::client, handshake, {24, 0, 0, 2, 0, 0}, A::decode_error},
      {"KeyUpdateOfTls12", tls12, Role::client, handshake, {24, 0, 0, 1, 0}, A::unexpected_message},
      // RFC 8446 §5 [8446:5#2,3].
      {"ProtectedChangeCipherSpec", tls13, Role::client, change_cipher_spec, {1}, A::unexpected_message},
      {"SecondChangeCipherSpecOfTls12", tls12, Role::client, change_cipher_spec, {1}, A::unexpected_message},
      {"SecondFinishedOfTls12", tls12, Role::client, handshake, finished12, A::unexpected_message},
      {"SecondFinishedToAServerOfTls12", tls12, Role::server, handshake, finished12, A::unexpected_message},
      {"ServerHelloDoneOfTls12", tls12, Role::client, handshake, {14, 0, 0, 0}, A::unexpected_message},
  };
}

class LateMessages : public testing::TestWithParam<Late> {};
TEST_P(LateMessages, AreRefused) {
  const Late& late = GetParam();
  Forger forger(late.version, late.victim);
  forger.say(late.type, late.content);
  ASSERT_TRUE(forger.victim().error);
  EXPECT_EQ(forger.victim().error->alert, late.alert) << failure(forger.victim());
  EXPECT_FALSE(forger.victim().transmit().empty()) << "the alert";
}
INSTANTIATE_TEST_SUITE_P(Peers, LateMessages, testing::ValuesIn(late_messages()),
                         [](const auto& test) { return test.param.name; });

// RFC 8446 §6, §6.2: whatever its level and whether or not it is known [8446:6#3,4].
TEST(LateAlerts, EndTls13WhateverTheirLevel) {
  for (const std::uint8_t level : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{77}}) {
    for (const std::uint8_t description :
         {std::uint8_t{20}, std::uint8_t{40}, std::uint8_t{100}, std::uint8_t{233}}) {
      Forger forger(ProtocolVersion::tls13, Role::client);
      const std::array<std::uint8_t, 2> alert = {level, description};
      forger.say(ContentType::alert, alert);
      ASSERT_TRUE(forger.victim().error) << int{level} << ' ' << int{description};
      EXPECT_EQ(forger.victim().error->code, ErrorCode::peer_alert);
      EXPECT_TRUE(forger.victim().transmit().empty()) << "an alert is not answered";
    }
  }
}

}  // namespace
}  // namespace handfast::test
