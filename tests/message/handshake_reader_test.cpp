// Handshake messages put together from records.
#include "message/handshake_reader.hpp"

#include "record/keys.hpp"

namespace handfast::message {
namespace {

using record::code_of;
using record::counting;

static_assert(sizeof(HandshakeReader) <= 48);

Octets message(HandshakeType type, std::size_t size) {
  Octets octets{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(size >> 16),
                static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  const Octets body = counting(size, static_cast<std::uint8_t>(type));
  octets.insert(octets.end(), body.begin(), body.end());
  return octets;
}

void expect_next(HandshakeReader& reader, HandshakeType type, std::size_t size) {
  const auto next = reader.next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->type, type);
  EXPECT_TRUE(equal(next->whole, message(type, size)));
  EXPECT_EQ(next->body().size(), size);
}

using enum HandshakeType;

TEST(HandshakeReader, TakesSeveralMessagesFromOneRecord) {
  HandshakeReader reader;
  Octets record = message(encrypted_extensions, 2);
  for (const Octets& more : {message(certificate, 500), message(server_hello_done, 0), message(finished, 32)})
    record.insert(record.end(), more.begin(), more.end());
  ASSERT_TRUE(reader.add(record));
  EXPECT_EQ(reader.pending(), record.size());
  expect_next(reader, encrypted_extensions, 2);
  EXPECT_EQ(code_of(reader.check_key_change()), ErrorCode::excess_handshake_data);
  expect_next(reader, certificate, 500);
  expect_next(reader, server_hello_done, 0);
  expect_next(reader, finished, 32);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.pending(), 0U);
  EXPECT_TRUE(reader.check_key_change());
}

TEST(HandshakeReader, PutsAMessageTogetherFromSingleOctets) {
  HandshakeReader reader;
  for (int round = 0; round < 3; ++round) {
    const Octets whole = message(client_hello, 300);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_FALSE(reader.next());
      ASSERT_TRUE(reader.add(Bytes(whole).subspan(i, 1)));
    }
    expect_next(reader, client_hello, 300);
  }
}

TEST(HandshakeReader, TakesMessagesThatEndAndBeginInsideRecords) {
  Octets stream;
  const std::size_t sizes[] = {0, 1, 200, 3, 16384, 0, 70};
  for (const std::size_t size : sizes) {
    const Octets next = message(certificate, size);
    stream.insert(stream.end(), next.begin(), next.end());
  }
  for (const std::size_t cut : {1U, 3U, 4U, 5U, 7U, 100U, 1000U, 16384U}) {
    HandshakeReader reader;
    std::size_t seen = 0;
    for (std::size_t at = 0; at < stream.size(); at += cut) {
      ASSERT_TRUE(reader.add(Bytes(stream).subspan(at, std::min(cut, stream.size() - at))));
      while (const auto next = reader.next()) {
        ASSERT_LT(seen, std::size(sizes));
        EXPECT_TRUE(equal(next->whole, message(certificate, sizes[seen])));
        ++seen;
      }
    }
    EXPECT_EQ(seen, std::size(sizes)) << cut;
    EXPECT_EQ(reader.pending(), 0U);
  }
}

TEST(HandshakeReader, RefusesTooLargeMessagesByTheirHeader) {
  const MessageLimits limits{.large = 2000, .other = 100};
  const struct {
    HandshakeType type;
    std::size_t limit;
  } bounds[] = {{certificate, 2000},
                {compressed_certificate, 2000},
                {client_hello, 2000},
                {certificate_request, 2000},
                {certificate_status, 2000},
                {finished, 100},
                {new_session_ticket, 100},
                {server_hello, 100},
                {static_cast<HandshakeType>(99), 100}};
  for (const auto& [type, limit] : bounds) {
    HandshakeReader reader(limits);
    ASSERT_TRUE(reader.add(message(type, limit)));
    EXPECT_TRUE(reader.next());
    const auto result = reader.add(Bytes(message(type, limit + 1)).first(4));
    EXPECT_EQ(code_of(result), ErrorCode::message_too_large);
    EXPECT_EQ(result.error().message, type);
    EXPECT_EQ(result.error().alert, AlertDescription::illegal_parameter);
  }
}

TEST(HandshakeReader, NoticesTheTooLargeMessageBehindOthers) {
  HandshakeReader reader;
  Octets record = message(finished, 10);
  const Octets huge = Octets{11, 0xff, 0xff, 0xff};
  record.insert(record.end(), huge.begin(), huge.end());
  EXPECT_EQ(code_of(reader.add(record)), ErrorCode::message_too_large);
}

TEST(HandshakeReader, DefaultsAllowLargeCertificatesOnly) {
  HandshakeReader reader;
  EXPECT_TRUE(reader.add(Octets{11, 0x01, 0x00, 0x00}));
  HandshakeReader other;
  EXPECT_EQ(code_of(other.add(Octets{11, 0x01, 0x00, 0x01})), ErrorCode::message_too_large);
  HandshakeReader third;
  EXPECT_TRUE(third.add(Octets{2, 0x00, 0x40, 0x00}));
  HandshakeReader fourth;
  EXPECT_EQ(code_of(fourth.add(Octets{2, 0x00, 0x40, 0x01})), ErrorCode::message_too_large);
}

// [8446:5.1#4] [8446:5.1#5]
TEST(HandshakeReader, KeysMayNotChangeInsideAMessage) {
  HandshakeReader reader;
  EXPECT_TRUE(reader.check_key_change());
  const Octets whole = message(server_hello, 10);
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    ASSERT_TRUE(reader.add(Bytes(whole).subspan(i, 1)));
    const auto result = reader.check_key_change();
    EXPECT_EQ(code_of(result), ErrorCode::excess_handshake_data);
    EXPECT_EQ(result.error().alert, AlertDescription::unexpected_message);
  }
  ASSERT_TRUE(reader.add(Bytes(whole).last(1)));
  expect_next(reader, server_hello, 10);
  EXPECT_TRUE(reader.check_key_change());
}

// [8446:5.1#2] [8446:5.1#3]
TEST(HandshakeReader, OtherRecordsMayNotStandInsideAMessage) {
  HandshakeReader reader;
  EXPECT_TRUE(reader.check_interleaving());
  ASSERT_TRUE(reader.add(Bytes(message(certificate, 10)).first(6)));
  EXPECT_FALSE(reader.next());
  const auto result = reader.check_interleaving();
  EXPECT_EQ(code_of(result), ErrorCode::unexpected_record);
  EXPECT_EQ(result.error().alert, AlertDescription::unexpected_message);
  ASSERT_TRUE(reader.add(Bytes(message(certificate, 10)).subspan(6)));
  expect_next(reader, certificate, 10);
  EXPECT_TRUE(reader.check_interleaving());
}

TEST(HandshakeReader, ReleaseKeepsWhatIsPending) {
  HandshakeReader reader;
  ASSERT_TRUE(reader.add(Bytes(message(certificate, 10)).first(6)));
  reader.release();
  ASSERT_TRUE(reader.add(Bytes(message(certificate, 10)).subspan(6)));
  expect_next(reader, certificate, 10);
  reader.release();
  EXPECT_FALSE(reader.next());
  ASSERT_TRUE(reader.add(message(finished, 5)));
  expect_next(reader, finished, 5);
}

}  // namespace
}  // namespace handfast::message
