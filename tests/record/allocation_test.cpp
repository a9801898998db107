// What records cost in memory: nothing per record, and what is left after rest().
//
// This program replaces glibc's malloc to count every allocation, libcrypto's and libipsec-mb's too. It is
// not built with sanitizers, which replace malloc themselves.
#include <iostream>

#include <malloc.h>

#include "message/handshake_reader.hpp"
#include "record/cbc_keys.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"

namespace {
std::size_t allocations = 0;
std::size_t octets_in_use = 0;

void* counted(void* block) {
  ++allocations;
  octets_in_use += malloc_usable_size(block);
  return block;
}
}  // namespace

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): glibc's own names
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

void* malloc(std::size_t size) { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) { return counted(__libc_calloc(count, size)); }
void* realloc(void* block, std::size_t size) {
  octets_in_use -= malloc_usable_size(block);
  return counted(__libc_realloc(block, size));
}
void* memalign(std::size_t alignment, std::size_t size) { return counted(__libc_memalign(alignment, size)); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
void free(void* block) {
  octets_in_use -= malloc_usable_size(block);
  __libc_free(block);
}
}

namespace handfast::record {
namespace {

class Exchange : public testing::Test {
 protected:
  Exchange() : content(counting(40000)), out(45000) {}

  // `content`, through both directions.
  void exchange(std::size_t size) {
    const auto written = writer.write(ContentType::application_data, Bytes(content).first(size), out);
    ASSERT_TRUE(written);
    for (MutableBytes rest = MutableBytes(out).first(written->written); !rest.empty();) {
      const auto record = reader.read(rest);
      ASSERT_TRUE(record);
      rest = rest.subspan(record->size);
    }
  }

  void expect_nothing_per_record() {
    exchange(100);
    const std::size_t before = allocations;
    for (int i = 0; i < 100; ++i)
      for (const std::size_t size : {1U, 64U, 1024U, 16384U, 40000U}) exchange(size);
    EXPECT_EQ(allocations - before, 0U);
  }

  void expect_rest_to_free(const std::string& name) {
    const std::size_t fresh = octets_in_use;
    exchange(100);
    const std::size_t awake = octets_in_use;
    EXPECT_GT(awake, fresh);
    writer.rest();
    reader.rest();
    EXPECT_EQ(octets_in_use, fresh);
    const std::size_t before = allocations;
    exchange(100);
    const std::size_t to_wake = allocations - before;
    EXPECT_EQ(octets_in_use, awake);
    std::cout << name << ": both directions " << sizeof(RecordWriter) + sizeof(RecordReader)
              << " octets, with expanded keys " << awake - fresh << " more in " << to_wake
              << " allocations\n";
  }

  Octets content;
  Octets out;
  RecordWriter writer;
  RecordReader reader;
};

class EachConnection : public Exchange, public testing::WithParamInterface<Way> {
 public:
  void SetUp() override {
    writer.install(make_key(GetParam()));
    reader.install(make_key(GetParam()));
  }
};
INSTANTIATE_TEST_SUITE_P(Ways, EachConnection, testing::ValuesIn(ways),
                         [](const auto& way) { return name_of_way(way.param); });

TEST_P(EachConnection, AllocatesNothingPerRecord) { expect_nothing_per_record(); }
TEST_P(EachConnection, RestFreesWhatTheFirstRecordTook) { expect_rest_to_free(name_of_way(GetParam())); }

// At rest CBC keeps a block of its own for the MAC key, which is counted before.
class EachCbcConnection : public Exchange, public testing::WithParamInterface<CbcWay> {
 public:
  void SetUp() override {
    writer.install(make_key(GetParam()));
    reader.install(make_key(GetParam()));
  }
};
INSTANTIATE_TEST_SUITE_P(Ways, EachCbcConnection, testing::ValuesIn(cbc_ways),
                         [](const auto& way) { return name_of_cbc_way(way.param); });

TEST_P(EachCbcConnection, AllocatesNothingPerRecord) { expect_nothing_per_record(); }
TEST_P(EachCbcConnection, RestFreesWhatTheFirstRecordTook) {
  expect_rest_to_free(name_of_cbc_way(GetParam()));
}

TEST(HandshakeReaderMemory, OneAllocationForAFlightInOneRecordAndNoneAfterRelease) {
  Octets flight{11, 0, 8, 0};
  flight.resize(4 + 2048);
  const std::size_t fresh = octets_in_use;
  message::HandshakeReader reader;
  const std::size_t before = allocations;
  ASSERT_TRUE(reader.add(flight));
  EXPECT_TRUE(reader.next());
  EXPECT_EQ(allocations - before, 1U);
  reader.release();
  EXPECT_EQ(octets_in_use, fresh);
}

// A header alone makes nobody reserve what it promises.
TEST(HandshakeReaderMemory, GrowsWithWhatArrived) {
  const std::size_t fresh = octets_in_use;
  message::HandshakeReader reader;
  ASSERT_TRUE(reader.add(Octets{11, 0, 0xff, 0xff}));
  EXPECT_LT(octets_in_use - fresh, 100U);
}

}  // namespace
}  // namespace handfast::record
