// Sessions as values and as octets.
#include "session/sessions.hpp"

namespace handfast::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Session, ComesBackFromItsOctetsWhole) {
  for (const Session& session : {full_session(), plain_session()}) {
    const auto encoded = session.encode();
    ASSERT_TRUE(encoded);
    const auto decoded = Session::decode(*encoded);
    ASSERT_TRUE(decoded) << describe(decoded.error());
    expect_equal(session, *decoded);
    EXPECT_EQ(*decoded->encode(), *encoded);
  }
}

// What stands for a chain: a raw public key, or the external PSK that needs none.
TEST(Session, ComesBackWithWhatStandsForAChain) {
  Session key = plain_session();
  key.peer_public_key = {0x30, 0x05};
  Session psk = plain_session();
  psk.external_psk_identity = to_octets(as_bytes("device 7"));
  psk.external_psk_check = Octets(32, 9);
  for (const Session* session : {&key, &psk}) {
    const auto decoded = Session::decode(*session->encode());
    ASSERT_TRUE(decoded) << describe(decoded.error());
    expect_equal(*session, *decoded);
    expect_equal(*session, session->clone());
  }
  // Nobody proves itself in two ways, and not beside a chain.
  SecretOctets both = *psk.encode();
  constexpr std::size_t flags_at = 1 + 2 + 2 + 1 + 32;
  ASSERT_EQ(both[flags_at], 32);
  both[flags_at] = 32 | 16;
  EXPECT_FALSE(Session::decode(both));
  SecretOctets chain = *full_session().encode();
  ASSERT_EQ(chain[flags_at + 16] & 48, 0);
  chain[flags_at + 16] |= 32 | 16;
  EXPECT_FALSE(Session::decode(chain));
  Session one = full_session();
  one.peer_chain.resize(1);
  SecretOctets alone = *one.encode();
  alone[flags_at + 16] |= 32;  // an identity without its check
  EXPECT_FALSE(Session::decode(alone));
}

TEST(Session, CloneHasEverything) {
  const Session session = full_session();
  expect_equal(session, session.clone());
}

TEST(Session, RefusesOctetsThatAreCutOrGoOn) {
  const auto encoded = full_session().encode();
  ASSERT_TRUE(encoded);
  for (std::size_t size = 0; size < encoded->size(); ++size) {
    const auto decoded = Session::decode(Bytes(*encoded).first(size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code, ErrorCode::stored_state_malformed);
  }
  SecretOctets longer = *encoded;
  longer.push_back(0);
  EXPECT_FALSE(Session::decode(longer));
}

// Whatever is accepted has one encoding: two octets strings are never the same session.
TEST(Session, ChangedOctetsAreRefusedOrAnotherSession) {
  const auto encoded = full_session().encode();
  ASSERT_TRUE(encoded);
  for (std::size_t i = 0; i < encoded->size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      SecretOctets changed = *encoded;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1U << bit));
      if (const auto decoded = Session::decode(changed)) { EXPECT_EQ(*decoded->encode(), changed) << i; }
    }
  }
}

TEST(Session, RefusesAnotherFormatAndOtherVersions) {
  SecretOctets encoded = *plain_session().encode();
  encoded[0] = 2;
  const auto other_format = Session::decode(encoded);
  ASSERT_FALSE(other_format);
  EXPECT_STREQ(other_format.error().field, "format");
  encoded = *plain_session().encode();
  encoded[2] = 0x05;
  EXPECT_FALSE(Session::decode(encoded));
}

TEST(Session, SecretHasTheLengthOfItsVersion) {
  Session session = plain_session();
  session.secret = counting_secret(0, 40);
  EXPECT_FALSE(Session::decode(*session.encode()));
  session.secret = counting_secret(0, 32);
  session.version = ProtocolVersion::tls12;
  EXPECT_FALSE(Session::decode(*session.encode()));
  session.secret = counting_secret(0, 48);
  EXPECT_TRUE(Session::decode(*session.encode()));
  session.secret = counting_secret(0, 16);
  EXPECT_FALSE(session.encode());
}

TEST(Session, DoesNotEncodeWhatHasNoRoom) {
  const auto code = [](const Session& session) { return session.encode().error().code; };
  Session session = plain_session();
  session.lifetime = Session::longest_lifetime + seconds(1);
  EXPECT_EQ(code(session), ErrorCode::invalid_argument);
  session = plain_session();
  session.server_name = std::string(256, 'a');
  EXPECT_EQ(code(session), ErrorCode::invalid_argument);
  session = plain_session();
  session.issued = Time(milliseconds(-1));
  EXPECT_EQ(code(session), ErrorCode::invalid_argument);
  session = plain_session();
  session.issued = Time(milliseconds(std::int64_t{1} << 48));
  EXPECT_EQ(code(session), ErrorCode::invalid_argument);
  session = plain_session();
  session.peer_chain = {Octets()};
  EXPECT_EQ(code(session), ErrorCode::invalid_argument);
}

TEST(Session, HasAHundredCertificatesAtMost) {
  Session session = plain_session();
  session.peer_chain.assign(100, {0x30, 0x00});
  const auto encoded = session.encode();
  ASSERT_TRUE(encoded);
  EXPECT_EQ(Session::decode(*encoded)->peer_chain.size(), 100U);
  session.peer_chain.push_back({0x30, 0x00});
  EXPECT_EQ(session.encode().error().code, ErrorCode::invalid_argument);
  // Octets that say so all the same: one more, and the length of the list says so.
  SecretOctets more = *encoded;
  const Octets list = {0x00, 0x01, 0xf4, 0x00, 0x00, 0x02, 0x30, 0x00};  // 500 octets, and the first of them
  const auto at = std::search(more.begin(), more.end(), list.begin(), list.end());
  ASSERT_NE(at, more.end());
  const auto position = at - more.begin();
  more.insert(at + 3, {0x00, 0x00, 0x02, 0x30, 0x00});
  more[static_cast<std::size_t>(position) + 2] = 0xf9;
  EXPECT_EQ(Session::decode(more).error().code, ErrorCode::stored_state_malformed);
}

TEST(Session, LivesFromItsIssueToTheEndOfItsLifetime) {
  Session session = plain_session();
  session.issued = noon;
  session.lifetime = seconds(100);
  EXPECT_TRUE(session.is_alive(noon));
  EXPECT_TRUE(session.is_alive(noon + seconds(100) - milliseconds(1)));
  EXPECT_FALSE(session.is_alive(noon + seconds(100)));
  EXPECT_TRUE(session.is_alive(noon - Session::clock_tolerance));
  EXPECT_FALSE(session.is_alive(noon - Session::clock_tolerance - milliseconds(1)));
}

TEST(Session, LivesSevenDaysAtMostHoweverItWasMade) {
  Session session = plain_session();
  session.lifetime = 2 * Session::longest_lifetime;
  EXPECT_TRUE(session.is_alive(noon + Session::longest_lifetime - seconds(1)));
  EXPECT_FALSE(session.is_alive(noon + Session::longest_lifetime));
  // One that descends from a handshake of long ago.
  session.lifetime = seconds(7200);
  session.authenticated = noon - Session::longest_lifetime;
  EXPECT_FALSE(session.is_alive(noon));
}

}  // namespace
}  // namespace handfast::test
