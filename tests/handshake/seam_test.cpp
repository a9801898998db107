// The seam below the handshake: whole messages at levels, secrets installed per direction, no records. What a
// QUIC engine would see.
#include <gtest/gtest.h>

#include "support/message_pair.hpp"

namespace handfast::test {
namespace {

using handshake::Direction;
using handshake::Level;

// [8446:4.1.2#1] [8446:4.3.1#1] [8446:4.4.2#1] [8446:4.4.3#1,3] [8446:4.4.4#2]
TEST(Seam, MessagesTravelAtTheirLevels) {
  MessagePair pair(client_settings(), server_settings());
  std::vector<std::pair<HandshakeType, Level>> down;
  std::vector<std::pair<HandshakeType, Level>> up;
  pair.to_client = [&](MessageEnd::Message& message) {
    down.emplace_back(message.type(), message.level);
    return true;
  };
  pair.to_server = [&](MessageEnd::Message& message) {
    up.emplace_back(message.type(), message.level);
    return true;
  };
  pair.run();
  ASSERT_TRUE(pair.client.done()) << describe(pair.client.error());
  ASSERT_TRUE(pair.server.done()) << describe(pair.server.error());
  using Expected = std::vector<std::pair<HandshakeType, Level>>;
  EXPECT_EQ(down, (Expected{{HandshakeType::server_hello, Level::initial},
                            {HandshakeType::encrypted_extensions, Level::handshake},
                            {HandshakeType::certificate, Level::handshake},
                            {HandshakeType::certificate_verify, Level::handshake},
                            {HandshakeType::finished, Level::handshake}}));
  EXPECT_EQ(up, (Expected{{HandshakeType::client_hello, Level::initial},
                          {HandshakeType::finished, Level::handshake}}));
}

TEST(Seam, BothEndsInstallTheSameSecrets) {
  MessagePair pair(client_settings(), server_settings());
  pair.run();
  ASSERT_EQ(pair.client.installed.size(), 4U);
  ASSERT_EQ(pair.server.installed.size(), 4U);
  for (const MessageEnd::Installed& ours : pair.client.installed) {
    int matches = 0;
    for (const MessageEnd::Installed& theirs : pair.server.installed) {
      if (theirs.level != ours.level || theirs.direction == ours.direction) continue;
      EXPECT_EQ(theirs.secret, ours.secret);
      ++matches;
    }
    EXPECT_EQ(matches, 1);
  }
}

// [8446:5.1#4,5,6]
TEST(Seam, OctetsLeftOverAtAKeyChangeAreRefused) {  // RFC 8446 §5.1
  MessagePair pair(client_settings(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::server_hello) message.octets.push_back(8);
    return true;
  };
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::excess_handshake_data);
  EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message);
}

}  // namespace
}  // namespace handfast::test
