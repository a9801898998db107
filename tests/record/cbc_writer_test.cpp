// Content cut into CBC records.
#include "record/cbc_keys.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"

namespace handfast::record {
namespace {

class EachCbcWriter : public testing::TestWithParam<CbcWay> {
 protected:
  void SetUp() override {
    writer.install(make_key(GetParam()));
    reader.install(make_key(GetParam()));
  }
  // All contents in `octets`, and how large the largest is.
  Octets read_all(MutableBytes octets) {
    Octets all;
    largest = 0;
    while (!octets.empty()) {
      const auto record = reader.read(octets);
      EXPECT_TRUE(record);
      if (!record || record->size == 0) break;
      all.insert(all.end(), record->content.begin(), record->content.end());
      largest = std::max(largest, record->content.size());
      octets = octets.subspan(record->size);
    }
    return all;
  }

  RecordWriter writer;
  RecordReader reader;
  std::size_t largest = 0;
};
INSTANTIATE_TEST_SUITE_P(Ways, EachCbcWriter, testing::ValuesIn(cbc_ways),
                         [](const auto& way) { return name_of_cbc_way(way.param); });

TEST_P(EachCbcWriter, MakesSeveralRecordsInOneCall) {
  const Octets content = counting(40000);
  Octets out(writer.written_size(content.size()));
  const auto written = writer.write(data, content, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->taken, content.size());
  EXPECT_EQ(written->written, out.size());
  EXPECT_EQ(read_all(out), content);
  EXPECT_EQ(largest, max_plaintext);
}

TEST_P(EachCbcWriter, KeepsThePeersLimits) {
  const Octets content = counting(3000);
  writer.set_record_size_limit(100);
  Octets out(writer.written_size(content.size()));
  ASSERT_TRUE(writer.write(data, content, out));
  EXPECT_EQ(read_all(out), content);
  EXPECT_EQ(largest, 100U);  // RFC 8449 §4: of the content alone, in TLS 1.2
  writer.set_max_fragment(64);
  out.assign(writer.written_size(content.size()), 0);
  ASSERT_TRUE(writer.write(data, content, out));
  EXPECT_EQ(read_all(out), content);
  EXPECT_EQ(largest, 64U);
}

// The first record takes as much as fits, to the octet; where not one fits, nothing is touched.
TEST_P(EachCbcWriter, CutsTheFirstRecordToFit) {
  const Octets content = counting(1000);
  const RecordKey key = make_key(GetParam());
  for (std::size_t room = 0; room < 400; ++room) {
    Octets out(room);
    const std::size_t fits = room < header_size ? 0 : key.expansion().content_size(room - header_size);
    const auto written = writer.write(data, content, out);
    if (fits == 0) {
      EXPECT_EQ(code_of(written), ErrorCode::buffer_too_small) << room;
      continue;
    }
    ASSERT_TRUE(written) << room;
    EXPECT_EQ(written->taken, fits);
    EXPECT_LE(written->written, room);
    out.resize(written->written);
    EXPECT_EQ(read_all(out), to_octets(Bytes(content).first(fits)));
  }
}

TEST_P(EachCbcWriter, NeverCutsAnAlert) {
  const std::array<std::uint8_t, 2> alert{2, 40};
  const std::size_t needed = writer.written_size(alert.size());
  Octets out(needed);
  EXPECT_EQ(code_of(writer.write(ContentType::alert, alert, MutableBytes(out).first(needed - 1))),
            ErrorCode::buffer_too_small);
  const auto written = writer.write(ContentType::alert, alert, out);
  ASSERT_TRUE(written);
  EXPECT_EQ(read_all(out), to_octets(alert));
}

TEST_P(EachCbcWriter, WritesAnEmptyRecord) {
  Octets out(200);
  const auto size = writer.write_empty(out);
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, writer.written_size(1));  // one block of padding, as for any short content
  const auto record = reader.read(out);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->content.empty());
}

TEST_P(EachCbcWriter, ReportsRandomnessThatFails) {
  crypto::test::ScriptedRandom once(counting(16));
  writer.install(make_key(GetParam(), once));
  const Octets content = counting(2 * max_plaintext);
  Octets out(writer.written_size(content.size()));
  const auto written = writer.write(data, content, out);
  ASSERT_TRUE(written);  // what is done is done
  EXPECT_EQ(written->taken, max_plaintext);
  EXPECT_EQ(code_of(writer.write(data, content, out)), ErrorCode::random_failed);
}

}  // namespace
}  // namespace handfast::record
