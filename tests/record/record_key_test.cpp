// Single records: sealed, opened, damaged, padded, and counted.
#include "record/record_key.hpp"

#include <limits>

#include "record/keys.hpp"

namespace handfast::record {
namespace {

using crypto::AeadAlgorithm;
using test::to_hex;

static_assert(!std::is_copy_constructible_v<RecordKey> && std::is_nothrow_move_constructible_v<RecordKey>);
static_assert(sizeof(RecordKey) <= 96, "a connection keeps two of these for its life");

constexpr std::uint64_t sequence = 0x010203;

// Computed with Python's `cryptography`: the records of make_key()'s keys over "application data".
struct Known {
  Way way;
  std::uint64_t sequence;
  ContentType type;
  std::size_t padding;
  std::string_view record;
};
const Known known_records[] = {
    {ways[0], 0, ContentType::application_data, 0,
     "1703030021cbf648d717ea527ee317db202273c4014490eaebd620d5f1d9f6968745cf674880"},
    {ways[0], sequence, ContentType::handshake, 7,
     "17030300285e4cf8b99b6cfc2592bb4412d4edcf4043af90dc985f2bd2020a8cc50d2582fe55f4a2d59deff863"},
    {ways[1], 0, ContentType::application_data, 0,
     "170303002187680c412ca863cb0b0ae9f3631bb4bf6725a6391d48d8883e4860e7a647d8bbe0"},
    {ways[1], sequence, ContentType::handshake, 7,
     "17030300286ab22604d7e83e9adcee1cdcd85ad8d4b224488e93b73fabc336fd757ff0ac53feb9b884e28793c4"},
    {ways[2], 0, ContentType::application_data, 0,
     "17030300216ddb08332485a3d9c9609d34989b899a8a889f2685d36635754ff61ddb112bd709"},
    {ways[2], sequence, ContentType::handshake, 7,
     "170303002806edc5c4fd867ffca162211c4570ebc453299ab680f5f834dcbd263f98b73555969c27a87462879f"},
    {ways[3], sequence, ContentType::application_data, 0,
     "1703030028000000000001020338cc2a10696cda024e148ec38cc1022fc49da797327d87b4b467c8161dc76afe"},
    {ways[4], sequence, ContentType::application_data, 0,
     "17030300280000000000010203f9c627f2f77314951965348e67ae3ca0ba2a9c4c98b2e1a7434bb7a9542937b4"},
    {ways[5], sequence, ContentType::application_data, 0,
     "170303002006edc5c4fd867ffca162211c4570ebc463fa1ca5ea337e3bee70d0b08b44d0dd"},
};

// [8446:5.4#1]: the padding of these is zeros, or they would differ.
TEST(RecordKeyKnownAnswer, SealsAndOpens) {
  for (const Known& known : known_records) {
    SCOPED_TRACE(name_of_way(known.way));
    RecordKey key = make_key(known.way);
    key.set_sequence(known.sequence);
    Octets record = seal(key, known.type, as_bytes("application data"), known.padding);
    EXPECT_EQ(to_hex(record), known.record);
    EXPECT_EQ(key.sequence(), known.sequence + 1);
    RecordKey other = make_key(known.way);
    other.set_sequence(known.sequence);
    const auto opened = other.open(record, max_plaintext);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->type, known.type);
    EXPECT_EQ(as_text(opened->content), "application data");
  }
}

class EachProtection : public testing::TestWithParam<Way> {
 public:
  [[nodiscard]] bool is13() const { return GetParam().version == ProtocolVersion::tls13; }
  [[nodiscard]] std::size_t largest() const { return is13() ? max_inner_plaintext : max_plaintext; }

  RecordKey sending = make_key(GetParam());
  RecordKey receiving = make_key(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Ways, EachProtection, testing::ValuesIn(ways),
                         [](const auto& way) { return name_of_way(way.param); });

TEST_P(EachProtection, RoundTripsEverySizeInPlace) {
  const Octets content = counting(max_plaintext);
  std::vector<std::size_t> sizes{255, 256, 1000, 1024, 4096, max_plaintext - 1, max_plaintext};
  for (std::size_t size = 0; size <= 130; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    Octets record = seal(sending, ContentType::application_data, Bytes(content).first(size));
    const auto opened = receiving.open(record, largest());
    ASSERT_TRUE(opened) << size;
    EXPECT_EQ(opened->type, ContentType::application_data);
    EXPECT_TRUE(equal(opened->content, Bytes(content).first(size))) << size;
    // Inside the record's own octets.
    EXPECT_GE(opened->content.data(), record.data() + header_size);
    EXPECT_LE(opened->content.data() + size, record.data() + record.size());
  }
}

// [8446:5.2#1] [8446:5.2#4]
TEST_P(EachProtection, FullRecordsFitTheLimitOfCiphertexts) {
  const Octets record = seal(sending, ContentType::application_data, counting(max_plaintext));
  EXPECT_LE(read_header(record).length, is13() ? max_ciphertext : max_ciphertext12);
  EXPECT_LE(overhead(sending.protection()), 255U);
}

TEST_P(EachProtection, CarriesTheContentType) {
  for (const ContentType type : {ContentType::handshake, ContentType::alert, ContentType::application_data}) {
    Octets record = seal(sending, type, as_bytes("xy"));
    EXPECT_EQ(read_header(record).type, is13() ? ContentType::application_data : type);
    EXPECT_EQ(read_header(record).legacy_record_version, ProtocolVersion::tls12);
    const auto opened = receiving.open(record, largest());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->type, type);
  }
}

// [8446:5.2#3] [5246:6.2.3.3#3]
TEST_P(EachProtection, NoticesEachDamagedOctetAndShowsNoPlaintext) {
  const std::string text = "a secret that nobody may see unless it is genuine";
  const Octets good = seal(sending, ContentType::application_data, as_bytes(text));
  const bool sequence_in_record =
      GetParam().version == ProtocolVersion::tls12 && GetParam().aead != AeadAlgorithm::chacha20_poly1305;
  for (std::size_t at = 0; at < good.size(); ++at) {
    // TLS 1.2 authenticates type and length, and its version not from the record but as what it has to be.
    if (at == 1 || at == 2)
      if (!is13()) continue;
    // The reader takes the record's end from the length, so that a changed one never comes here as it is.
    if ((at == 3 || at == 4) && !is13()) continue;
    for (const int flip : {0x01, 0x80}) {
      Octets bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
      EXPECT_EQ(code_of(receiving.open(bad, largest())), ErrorCode::bad_record_mac) << at;
      EXPECT_EQ(as_text(bad).find("secret"), std::string_view::npos);
      const std::size_t start = header_size + (sequence_in_record ? 8U : 0U);
      for (std::size_t i = start; i < start + text.size(); ++i) EXPECT_EQ(bad[i], 0) << at;
    }
  }
  // What does not open does not count: the good one is still the next.
  EXPECT_EQ(receiving.sequence(), 0U);
  Octets record = good;
  EXPECT_TRUE(receiving.open(record, largest()));
}

TEST_P(EachProtection, RefusesARecordCutShortOrLengthened) {
  const Octets good = seal(sending, ContentType::application_data, as_bytes("0123456789"));
  for (std::size_t size = header_size; size < good.size() + 3; ++size) {
    if (size == good.size()) continue;
    Octets bad = good;
    bad.resize(size);
    write_header(
        {read_header(good).type, ProtocolVersion::tls12, static_cast<std::uint16_t>(size - header_size)},
        bad);
    EXPECT_EQ(code_of(receiving.open(bad, largest())), ErrorCode::bad_record_mac) << size;
  }
}

// [8446:5.3#1] [5246:6.1#2] [5246:6.1#3]
TEST_P(EachProtection, RefusesReplayAndReordering) {
  const Octets first = seal(sending, ContentType::application_data, as_bytes("one"));
  const Octets second = seal(sending, ContentType::application_data, as_bytes("two"));
  Octets record = second;
  EXPECT_EQ(code_of(receiving.open(record, largest())), ErrorCode::bad_record_mac);
  record = first;
  EXPECT_TRUE(receiving.open(record, largest()));
  record = first;
  EXPECT_EQ(code_of(receiving.open(record, largest())), ErrorCode::bad_record_mac);
  record = second;
  EXPECT_TRUE(receiving.open(record, largest()));
}

// [8446:5.4#5] [5246:6.2.1#1]
TEST_P(EachProtection, RefusesMorePlaintextThanAllowed) {
  const Octets content = counting(max_plaintext + 1);
  Octets record = seal(sending, ContentType::application_data, content);
  EXPECT_EQ(code_of(receiving.open(record, largest())), ErrorCode::record_overflow);
  EXPECT_EQ(receiving.sequence(), 0U);
}

TEST_P(EachProtection, HonoursASmallerLimit) {
  // RFC 8449 §4: in TLS 1.3 the content type is counted, in TLS 1.2 there is none.
  const std::size_t room = is13() ? 99 : 100;
  Octets fits = seal(sending, ContentType::application_data, counting(room));
  EXPECT_TRUE(receiving.open(fits, 100));
  Octets too_long = seal(sending, ContentType::application_data, counting(room + 1));
  EXPECT_EQ(code_of(receiving.open(too_long, 100)), ErrorCode::record_overflow);
}

TEST_P(EachProtection, GoesOnAfterRest) {
  for (int i = 0; i < 4; ++i) {
    if (i % 2 == 1) sending.rest();
    if (i >= 2) receiving.rest();
    Octets record = seal(sending, ContentType::application_data, as_bytes("awake again"));
    const auto opened = receiving.open(record, largest());
    ASSERT_TRUE(opened);
    EXPECT_EQ(as_text(opened->content), "awake again");
  }
  EXPECT_EQ(sending.sequence(), 4U);
  sending.rest();
  sending.rest();  // twice is once
}

TEST_P(EachProtection, MovesWithItsSequence) {
  (void)seal(sending, ContentType::application_data, as_bytes("one"));
  RecordKey moved = std::move(sending);
  EXPECT_EQ(moved.sequence(), 1U);
  Octets record = seal(moved, ContentType::application_data, as_bytes("two"));
  receiving.set_sequence(1);
  EXPECT_TRUE(receiving.open(record, largest()));
}

// [8446:5.3#2]
TEST_P(EachProtection, NeverSealsBeyondTheLimit) {
  EXPECT_EQ(sending.limit(),
            GetParam().aead == AeadAlgorithm::chacha20_poly1305 ? std::uint64_t{1} << 48 : 23'726'566);
  sending.set_sequence(sending.limit() - 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(sending.nearly_used_up());
    (void)seal(sending, ContentType::application_data, as_bytes("x"));
  }
  Octets out(100);
  EXPECT_EQ(code_of(sending.seal(ContentType::application_data, as_bytes("x"), 0, out)),
            ErrorCode::sequence_exhausted);
  EXPECT_EQ(out, Octets(100));
}

TEST_P(EachProtection, WantsNewKeysBeforeTheRealLimit) {
  const std::uint64_t limit = sending.limit();
  const std::uint64_t due = limit - limit / 64;
  sending.set_sequence(due - 1);
  EXPECT_FALSE(sending.update_due());
  EXPECT_FALSE(sending.nearly_used_up());
  (void)seal(sending, ContentType::application_data, as_bytes("x"));
  EXPECT_TRUE(sending.update_due());
  EXPECT_TRUE(sending.nearly_used_up());
  sending.set_sequence(limit);
  Octets out(100);
  EXPECT_EQ(code_of(sending.seal(ContentType::alert, as_bytes("xy"), 0, out)), ErrorCode::sequence_exhausted);
}

TEST_P(EachProtection, WantsNewKeysWhenItIsTold) {
  EXPECT_FALSE(sending.update_due());
  sending.set_update_after(2);
  (void)seal(sending, ContentType::application_data, as_bytes("x"));
  EXPECT_FALSE(sending.update_due());
  (void)seal(sending, ContentType::application_data, as_bytes("x"));
  EXPECT_TRUE(sending.update_due());
  EXPECT_FALSE(sending.nearly_used_up());
  (void)seal(sending, ContentType::application_data, as_bytes("the key is good for it"));
  sending.set_update_after(0);
  EXPECT_FALSE(sending.update_due());
}

// [8446:5.3#2]
TEST_P(EachProtection, ReceivedSequenceNumberNeverWraps) {
  // The sealing side stops long before, so the last record is made without it.
  receiving.set_sequence(std::numeric_limits<std::uint64_t>::max());
  Octets record = seal(sending, ContentType::application_data, as_bytes("x"));
  EXPECT_EQ(code_of(receiving.open(record, largest())), ErrorCode::sequence_exhausted);
}

class EachAead13 : public testing::TestWithParam<Way> {
 public:
  RecordKey key = make_key(GetParam());

  Result<Opened> open_inner(Bytes inner) {
    record = seal_inner13(GetParam().aead, key.sequence(), inner);
    return key.open(record, max_inner_plaintext);
  }
  Octets record;
};
INSTANTIATE_TEST_SUITE_P(Ways, EachAead13, testing::Values(ways[0], ways[1], ways[2]),
                         [](const auto& way) { return name_of_way(way.param); });

TEST_P(EachAead13, FindsTheContentTypeBehindAnyPadding) {
  for (std::size_t content = 0; content <= 20; ++content)
    for (std::size_t padding = 0; padding <= 20; ++padding) {
      Octets inner = counting(content);  // ends in zeros or not, begins with a zero
      inner.push_back(22);
      inner.resize(inner.size() + padding);
      const auto opened = open_inner(inner);
      ASSERT_TRUE(opened) << content << " " << padding;
      EXPECT_EQ(opened->type, ContentType::handshake);
      EXPECT_TRUE(equal(opened->content, counting(content)));
    }
}

// [8446:5.4#3]
TEST_P(EachAead13, ContentOfZerosIsNotPadding) {
  Octets inner(64);
  inner.push_back(23);
  auto opened = open_inner(inner);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->content.size(), 64U);
  inner.resize(max_inner_plaintext);
  opened = open_inner(inner);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->content.size(), 64U);
}

// [8446:5.4#4]
TEST_P(EachAead13, RefusesAPlaintextWithoutAContentType) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const auto opened = open_inner(Octets(size));
    EXPECT_EQ(code_of(opened), ErrorCode::unexpected_record) << size;
    EXPECT_EQ(opened.error().alert, AlertDescription::unexpected_message);
  }
  EXPECT_EQ(code_of(open_inner(Octets(max_inner_plaintext))), ErrorCode::unexpected_record);
}

TEST_P(EachAead13, TakesTheLargestInnerPlaintextAndNoMore) {
  Octets inner(max_inner_plaintext);
  inner[0] = 23;
  EXPECT_TRUE(open_inner(inner));
  inner.push_back(0);
  EXPECT_EQ(code_of(open_inner(inner)), ErrorCode::record_overflow);
}

}  // namespace
}  // namespace handfast::record
