// Every protected record of RFC 8448's five traces, opened, and sealed again to the same octets.
#include "record/reader.hpp"
#include "record/writer.hpp"
#include "schedule/trace.hpp"

namespace handfast::record {
namespace {

using test::to_hex;
using test::TraceStep;

// One side's sending direction, as its peer sees it and as itself.
struct Direction {
  RecordWriter writer;
  RecordReader reader;
};

ContentType type_of(const TraceStep& step) {
  if (step.is("send handshake")) return ContentType::handshake;
  if (step.is("send alert")) return ContentType::alert;
  if (step.is("send change_cipher_spec")) return ContentType::change_cipher_spec;
  return ContentType::application_data;
}

class Rfc8448Records : public testing::TestWithParam<std::string> {
 public:
  // Keys are known from the side that writes with them or from the one that reads.
  void learn(const TraceStep& step) {
    const auto purpose = step.name.substr(step.name.find(" for ") + 5);
    const bool writes = step.is("derive write traffic keys");
    const std::string writer = writes == (step.who == "client") ? "client" : "server";
    const std::string what = writer + purpose.substr(0, purpose.find(" ("));
    if (step.has("key expanded")) keys_[what] = {step["key expanded"], step["iv expanded"]};
    if (!writes) return;
    const auto& [key, iv] = keys_.at(what);
    const auto make = [&] { return RecordKey::tls13(crypto::AeadAlgorithm::aes_128_gcm, key, iv); };
    directions_[writer].writer.install(make());
    directions_[writer].reader.install(make());
  }

  void check(const TraceStep& step) {
    SCOPED_TRACE(step.who + ": " + step.name);
    Direction& direction = directions_[step.who];
    const ContentType type = type_of(step);

    Octets record = step["complete record"];
    const auto read = direction.reader.read(record);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->kind, Record::Kind::whole);
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(read->size, record.size());
    EXPECT_EQ(to_hex(read->content), to_hex(step["payload"]));
    protected_records += read->is_protected;

    direction.writer.set_legacy_record_version(read_header(step["complete record"]).legacy_record_version);
    Octets out(direction.writer.written_size(step["payload"].size()));
    const auto written = direction.writer.write(type, step["payload"], out);
    ASSERT_TRUE(written);
    EXPECT_EQ(written->taken, step["payload"].size());
    EXPECT_EQ(to_hex(out), to_hex(step["complete record"]));
  }

  int protected_records = 0;

 private:
  std::map<std::string, std::pair<Octets, Octets>> keys_;
  std::map<std::string, Direction> directions_;
};

TEST_P(Rfc8448Records, OpenAndSealToTheSameOctets) {
  HANDFAST_VECTORS_OR_SKIP(file, "rfc8448.json");
  int expected = 0;
  for (const TraceStep& step : test::read_trace(file, GetParam())) {
    if (step.name.find("traffic keys") != std::string::npos) learn(step);
    if (!step.has("complete record")) continue;
    expected += step["complete record"][0] == static_cast<std::uint8_t>(ContentType::application_data);
    check(step);
  }
  EXPECT_EQ(protected_records, expected);
  EXPECT_GE(expected, 4);
}

INSTANTIATE_TEST_SUITE_P(Traces, Rfc8448Records, testing::ValuesIn(test::trace_names),
                         [](const auto& trace) { return trace.param; });

}  // namespace
}  // namespace handfast::record
