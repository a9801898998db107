// Single records under CBC: what honest ends make.
#include <set>

#include "record/cbc_keys.hpp"

namespace handfast::record {
namespace {

using crypto::HashAlgorithm;
using crypto::test::FailingRandom;
using crypto::test::ScriptedRandom;
using test::from_hex;
using test::to_hex;

// The client's first application data in connections between OpenSSL 3.0's own two ends. [5246:6.2.3.2#2]
struct Known {
  HashAlgorithm mac;
  bool encrypt_then_mac;
  std::string_view mac_key;
  std::string_view key;
  std::string_view content;
  std::string_view record;
};
const Known known_records[] = {
    {HashAlgorithm::sha1, false, "e49c8edd8436c56abf8b2005ed9774ed1d603c8b",
     "585e9b4acdc36509eff1d835dabc3991", "nine steps",
     "1703030030874e6afbd91b141686b08daab066d93491d58b5c1736aad7d5f310a8a97398f0dfc51be92750b3336771948798ce"
     "da9a"},
    {HashAlgorithm::sha256, false, "d9e24b66404182e0b626453ae0463761d0a882e4fc30c56f78b10671a7069aaf",
     "b94c8926487544dfa349f8c06d34f419c626e81e19e4e54fe4cf7e0692b24d0f", "nine steps, then application data",
     "1703030060d5e5476591db8cd2d194c89536fc949b823f73ed111bb51db85dfa6406851c66ae87e80b858bf1dc802b11b07a59"
     "b46ec5d728219d89cc558df95706af337ee1407c7f387bd40c22ac0ad6676631126c9bf6a9fa72e44d3524fd8c2b8e986dc8"},
    {HashAlgorithm::sha384, false,
     "cb8c80d70af2070d51a4d815b08e35181221f4aabcae8e5641b1ea2e8727a9423c452accfd817cad25d5e29c51f727d5",
     "39238118af8a190ae7b05fe97f8ee27339c598451700beaeb19271f7bcdaf4fc", "xofnine",
     "170303005049fa84204c16eb1adf946a2394984b884e015468429b708db3888799140f5d5e2d6a70ff57b25d29a3753860207d"
     "7243d7dc99e86c816ac5ec3bc2eb5e3c1be73135f136ded53f78977e03c378580c51"},
    {HashAlgorithm::sha1, true, "8576162d121790457077968d8835122c089ca86e",
     "47f0da9a19370a61698bc249a9cb1319", "nine steps",
     "17030300342ccd2497b24b4bf7424fac53048a722c36653531fcf7d0df3675a744e35fc2f1fd75d303f91f942a62d5b77bf498"
     "9658247bfbd1"},
    {HashAlgorithm::sha256, true, "cae888d4f1c5f849617d02cf643f68f949d276bc215e76a26f36d51f98bc359c",
     "f8ba764b12f3e7b4136d2ee35cec3d60f3fa729e591b6e706666f87fb926c688", "nine steps, then application data",
     "1703030060d9a148661e50032e51045e9f6116e974d3d75534ef95685e7963d4930039369cbf846b5dc3461e0c3040f7c76420"
     "c45de6087d4f2b4d0d295464e322ca27e20271cbd0b6ed42f52b0c5d5e1a3c65466f8094bb5c690d3f35728c1f24fdb80161"},
    {HashAlgorithm::sha384, true,
     "d3a0fff6501d2f4045a197c4d997ae592e77c17748fe1b2921a6c6458b95d8aa1b0d9cb382f229a70db86e1a992f794e",
     "175d1095d45695e82c5ac67b15bc112645bf1a5d0802c06bf133aa8f5cf9dbb7", "xofnine",
     "1703030050254ba0bc3aa0a37de275c7aa3d52ebe362603d294a39e26c915eeabc5c9e21e2d71a7e7c1e2efffaddb99944c2d0"
     "ba268aeded66e2fd3d113158903c2c45e669429486cb22249eb671285b48276719b2"},
};

TEST(CbcKnownAnswer, OpensAndSealsWhatOpensslSealed) {
  for (const Known& known : known_records) {
    Octets record = from_hex(known.record);
    ScriptedRandom iv(to_octets(Bytes(record).subspan(header_size, cbc_block)));
    const auto make = [&] {
      RecordKey key = RecordKey::tls12_cbc(known.mac, from_hex(known.mac_key), from_hex(known.key),
                                           known.encrypt_then_mac, iv);
      key.set_sequence(1);  // behind Finished
      return key;
    };
    RecordKey sealing = make();
    EXPECT_EQ(to_hex(seal_cbc(sealing, data, as_bytes(known.content))), known.record);
    RecordKey opening = make();
    const auto opened = opening.open(record, max_plaintext);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->type, data);
    EXPECT_EQ(as_text(opened->content), known.content);
  }
}

class EachCbc : public testing::TestWithParam<CbcWay> {
 protected:
  RecordKey sending = make_key(GetParam());
  RecordKey receiving = make_key(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Ways, EachCbc, testing::ValuesIn(cbc_ways),
                         [](const auto& way) { return name_of_cbc_way(way.param); });

TEST_P(EachCbc, SaysWhatItIs) {
  EXPECT_TRUE(is_cbc(sending.protection()));
  EXPECT_EQ(sending.protection() == Protection::tls12_cbc_encrypt_then_mac, GetParam().encrypt_then_mac);
  EXPECT_EQ(sending.version(), ProtocolVersion::tls12);
  EXPECT_TRUE(equal(sending.key(), GetParam().key()));
  EXPECT_TRUE(sending.iv().empty());
}

TEST_P(EachCbc, RoundTripsEverySizeInPlace) {
  const Octets content = counting(max_plaintext);
  std::vector<std::size_t> sizes{1000, 1024, 4096, max_plaintext - 1, max_plaintext};
  for (std::size_t size = 0; size <= 600; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    Octets record = seal_cbc(sending, data, Bytes(content).first(size));
    EXPECT_EQ(read_header(record).type, data);
    EXPECT_EQ(read_header(record).legacy_record_version, ProtocolVersion::tls12);
    EXPECT_EQ(read_header(record).size(), record.size());
    const auto opened = receiving.open(record, max_plaintext);
    ASSERT_TRUE(opened) << size;
    EXPECT_TRUE(equal(opened->content, Bytes(content).first(size))) << size;
    EXPECT_EQ(opened->content.data(), record.data() + header_size + cbc_block);
  }
}

// Least padding is what is made, [5246:6.2.3.2#4], and any is taken: 0 to 255.
TEST_P(EachCbc, OpensEveryLengthOfPadding) {
  for (std::size_t size = 0; size <= 2 * cbc_block + 1; ++size) {
    const Octets content = counting(size, 0x30);
    const std::size_t least = least_padding(GetParam(), size);
    for (std::size_t padding = least; padding <= 255; padding += cbc_block) {
      const std::uint64_t sequence = receiving.sequence();
      const Octets plaintext = cbc_plaintext(GetParam(), sequence, ContentType::handshake, content, padding);
      Octets record = seal_cbc_plaintext(GetParam(), sequence, ContentType::handshake, plaintext);
      if (padding == least) { EXPECT_EQ(record.size(), header_size + sending.expansion().body_size(size)); }
      const auto opened = receiving.open(record, max_plaintext);
      ASSERT_TRUE(opened) << size << " + " << padding;
      EXPECT_EQ(opened->type, ContentType::handshake);
      EXPECT_EQ(to_octets(opened->content), content);
    }
  }
}

// [5246:6.2.3.2#1]
TEST_P(EachCbc, EachIvIsDrawnFromTheRandomSource) {
  crypto::test::SeededRandom random("IVs");
  crypto::test::SeededRandom same("IVs");
  RecordKey key = make_key(GetParam(), random);
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const Octets record = seal_cbc(key, data, as_bytes("the same again"));
    Octets iv(cbc_block);
    ASSERT_TRUE(same.fill(iv));
    EXPECT_TRUE(equal(Bytes(record).subspan(header_size, cbc_block), iv));
    EXPECT_TRUE(seen.insert(to_hex(iv)).second);
    EXPECT_TRUE(seen.insert(to_hex(Bytes(record).subspan(header_size + cbc_block, cbc_block))).second);
  }
}

TEST_P(EachCbc, WithoutRandomnessNothingIsSealed) {
  FailingRandom failing;
  RecordKey key = make_key(GetParam(), failing);
  Octets out(200, 0);
  EXPECT_EQ(code_of(key.seal(data, as_bytes("secret"), 0, out)), ErrorCode::random_failed);
  EXPECT_EQ(key.sequence(), 0U);
  // Opening needs none.
  Octets record = seal_cbc(sending, data, as_bytes("secret"));
  EXPECT_TRUE(key.open(record, max_plaintext));
}

TEST_P(EachCbc, RestAndMovesChangeNothing) {
  for (int i = 0; i < 3; ++i) {
    Octets record = seal_cbc(sending, data, as_bytes("one"));
    RecordKey moved(std::move(sending));
    moved.rest();
    sending = std::move(moved);
    receiving.rest();
    const auto opened = receiving.open(record, max_plaintext);
    ASSERT_TRUE(opened);
    EXPECT_EQ(as_text(opened->content), "one");
  }
  EXPECT_EQ(sending.sequence(), 3U);
  // A key may turn around, which no connection does.
  receiving.set_sequence(0);
  Octets record = seal_cbc(receiving, data, as_bytes("back"));
  sending.set_sequence(0);
  EXPECT_TRUE(sending.open(record, max_plaintext));
}

// [5246:6.1#1,2,3]
TEST_P(EachCbc, RefusesReplayAndReordering) {
  const Octets first = seal_cbc(sending, data, as_bytes("one"));
  const Octets second = seal_cbc(sending, data, as_bytes("two"));
  Octets record = second;
  EXPECT_EQ(code_of(receiving.open(record, max_plaintext)), ErrorCode::bad_record_mac);
  record = first;
  EXPECT_TRUE(receiving.open(record, max_plaintext));
  record = first;
  EXPECT_EQ(code_of(receiving.open(record, max_plaintext)), ErrorCode::bad_record_mac);
  record = second;
  EXPECT_TRUE(receiving.open(record, max_plaintext));
}

TEST_P(EachCbc, CountsToItsLimit) {
  EXPECT_EQ(sending.limit(), 23'726'566U);
  EXPECT_FALSE(sending.update_due());
  sending.set_sequence(sending.limit() - 2);
  EXPECT_TRUE(sending.update_due());
  seal_cbc(sending, data, {});
  seal_cbc(sending, data, {});
  Octets out(200);
  EXPECT_EQ(code_of(sending.seal(data, {}, 0, out)), ErrorCode::sequence_exhausted);
  receiving.set_sequence(~std::uint64_t{0});
  EXPECT_EQ(code_of(receiving.open(out, max_plaintext)), ErrorCode::sequence_exhausted);
}

TEST_P(EachCbc, ExpansionIsExact) {
  const Expansion sizes = sending.expansion();
  for (std::size_t size = 0; size < 100; ++size) {
    EXPECT_EQ(header_size + sizes.body_size(size), seal_cbc(sending, data, counting(size)).size());
    EXPECT_LE(header_size + sizes.body_size(size), size + max_overhead);
  }
  for (std::size_t room = 0; room < 300; ++room) {
    const std::size_t size = sizes.content_size(room);
    EXPECT_TRUE(size == 0 || sizes.body_size(size) <= room);
    EXPECT_GT(sizes.body_size(size + 1), room);
  }
}

TEST(Expansion, OfAnAeadIsASum) {
  for (const Way& way : ways) {
    const RecordKey key = make_key(way);
    for (const std::size_t size : {0U, 1U, 15U, 16U, 16384U}) {
      EXPECT_EQ(key.expansion().body_size(size), size + overhead(key.protection()));
      EXPECT_EQ(key.expansion().content_size(size + overhead(key.protection())), size);
    }
    EXPECT_EQ(key.expansion().content_size(3), 0U);
  }
}

}  // namespace
}  // namespace handfast::record
