// Records found, checked and opened.
#include "record/reader.hpp"

#include "record/keys.hpp"

namespace handfast::record {
namespace {

using enum ContentType;
using Kind = Record::Kind;

static_assert(sizeof(RecordReader) <= 120, "a connection keeps one of these for its life");

const Octets client_hello = test::from_hex("01000000");

// Both results of one call: what the reader said, and the octets that it worked on.
class Reader : public testing::Test {
 public:
  Result<Record> read(Octets octets) {
    input = std::move(octets);
    return reader.read(input);
  }
  // Something must have come before, or the first octets are looked at differently.
  void read_hello() { ASSERT_TRUE(read(plain(handshake, client_hello))); }

  RecordReader reader;
  Octets input;
};

TEST_F(Reader, WaitsForTheHeaderThenForTheWholeRecord) {
  const Octets record = plain(handshake, counting(300));
  for (std::size_t size = 0; size < record.size(); ++size) {
    const auto result = read({record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size)});
    ASSERT_TRUE(result) << size;
    EXPECT_EQ(result->kind, Kind::incomplete);
    EXPECT_EQ(result->size, size < header_size ? header_size : record.size());
  }
  Octets more = record;
  more.push_back(22);  // the next record begins
  const auto result = read(more);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, Kind::whole);
  EXPECT_EQ(result->type, handshake);
  EXPECT_FALSE(result->is_protected);
  EXPECT_EQ(result->size, record.size());
  EXPECT_TRUE(equal(result->content, counting(300)));
  EXPECT_EQ(result->content.data(), input.data() + header_size);
}

// [8446:5.1#11] [8446:D#1] [8446:D.2#3] [5246:E.1#4]
TEST_F(Reader, IgnoresTheRecordVersion) {
  for (const int version : {0x0000, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x03ff, 0x7f1c, 0xffff}) {
    RecordReader fresh;
    Octets record = plain(handshake, client_hello, static_cast<std::uint16_t>(version));
    EXPECT_TRUE(fresh.read(record)) << version;
  }
  // Protected records too; but TLS 1.3 has the header in the authenticated octets, so it must be unchanged.
  read_hello();
  reader.install(make_key(ways[3]));
  RecordKey peer = make_key(ways[3]);
  Octets record = seal(peer, application_data, as_bytes("x"));
  record[2] = 0x01;
  EXPECT_TRUE(read(record));
}

// [8446:5.1#13] [5246:6.2.1#1]
TEST_F(Reader, RefusesTooLongPlaintextByItsHeader) {
  read_hello();
  Octets header(header_size);
  write_header({handshake, ProtocolVersion::tls12, max_plaintext}, header);
  const auto whole = read(header);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->size, header_size + max_plaintext);
  for (const std::size_t length : {max_plaintext + 1, std::size_t{0xffff}}) {
    write_header({handshake, ProtocolVersion::tls12, static_cast<std::uint16_t>(length)}, header);
    const auto refused = read(header);
    EXPECT_EQ(code_of(refused), ErrorCode::record_overflow);
    EXPECT_EQ(refused.error().alert, AlertDescription::record_overflow);
  }
}

// [8446:5.2#2] [8446:5.2#5] [5246:6.2.3#1]
TEST_F(Reader, RefusesTooLongCiphertextByItsHeader) {
  for (const Way& way : ways) {
    RecordReader fresh;
    fresh.install(make_key(way));
    const std::size_t most = way.version == ProtocolVersion::tls13 ? max_ciphertext : max_ciphertext12;
    Octets header(header_size);
    write_header({application_data, ProtocolVersion::tls12, static_cast<std::uint16_t>(most)}, header);
    EXPECT_TRUE(fresh.read(header));
    write_header({application_data, ProtocolVersion::tls12, static_cast<std::uint16_t>(most + 1)}, header);
    EXPECT_EQ(code_of(fresh.read(header)), ErrorCode::record_overflow);
  }
}

TEST_F(Reader, FirstOctetsOfAnotherProtocolSaySo) {
  EXPECT_EQ(code_of(read(to_octets(as_bytes("GET / HTTP/1.1\r\n")))), ErrorCode::not_tls);
  EXPECT_EQ(code_of(read(test::from_hex("802e010002"))), ErrorCode::unsupported_version);
  EXPECT_EQ(code_of(read(test::from_hex("0000000000"))), ErrorCode::not_tls);
}

// [8446:5#5] [5246:6#2]
TEST_F(Reader, RefusesUnknownContentTypesLater) {
  read_hello();
  for (int type = 0; type < 256; ++type) {
    const bool known = type >= 20 && type <= 23;
    RecordReader fresh;
    Octets hello = plain(handshake, client_hello);
    ASSERT_TRUE(fresh.read(hello));
    Octets record = plain(static_cast<ContentType>(type), Octets{1, 0});
    const auto result = fresh.read(record);
    if (known) continue;
    EXPECT_EQ(code_of(result), ErrorCode::unexpected_record) << type;
    EXPECT_EQ(result.error().alert, AlertDescription::unexpected_message);
  }
}

// [8446:5.1#15]
TEST_F(Reader, RefusesUnprotectedApplicationData) {
  EXPECT_EQ(code_of(read(plain(application_data, as_bytes("x")))), ErrorCode::unexpected_record);
}

// [8446:5.4#2] [8446:5.1#7]
TEST_F(Reader, RefusesEmptyHandshakeAndAlertRecords) {
  for (const ContentType type : {handshake, alert}) {
    const auto result = read(plain(type, {}));
    EXPECT_EQ(code_of(result), ErrorCode::unexpected_record);
    EXPECT_EQ(result.error().alert, AlertDescription::unexpected_message);
    for (const Way& way : ways) {
      RecordReader fresh;
      fresh.install(make_key(way));
      RecordKey peer = make_key(way);
      Octets record = seal(peer, type, {}, way.version == ProtocolVersion::tls13 ? 9 : 0);
      EXPECT_EQ(code_of(fresh.read(record)), ErrorCode::unexpected_record);
    }
  }
}

// [8446:5.1#8] [8446:5.1#9]
TEST_F(Reader, AnAlertIsOneWholeMessage) {
  EXPECT_TRUE(read(plain(alert, Octets{2, 40})));
  EXPECT_EQ(code_of(read(plain(alert, Octets{2}))), ErrorCode::truncated);
  EXPECT_EQ(code_of(read(plain(alert, Octets{1, 0, 1, 0}))), ErrorCode::trailing_data);
}

// [8446:5#1,2]
TEST_F(Reader, ChangeCipherSpecIsTheOctetOne) {
  const auto result = read(plain(change_cipher_spec, Octets{1}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->type, change_cipher_spec);
  for (const Octets& content : {Octets{}, Octets{0}, Octets{2}, Octets{1, 1}}) {
    const auto refused = read(plain(change_cipher_spec, content));
    EXPECT_EQ(code_of(refused), ErrorCode::unexpected_record);
    EXPECT_EQ(refused.error().alert, AlertDescription::unexpected_message);
  }
}

TEST_F(Reader, CountsRecordsThatBringNothing) {
  const Way way = ways[0];
  RecordKey peer = make_key(way);
  reader.install(make_key(way));
  reader.set_max_idle_records(3);
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(read(seal(peer, application_data, {})));
    EXPECT_TRUE(read(plain(change_cipher_spec, Octets{1})));
    EXPECT_TRUE(read(seal(peer, application_data, {}, 10)));
    EXPECT_TRUE(read(seal(peer, application_data, as_bytes("x"))));
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(read(seal(peer, application_data, {})));
  EXPECT_EQ(code_of(read(seal(peer, application_data, {}))), ErrorCode::too_many_empty_records);
}

TEST_F(Reader, AllowsAFewIdleRecordsByDefault) {
  for (int i = 0; i < 32; ++i) EXPECT_TRUE(read(plain(change_cipher_spec, Octets{1}))) << i;
  EXPECT_EQ(code_of(read(plain(change_cipher_spec, Octets{1}))), ErrorCode::too_many_empty_records);
}

class EachReader : public testing::TestWithParam<Way> {
 public:
  void SetUp() override { reader.install(make_key(GetParam())); }
  Result<Record> read(Octets octets) {
    input = std::move(octets);
    return reader.read(input);
  }
  [[nodiscard]] bool is13() const { return GetParam().version == ProtocolVersion::tls13; }

  RecordReader reader;
  RecordKey peer = make_key(GetParam());
  Octets input;
};
INSTANTIATE_TEST_SUITE_P(Ways, EachReader, testing::ValuesIn(ways),
                         [](const auto& way) { return name_of_way(way.param); });

TEST_P(EachReader, OpensRecordsOneAfterTheOther) {
  Octets stream;
  for (const std::size_t size : {1U, 100U, 16384U, 0U, 5U}) {
    const Octets record = seal(peer, application_data, counting(size));
    stream.insert(stream.end(), record.begin(), record.end());
  }
  MutableBytes rest = stream;
  for (const std::size_t size : {1U, 100U, 16384U, 0U, 5U}) {
    for (const std::size_t part : {std::size_t{3}, header_size, header_size + 10}) {
      const auto waiting = reader.read(rest.first(part));
      ASSERT_TRUE(waiting);
      EXPECT_EQ(waiting->kind, Kind::incomplete);
    }
    const auto record = reader.read(rest);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->kind, Kind::whole);
    EXPECT_TRUE(record->is_protected);
    EXPECT_EQ(record->type, application_data);
    EXPECT_TRUE(equal(record->content, counting(size)));
    rest = rest.subspan(record->size);
  }
  EXPECT_TRUE(rest.empty());
}

TEST_P(EachReader, KeepsOurRecordSizeLimit) {
  reader.set_record_size_limit(100);
  const std::size_t room = is13() ? 99 : 100;
  EXPECT_TRUE(read(seal(peer, application_data, counting(room))));
  EXPECT_EQ(code_of(read(seal(peer, application_data, counting(room + 1)))), ErrorCode::record_overflow);
}

TEST_P(EachReader, TakesUnknownInnerTypesAsUnexpected) {
  for (const int type : {1, 19, 24, 255}) {
    RecordReader fresh;
    fresh.install(make_key(GetParam()));
    RecordKey other = make_key(GetParam());
    Octets record = seal(other, static_cast<ContentType>(type), as_bytes("xy"));
    const ErrorCode code = code_of(fresh.read(record));
    // In TLS 1.2 the type stands outside, so these first octets look like no TLS at all.
    EXPECT_EQ(code, is13() ? ErrorCode::unexpected_record : ErrorCode::not_tls);
  }
}

TEST_P(EachReader, RefusesADamagedRecord) {
  Octets record = seal(peer, application_data, as_bytes("text"));
  record.back() ^= 1;
  const auto result = read(record);
  EXPECT_EQ(code_of(result), ErrorCode::bad_record_mac);
  EXPECT_EQ(result.error().alert, AlertDescription::bad_record_mac);
}

TEST_P(EachReader, RefusesARecordWithoutRoomForATag) {
  for (std::size_t size = 0; size < 16; ++size)
    EXPECT_EQ(code_of(read(plain(application_data, Octets(size)))), ErrorCode::bad_record_mac);
}

TEST_P(EachReader, RestsAndGoesOn) {
  EXPECT_TRUE(read(seal(peer, application_data, as_bytes("one"))));
  reader.rest();
  EXPECT_TRUE(read(seal(peer, application_data, as_bytes("two"))));
}

// TLS 1.2 has genuine change_cipher_spec records, which its handshake judges.
TEST_P(EachReader, ChangeCipherSpecUnderProtection) {
  const auto result = read(seal(peer, change_cipher_spec, Octets{1}));
  if (is13()) {
    EXPECT_EQ(code_of(result), ErrorCode::unexpected_record);  // [8446:5#1,2]
  } else {
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->is_protected);
    EXPECT_EQ(result->type, change_cipher_spec);
  }
}

TEST_P(EachReader, UnprotectedRecordsAfterKeys) {
  EXPECT_EQ(code_of(read(plain(handshake, client_hello))),
            is13() ? ErrorCode::unexpected_record : ErrorCode::bad_record_mac);
  if (!is13()) {
    EXPECT_EQ(code_of(read(plain(alert, Octets{2, 40}))), ErrorCode::bad_record_mac);
    EXPECT_EQ(code_of(read(plain(change_cipher_spec, Octets{1}))), ErrorCode::bad_record_mac);
    return;
  }
  // RFC 8446 §5: dropped by who knows whether it may come.
  auto result = read(plain(change_cipher_spec, Octets{1}));
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->is_protected);
  // A peer that could not make keys says so without; once it has spoken with keys, it always does.
  result = read(plain(alert, Octets{2, 40}));
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->is_protected);
  EXPECT_EQ(result->type, alert);
  EXPECT_TRUE(read(seal(peer, handshake, as_bytes("x"))));
  EXPECT_EQ(code_of(read(plain(alert, Octets{2, 40}))), ErrorCode::unexpected_record);
}

class SkippedEarlyData : public Reader {
 public:
  Octets early(std::size_t size) { return seal(early_key, application_data, counting(size)); }
  void expect_skipped(const Result<Record>& result) {
    ASSERT_TRUE(result);
    EXPECT_EQ(result->kind, Kind::skipped);
    EXPECT_EQ(result->size, input.size());
    EXPECT_TRUE(result->content.empty());
  }

  RecordKey early_key = make_key(ways[1]);
};

TEST_F(SkippedEarlyData, EndsWithTheFirstRecordThatOpens) {
  read_hello();
  reader.install(make_key(ways[0]));
  reader.skip_early_data(1000);
  RecordKey peer = make_key(ways[0]);
  expect_skipped(read(early(100)));
  EXPECT_TRUE(read(plain(change_cipher_spec, Octets{1})));
  expect_skipped(read(early(100)));
  const auto record = read(seal(peer, handshake, as_bytes("finished")));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, Kind::whole);
  EXPECT_EQ(code_of(read(early(100))), ErrorCode::bad_record_mac);
}

TEST_F(SkippedEarlyData, IsBounded) {
  read_hello();
  reader.install(make_key(ways[0]));
  reader.skip_early_data(250);
  expect_skipped(read(early(100)));
  expect_skipped(read(early(100)));
  const auto result = read(early(100));
  EXPECT_EQ(code_of(result), ErrorCode::unexpected_record);
  EXPECT_EQ(result.error().alert, AlertDescription::unexpected_message);
}

TEST_F(SkippedEarlyData, OfEmptyRecordsIsBoundedToo) {
  read_hello();
  reader.skip_early_data(1000);
  int skipped = 0;
  while (skipped < 1000 && read(plain(application_data, {}))) ++skipped;
  EXPECT_EQ(skipped, 200);
}

TEST_F(SkippedEarlyData, MayBeLongerThanOurRecordSizeLimit) {
  read_hello();
  reader.install(make_key(ways[0]));
  reader.set_record_size_limit(64);  // told to the client after it had sent this
  reader.skip_early_data(20000);
  expect_skipped(read(early(max_plaintext)));
}

TEST_F(SkippedEarlyData, AfterARetryEndsWithTheSecondHello) {
  read_hello();
  reader.skip_early_data(1000);
  expect_skipped(read(early(100)));
  EXPECT_TRUE(read(plain(change_cipher_spec, Octets{1})));
  expect_skipped(read(early(100)));
  EXPECT_TRUE(read(plain(handshake, client_hello)));
  EXPECT_EQ(code_of(read(early(100))), ErrorCode::unexpected_record);
}

}  // namespace
}  // namespace handfast::record
