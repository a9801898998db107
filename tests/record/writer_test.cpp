// Content cut into records.
#include "record/writer.hpp"

#include "record/keys.hpp"

namespace handfast::record {
namespace {

static_assert(sizeof(RecordWriter) <= 112, "a connection keeps one of these for its life");

// The records that stand in `octets`, opened one by one.
struct Piece {
  ContentType type;
  Octets content;
  std::size_t size;
};
std::vector<Piece> open_all(RecordKey* key, MutableBytes octets) {
  std::vector<Piece> pieces;
  while (!octets.empty()) {
    const RecordHeader header = read_header(octets);
    const MutableBytes record = octets.first(header.size());
    if (key == nullptr) {
      pieces.push_back({header.type, to_octets(record.subspan(header_size)), record.size()});
    } else {
      const auto opened = key->open(record, max_inner_plaintext);
      EXPECT_TRUE(opened);
      if (!opened) break;
      pieces.push_back({opened->type, to_octets(opened->content), record.size()});
    }
    octets = octets.subspan(record.size());
  }
  return pieces;
}
Octets joined(const std::vector<Piece>& pieces) {
  Octets all;
  for (const Piece& piece : pieces) all.insert(all.end(), piece.content.begin(), piece.content.end());
  return all;
}

class EachWriter : public testing::TestWithParam<Way> {
 public:
  void SetUp() override { writer.install(make_key(GetParam())); }

  [[nodiscard]] bool is13() const { return GetParam().version == ProtocolVersion::tls13; }
  [[nodiscard]] std::size_t frame() const { return header_size + overhead(receiving.protection()); }

  RecordWriter writer;
  RecordKey receiving = make_key(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Ways, EachWriter, testing::ValuesIn(ways),
                         [](const auto& way) { return name_of_way(way.param); });

TEST_P(EachWriter, MakesSeveralRecordsInOneCall) {
  const Octets content = counting(40000);
  Octets out(writer.written_size(content.size()));
  const auto written = writer.write(ContentType::application_data, content, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->taken, content.size());
  EXPECT_EQ(written->written, out.size());
  const auto pieces = open_all(&receiving, out);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].content.size(), max_plaintext);
  EXPECT_EQ(pieces[1].content.size(), max_plaintext);
  EXPECT_EQ(joined(pieces), content);
}

TEST_P(EachWriter, SaysExactlyHowMuchItNeeds) {
  for (const std::size_t fragment : {std::size_t{64}, std::size_t{1000}, max_plaintext})
    for (const std::size_t size : {std::size_t{1}, fragment - 1, fragment, fragment + 1, 3 * fragment})
      for (const int padding : {0, 16, 100, 4096}) {
        writer.set_max_fragment(fragment);
        writer.set_padding(static_cast<std::uint16_t>(padding));
        const Octets content = counting(size);
        Octets out(writer.written_size(size) + 50);
        const auto written = writer.write(ContentType::application_data, content, out);
        ASSERT_TRUE(written);
        EXPECT_EQ(written->taken, size);
        EXPECT_EQ(written->written, out.size() - 50) << fragment << " " << size << " " << padding;
        EXPECT_EQ(joined(open_all(&receiving, MutableBytes(out).first(written->written))), content);
      }
}

TEST_P(EachWriter, SealsInPlaceWhatLiesAtTheContentOffset) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{64}, std::size_t{3000}, max_plaintext}) {
    const Octets content = counting(size);
    const std::size_t offset = writer.content_offset().value();
    Octets out(writer.written_size(size));
    copy(content, MutableBytes(out).subspan(offset));
    const auto written = writer.write(ContentType::handshake, Bytes(out).subspan(offset, size), out);
    ASSERT_TRUE(written);
    EXPECT_EQ(written->written, out.size());
    EXPECT_EQ(joined(open_all(&receiving, out)), content);
  }
}

TEST(RecordWriter, SealsInPlaceWithoutAKeyAndNotWithPadding) {
  RecordWriter writer;
  const Octets content = counting(100);
  Octets out(writer.written_size(content.size()));
  ASSERT_EQ(writer.content_offset(), header_size);
  copy(content, MutableBytes(out).subspan(header_size));
  ASSERT_TRUE(writer.write(ContentType::handshake, Bytes(out).subspan(header_size), out));
  EXPECT_EQ(joined(open_all(nullptr, out)), content);
  writer.install(make_key(ways[0]));
  writer.set_padding(16);
  EXPECT_EQ(writer.content_offset(), std::nullopt);
}

// [8446:5.1#7] [5246:6.2.1#2]
TEST_P(EachWriter, WritesNothingForNoContent) {
  Octets out(100);
  const auto written = writer.write(ContentType::application_data, {}, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->written, 0U);
  EXPECT_EQ(writer.key()->sequence(), 0U);
  EXPECT_EQ(writer.written_size(0), 0U);
}

TEST_P(EachWriter, CutsTheFirstRecordToFit) {
  const Octets content = counting(5000);
  for (std::size_t room = 0; room < 100; ++room) {
    Octets out(room);
    const auto written = writer.write(ContentType::application_data, content, out);
    if (room <= frame()) {
      EXPECT_EQ(code_of(written), ErrorCode::buffer_too_small) << room;
      continue;
    }
    ASSERT_TRUE(written) << room;
    EXPECT_EQ(written->taken, room - frame());
    EXPECT_EQ(written->written, room);
    EXPECT_EQ(joined(open_all(&receiving, out)), counting(room - frame()));
  }
}

TEST_P(EachWriter, LeavesASmallRestOfTheOutputEmpty) {
  const Octets content = counting(3 * max_plaintext);
  const std::size_t full = frame() + max_plaintext;
  Octets out(full + frame() + max_plaintext / 4 - 1);
  auto written = writer.write(ContentType::application_data, content, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->written, full);
  // With a quarter of a record's content it is worth a record.
  out.resize(full + frame() + max_plaintext / 4);
  written = writer.write(ContentType::application_data, content, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->written, out.size());
  EXPECT_EQ(written->taken, max_plaintext + max_plaintext / 4);
}

TEST_P(EachWriter, DoesNotCutAnAlert) {
  const Octets alert{2, 40};
  Octets out(frame() + 2);
  EXPECT_EQ(code_of(writer.write(ContentType::alert, alert, MutableBytes(out).first(frame() + 1))),
            ErrorCode::buffer_too_small);
  writer.set_max_fragment(1);
  const auto written = writer.write(ContentType::alert, alert, out);
  ASSERT_TRUE(written);
  const auto pieces = open_all(&receiving, out);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].type, ContentType::alert);
  EXPECT_EQ(pieces[0].content, alert);
}

TEST_P(EachWriter, KeepsThePeersRecordSizeLimit) {
  writer.set_record_size_limit(100);
  const Octets content = counting(250);
  Octets out(1000);
  const auto written = writer.write(ContentType::handshake, content, out);
  ASSERT_TRUE(written);
  const auto pieces = open_all(&receiving, MutableBytes(out).first(written->written));
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].content.size(), is13() ? 99U : 100U);
  EXPECT_EQ(joined(pieces), content);
}

TEST_P(EachWriter, TakesLimitsOutOfRangeAsTheNearest) {
  writer.set_record_size_limit(3);
  writer.set_max_fragment(1 << 20);
  Octets out(1000);
  auto written = writer.write(ContentType::handshake, counting(64), MutableBytes(out));
  ASSERT_TRUE(written);
  EXPECT_EQ(open_all(&receiving, MutableBytes(out).first(written->written)).at(0).content.size(),
            is13() ? 63U : 64U);
  writer.set_record_size_limit(1 << 20);
  out.resize(writer.written_size(max_plaintext));
  written = writer.write(ContentType::handshake, counting(max_plaintext), out);
  ASSERT_TRUE(written);
  EXPECT_EQ(open_all(&receiving, out).size(), 1U);
}

TEST_P(EachWriter, PadsTls13RecordsToAMultiple) {
  writer.set_padding(128);
  for (const std::size_t size : {1U, 126U, 127U, 128U, 129U}) {
    Octets out(1000);
    const auto written = writer.write(ContentType::application_data, counting(size), out);
    ASSERT_TRUE(written);
    const std::size_t inner = is13() ? (size + 1 + 127) / 128 * 128 : size;
    EXPECT_EQ(written->written, is13() ? header_size + inner + 16 : frame() + size) << size;
    EXPECT_EQ(joined(open_all(&receiving, MutableBytes(out).first(written->written))), counting(size));
  }
}

// [8446:5.4#5]
TEST_P(EachWriter, PaddingKeepsTheLimits) {
  writer.set_padding(60000);
  Octets out(writer.written_size(1));
  auto written = writer.write(ContentType::application_data, counting(1), out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->written, is13() ? header_size + max_inner_plaintext + 16 : frame() + 1);
  EXPECT_EQ(joined(open_all(&receiving, out)), counting(1));
  writer.set_record_size_limit(200);
  written = writer.write(ContentType::application_data, counting(1), out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->written, is13() ? header_size + 200 + 16 : frame() + 1);
}

TEST_P(EachWriter, CutsWherePaddingFits) {
  writer.set_padding(64);
  for (std::size_t room = frame(); room < 400; ++room) {
    Octets out(room);
    const auto written = writer.write(ContentType::application_data, counting(300), out);
    if (is13() && room < header_size + 64 + 16) {
      EXPECT_EQ(code_of(written), ErrorCode::buffer_too_small) << room;
    } else if (room > frame()) {
      ASSERT_TRUE(written) << room;
      EXPECT_LE(written->written, room);
      EXPECT_GT(written->taken, 0U);
      EXPECT_EQ(joined(open_all(&receiving, MutableBytes(out).first(written->written))),
                counting(written->taken));
    }
  }
}

TEST_P(EachWriter, WritesEmptyRecordsAsCover) {
  writer.set_padding(32);
  Octets out(200);
  const auto size = writer.write_empty(out);
  ASSERT_TRUE(size);
  const auto pieces = open_all(&receiving, MutableBytes(out).first(*size));
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_TRUE(pieces[0].content.empty());
  EXPECT_EQ(pieces[0].type, ContentType::application_data);
  EXPECT_EQ(code_of(writer.write_empty(MutableBytes(out).first(*size - 1))), ErrorCode::buffer_too_small);
}

TEST_P(EachWriter, ApplicationDataStopsWhereAnUpdateIsDue) {
  writer.key()->set_update_after(3);
  writer.set_max_fragment(10);
  const Octets content = counting(50);
  Octets out(1000);
  const auto written = writer.write(ContentType::application_data, content, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->taken, 30U);
  EXPECT_TRUE(writer.update_due());
  // Who can not update yet goes on, record by record.
  const auto more = writer.write(ContentType::application_data, content, out);
  ASSERT_TRUE(more);
  EXPECT_EQ(more->taken, 10U);
  // New keys, new count.
  writer.install(make_key(GetParam()));
  EXPECT_FALSE(writer.update_due());
  EXPECT_TRUE(writer.write(ContentType::application_data, content, out));
}

TEST_P(EachWriter, ApplicationDataEndsWhereTheKeyIsNearlyUsedUp) {
  const std::uint64_t limit = writer.key()->limit();
  writer.key()->set_sequence(limit - limit / 64 - 3);
  writer.set_max_fragment(10);
  const Octets content = counting(50);
  Octets out(1000);
  const auto written = writer.write(ContentType::application_data, content, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->taken, 30U);
  EXPECT_TRUE(writer.update_due());
  EXPECT_EQ(code_of(writer.write(ContentType::application_data, content, out)),
            ErrorCode::sequence_exhausted);
  EXPECT_EQ(code_of(writer.write_empty(out)), ErrorCode::sequence_exhausted);
  // What was kept free is for a KeyUpdate or an alert.
  writer.key()->set_sequence(limit - 1);
  EXPECT_TRUE(writer.write(ContentType::handshake, counting(5), out));
  EXPECT_EQ(code_of(writer.write(ContentType::alert, counting(2), out)), ErrorCode::sequence_exhausted);
}

TEST_P(EachWriter, GivesWhatIsDoneWhenTheKeyEndsInTheMiddle) {
  writer.key()->set_sequence(writer.key()->limit() - 2);
  writer.set_max_fragment(10);
  Octets out(1000);
  const auto written = writer.write(ContentType::handshake, counting(30), out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->taken, 20U);
}

TEST_P(EachWriter, RestsAndGoesOn) {
  Octets out(100);
  ASSERT_TRUE(writer.write(ContentType::application_data, as_bytes("one"), out));
  writer.rest();
  const auto written = writer.write(ContentType::application_data, as_bytes("two"), out);
  ASSERT_TRUE(written);
  receiving.set_sequence(1);
  EXPECT_EQ(joined(open_all(&receiving, MutableBytes(out).first(written->written))),
            to_octets(as_bytes("two")));
}

// [8446:5.1#10,14] [8446:D.5#9]
TEST(UnprotectedWriter, WritesTheVersionItIsTold) {
  RecordWriter writer;
  Octets out(100);
  writer.set_legacy_record_version(ProtocolVersion::tls10);
  auto written = writer.write(ContentType::handshake, as_bytes("hello"), out);
  ASSERT_TRUE(written);
  EXPECT_EQ(test::to_hex(Bytes(out).first(written->written)), "160301000568656c6c6f");
  writer.set_legacy_record_version(ProtocolVersion::tls12);
  written = writer.write(ContentType::change_cipher_spec, Octets{1}, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(test::to_hex(Bytes(out).first(written->written)), "140303000101");
}

// [8446:5.1#12]
TEST(UnprotectedWriter, CutsAtTheLimitThatHoldsWithoutKeys) {
  RecordWriter writer;
  writer.set_record_size_limit(64);  // RFC 8449 §4: binds protected records only
  writer.set_padding(4096);
  const Octets content = counting(max_plaintext + 1);
  Octets out(writer.written_size(content.size()));
  const auto written = writer.write(ContentType::handshake, content, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->written, out.size());
  const auto pieces = open_all(nullptr, out);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].content.size(), max_plaintext);
  EXPECT_EQ(joined(pieces), content);
}

// [8446:5.1#15]
TEST(UnprotectedWriter, NeverWritesApplicationData) {
  RecordWriter writer;
  Octets out(100);
  EXPECT_EQ(code_of(writer.write(ContentType::application_data, as_bytes("x"), out)), ErrorCode::not_ready);
  EXPECT_EQ(code_of(writer.write_empty(out)), ErrorCode::not_ready);
  writer.install(make_key(ways[0]));
  EXPECT_TRUE(writer.write(ContentType::application_data, as_bytes("x"), out));
  writer.remove_key();
  EXPECT_EQ(code_of(writer.write(ContentType::application_data, as_bytes("x"), out)), ErrorCode::not_ready);
}

}  // namespace
}  // namespace handfast::record
