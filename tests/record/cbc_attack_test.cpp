// Records under CBC as an attacker sends them: all are refused alike.
#include "record/cbc_keys.hpp"
#include "record/cbc_plaintext.hpp"
#include "record/reader.hpp"

namespace handfast::record {
namespace {

class EachCbcAttacked : public testing::TestWithParam<CbcWay> {
 protected:
  // The one answer to all: the same code, alert and text, nothing left of the plaintext, not counted.
  void expect_refused(Octets record, const std::string& what) {
    const std::uint64_t sequence = receiving.sequence();
    const auto opened = receiving.open(record, max_plaintext);
    ASSERT_FALSE(opened) << what;
    EXPECT_EQ(opened.error().code, ErrorCode::bad_record_mac) << what;
    EXPECT_EQ(opened.error().alert, AlertDescription::bad_record_mac) << what;
    EXPECT_EQ(opened.error().detail, nullptr) << what;
    for (const std::uint8_t octet : Bytes(record).subspan(header_size)) EXPECT_EQ(octet, 0) << what;
    EXPECT_EQ(receiving.sequence(), sequence);
  }
  void expect_refused_plaintext(Bytes plaintext, const std::string& what) {
    expect_refused(seal_cbc_plaintext(GetParam(), receiving.sequence(), data, plaintext), what);
  }
  [[nodiscard]] Octets plaintext_of(Bytes content, std::size_t padding) const {
    return cbc_plaintext(GetParam(), receiving.sequence(), data, content, padding);
  }
  void expect_good(Octets record) {
    receiving.set_sequence(0);
    EXPECT_TRUE(receiving.open(record, max_plaintext));
    receiving.set_sequence(0);
  }

  RecordKey sending = make_key(GetParam());
  RecordKey receiving = make_key(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Ways, EachCbcAttacked, testing::ValuesIn(cbc_ways),
                         [](const auto& way) { return name_of_cbc_way(way.param); });

TEST_P(EachCbcAttacked, NoticesEachDamagedOctet) {
  for (const std::size_t size : {0U, 1U, 11U, 43U, 100U}) {
    const Octets good = seal_cbc(sending, data, counting(size));
    sending.set_sequence(0);
    for (std::size_t at = header_size; at < good.size(); ++at) {
      for (const int flip : {0x01, 0x10, 0x80}) {
        Octets bad = good;
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
        expect_refused(bad, std::to_string(size) + " at " + std::to_string(at));
      }
    }
    Octets other_type = good;
    other_type[0] = static_cast<std::uint8_t>(ContentType::handshake);
    expect_refused(other_type, "type");
    expect_good(good);
  }
}

// RFC 5246 §7.2.2: neither whole blocks nor room for what has to be there.
TEST_P(EachCbcAttacked, RefusesEveryOtherLength) {
  const Octets good = seal_cbc(sending, data, as_bytes("0123456789"));
  for (std::size_t size = header_size; size < good.size() + 40; ++size) {
    if (size == good.size()) continue;
    Octets bad = good;
    bad.resize(size);
    write_header({data, ProtocolVersion::tls12, static_cast<std::uint16_t>(size - header_size)}, bad);
    expect_refused(bad, std::to_string(size));
  }
  expect_good(good);
}

// [5246:6.2.3.2#3] [8446:5.2#3] The MAC is right in each of these.
// [5246:7.2.2#5] [5246:6.2.3.2#2]
TEST_P(EachCbcAttacked, LooksAtEachOctetOfPadding) {
  for (std::size_t size = 0; size < cbc_block; ++size) {
    const Octets content = counting(size);
    for (std::size_t padding = least_padding(GetParam(), size); padding <= 255; padding += cbc_block) {
      const Octets good = plaintext_of(content, padding);
      expect_good(seal_cbc_plaintext(GetParam(), 0, data, good));
      for (std::size_t back = 1; back <= padding; ++back) {
        Octets bad = good;
        std::uint8_t& octet = bad[bad.size() - 1 - back];
        octet = static_cast<std::uint8_t>(octet ^ (1U << back % 8));
        expect_refused_plaintext(bad, std::to_string(padding) + " back " + std::to_string(back));
      }
    }
  }
}

// SSL 3.0's padding says its length only at the end, and so a block of it can be exchanged for any other.
TEST_P(EachCbcAttacked, PoodleTakesNoPaddingOfSsl30) {
  const Octets content =
      counting(cbc_block * 3 - (GetParam().encrypt_then_mac ? 0 : GetParam().mac_size()) % cbc_block);
  const std::size_t padding = least_padding(GetParam(), content.size());
  ASSERT_EQ(padding, cbc_block - 1);  // a whole block of padding, as POODLE wants it
  Octets poodle = plaintext_of(content, padding);
  for (std::size_t i = 0; i < padding; ++i)
    poodle[poodle.size() - 2 - i] = static_cast<std::uint8_t>(0x55 + i);
  expect_refused_plaintext(poodle, "any octets before padding_length");
  std::fill_n(poodle.end() - static_cast<std::ptrdiff_t>(cbc_block), padding, std::uint8_t{0});
  expect_refused_plaintext(poodle, "zeros before padding_length");
  // The attack itself: a block from the middle in the place of the padding. 255 of 256 times SSL 3.0 refuses.
  Octets moved = seal_cbc(sending, data, content);
  const std::size_t mac_behind = GetParam().encrypt_then_mac ? GetParam().mac_size() : 0;
  copy(Bytes(moved).subspan(header_size + cbc_block, cbc_block),
       MutableBytes(moved).subspan(moved.size() - mac_behind - cbc_block, cbc_block));
  expect_refused(moved, "a moved block");
}

TEST_P(EachCbcAttacked, RefusesEachOtherPaddingLength) {
  for (std::size_t size = 0; size < 300; size = size < cbc_block ? size + 1 : size + 285) {
    const Octets content = counting(size, 0x80);
    const std::size_t padding = least_padding(GetParam(), size);
    for (std::size_t other = 0; other < 256; ++other) {
      Octets plaintext = plaintext_of(content, padding);
      plaintext.back() = static_cast<std::uint8_t>(other);
      if (other == padding) continue;
      if (other == 0 && GetParam().encrypt_then_mac) continue;  // which makes it another good record
      expect_refused_plaintext(plaintext, std::to_string(size) + " with " + std::to_string(other));
    }
  }
}

// More padding than the record has room for, all octets of it right.
TEST_P(EachCbcAttacked, RefusesPaddingThatLeavesNoRoom) {
  const std::size_t least =
      least_padding(GetParam(), 0) + (GetParam().encrypt_then_mac ? 0U : GetParam().mac_size()) + 1;
  for (std::size_t size = least; size <= 256; size += cbc_block) {
    for (std::size_t length = size; length < 256; ++length)
      expect_refused_plaintext(Octets(size, static_cast<std::uint8_t>(length)), std::to_string(length));
    const Octets whole(size, static_cast<std::uint8_t>(size - 1));  // nothing but padding
    if (!GetParam().encrypt_then_mac) expect_refused_plaintext(whole, "no MAC");
  }
}

// Lucky Thirteen's three kinds: good padding with a wrong MAC, wrong padding, and both good but not together.
TEST_P(EachCbcAttacked, RefusesAWrongMacUnderAnyPadding) {
  if (GetParam().encrypt_then_mac) return;  // has no MAC inside
  for (const std::size_t size : {0U, 13U, 55U, 64U, 300U}) {
    const Octets content = counting(size);
    for (std::size_t padding = least_padding(GetParam(), size); padding <= 255; padding += cbc_block) {
      const Octets good = plaintext_of(content, padding);
      for (std::size_t at = 0; at < size + GetParam().mac_size(); ++at) {
        if (at > 2 && at + 2 < size) continue;
        Octets bad = good;
        bad[at] ^= 0x40;
        expect_refused_plaintext(bad, std::to_string(padding) + " at " + std::to_string(at));
      }
    }
    // The MAC of less or more than stands before it.
    const std::size_t padding = least_padding(GetParam(), size);
    for (std::size_t other = 0; other < size; other += 7) {
      Octets bad = plaintext_of(content, padding);
      copy(mac_of(GetParam(), 0, data, Bytes(content).first(other)), MutableBytes(bad).subspan(size));
      expect_refused_plaintext(bad, "MAC of " + std::to_string(other));
    }
  }
}

// RFC 7366 §3: the MAC goes over IV and ciphertext, and is looked at first: no padding is seen without it.
TEST_P(EachCbcAttacked, OneProtectionIsNotTheOther) {
  CbcWay other = GetParam();
  other.encrypt_then_mac = !other.encrypt_then_mac;
  for (std::size_t size = 0; size < 40; ++size) {
    const Octets content = counting(size);
    const std::size_t padding = least_padding(other, size);
    expect_refused(seal_cbc_plaintext(other, 0, data, cbc_plaintext(other, 0, data, content, padding)),
                   "order");
  }
}

// A genuine record may still be too long; only a genuine one is told so.
TEST_P(EachCbcAttacked, TooLongIsSaidOfGenuineRecordsOnly) {
  const Octets content = counting(max_plaintext + 1);
  for (const std::size_t limit : {std::size_t{64}, std::size_t{1000}, max_plaintext}) {
    const Octets good = seal_cbc(sending, data, Bytes(content).first(limit));
    const Octets too_long = seal_cbc(sending, data, Bytes(content).first(limit + 1));
    Octets record = good;
    receiving.set_sequence(sending.sequence() - 2);
    EXPECT_TRUE(receiving.open(record, limit));
    record = too_long;
    record[header_size + 20] ^= 1;
    expect_refused(record, "damaged");
    record = too_long;
    EXPECT_EQ(code_of(receiving.open(record, limit)), ErrorCode::record_overflow);
  }
}

// The reader knows nothing of CBC but bounds it as everything else.
// [6066:4#6]
TEST_P(EachCbcAttacked, ReaderBoundsLengthsAndEmptyRecords) {
  RecordReader reader;
  reader.install(make_key(GetParam()));
  for (int i = 0; i < 32; ++i) {
    Octets empty = seal_cbc(sending, data, {});
    const auto record = reader.read(empty);
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->is_protected);
    EXPECT_TRUE(record->content.empty());
  }
  Octets empty = seal_cbc(sending, data, {});
  EXPECT_EQ(code_of(reader.read(empty)), ErrorCode::too_many_empty_records);

  RecordReader limited;
  limited.install(make_key(GetParam()));
  limited.set_record_size_limit(100);
  sending.set_sequence(0);
  Octets record = seal_cbc(sending, data, counting(100));
  EXPECT_TRUE(limited.read(record));
  record = seal_cbc(sending, data, counting(101));
  EXPECT_EQ(code_of(limited.read(record)), ErrorCode::record_overflow);

  // RFC 5246 §6.2.3: 2^14 + 2048 at most, before anything is decrypted.
  Octets header(header_size);
  write_header({data, ProtocolVersion::tls12, max_ciphertext12 + 1}, header);
  EXPECT_EQ(code_of(limited.read(header)), ErrorCode::record_overflow);
  write_header({data, ProtocolVersion::tls12, max_ciphertext12}, header);
  EXPECT_TRUE(limited.read(header));
}

}  // namespace
}  // namespace handfast::record
