// DER, texts and times: what reads, and what the writer gives.
#include "x509/der.hpp"

#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "x509/der_writer.hpp"
#include "x509/oid.hpp"
#include "x509/text.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

using test::from_hex;
using test::to_hex;

TEST(Der, ReadsElementsOneAfterTheOther) {
  const Octets octets = from_hex("0201050101ff0403aabbcc0500");
  Fault fault(octets);
  Der der(octets, fault);
  EXPECT_EQ(der.small(tag::integer, "a"), 5U);
  EXPECT_TRUE(der.boolean("b"));
  EXPECT_EQ(to_hex(der.content(tag::octet_string, "c")), "aabbcc");
  der.null("d");
  der.finish("end");
  EXPECT_FALSE(fault.happened());
}

TEST(Der, KeepsTheFirstDefectWithItsPlace) {
  const Octets octets = from_hex("3006020105020201");
  Fault fault(octets);
  Der outer(octets, fault);
  Der inner = outer.sequence("outer");
  inner.integer("first");
  inner.integer("second");  // two octets are announced, one is there
  inner.integer("third");
  ASSERT_TRUE(fault.happened());
  EXPECT_EQ(fault.defect()->code, FindingCode::der_truncated);
  EXPECT_STREQ(fault.defect()->field, "second");
  EXPECT_EQ(fault.defect()->offset, 5U);
}

TEST(Der, ReadsLongLengths) {
  Octets octets = der::value(tag::octet_string, Bytes(Octets(70000, 1)));
  EXPECT_EQ(to_hex(Bytes(octets).first(5)), "0483011170");
  Fault fault(octets);
  Der der(octets, fault);
  EXPECT_EQ(der.content(tag::octet_string, "long").size(), 70000U);
  EXPECT_FALSE(fault.happened());
}

TEST(Der, ReadsNothingAfterADefect) {
  const Octets octets = from_hex("0401aa020105");
  Fault fault(octets);
  Der der(octets, fault);
  EXPECT_TRUE(der.integer("wrong").empty());
  EXPECT_FALSE(der.more());
  EXPECT_EQ(der.any("next").tag, 0);
}

TEST(Der, WritesTheShortestNumbers) {
  EXPECT_EQ(to_hex(der::integer(0U)), "020100");
  EXPECT_EQ(to_hex(der::integer(127U)), "02017f");
  EXPECT_EQ(to_hex(der::integer(128U)), "02020080");
  EXPECT_EQ(to_hex(der::integer(65537U)), "0203010001");
  EXPECT_EQ(to_hex(der::integer(Bytes(from_hex("0000ff")))), "020200ff");
}

TEST(Der, FlagsSurviveWriterAndReader) {
  for (const unsigned number : {0x100U, 0x001U, 0x180U, 0x1ffU, 0x006U}) {
    const auto bits = static_cast<std::uint16_t>(number);
    const Octets octets = der::named_bits(bits);
    Fault fault(octets);
    Der der(octets, fault);
    EXPECT_EQ(der.flags(tag::bit_string, 9, "bits"), bits);
    EXPECT_FALSE(fault.happened());
  }
}

TEST(ObjectIdentifiers, AreWrittenWithDots) {
  EXPECT_EQ(oid::dotted(oid::rsa_encryption), "1.2.840.113549.1.1.1");
  EXPECT_EQ(oid::dotted(oid::certificate_extension<17>), "2.5.29.17");
  EXPECT_EQ(oid::dotted(from_hex("883703")), "2.999.3");
  EXPECT_EQ(oid::dotted(from_hex("80")), "?");
  EXPECT_EQ(oid::dotted(from_hex("2affffffffffffffffffff7f")), "?");
  EXPECT_EQ(oid::name_or_dotted(oid::server_auth), "serverAuth");
  EXPECT_EQ(oid::name_or_dotted(from_hex("2a0304")), "1.2.3.4");
}

std::string read(std::uint8_t type, std::string_view text) {
  const Octets octets = der::value(type, as_bytes(text));
  Fault fault(octets);
  Der der(octets, fault);
  const auto time = read_time(der, "time");
  return fault.happened() ? "bad" : to_timestamp(time);
}

// RFC 5280 §4.1.2.5 [5280:4.1.2.5#2] [5280:4.1.2.5.1#2,3].
TEST(Times, TwoDigitYearsLieBetween1950And2049) {
  EXPECT_EQ(read(tag::utc_time, "500101000000Z"), "1950-01-01T00:00:00Z");
  EXPECT_EQ(read(tag::utc_time, "491231235959Z"), "2049-12-31T23:59:59Z");
  EXPECT_EQ(read(tag::generalized_time, "20500101000000Z"), "2050-01-01T00:00:00Z");
  EXPECT_EQ(read(tag::generalized_time, "99991231235959Z"), "9999-12-31T23:59:59Z");
  EXPECT_EQ(read(tag::utc_time, "240229120000Z"), "2024-02-29T12:00:00Z");
}

TEST(Times, ThatDoNotExistAreRefused) {
  for (const char* text :
       {"230229120000Z", "241301120000Z", "240100120000Z", "240101240000Z", "240101126000Z", "240101120060Z",
        "24010112000 Z", "240101120000z", "2401011200Z", "20240101120000Z", ""})
    EXPECT_EQ(read(tag::utc_time, text), "bad") << text;
  EXPECT_EQ(read(tag::generalized_time, "240229120000Z"), "bad");
}

TEST(Times, AreWrittenForPeopleAndForData) {
  const auto time = std::chrono::sys_days(std::chrono::year{987} / 6 / 5) + std::chrono::seconds{4};
  EXPECT_EQ(to_text(time), "0987-06-05 00:00:04 UTC");
  EXPECT_EQ(to_timestamp(time), "0987-06-05T00:00:04Z");
}

std::u32string characters(std::uint8_t type, std::string_view value) {
  std::u32string out;
  Characters reader(type, as_bytes(value));
  for (std::uint32_t c = reader.next(); c != Characters::end; c = reader.next())
    out += c == Characters::bad ? U'!' : static_cast<char32_t>(c);
  return out;
}

TEST(Texts, DecodeFromTheirCharacterSets) {
  EXPECT_EQ(characters(tag::utf8_string, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
            U"a\u00e4\u20ac\U0001f600");
  EXPECT_EQ(characters(tag::bmp_string, std::string_view("\0a\x20\xac", 4)), U"a\u20ac");
  EXPECT_EQ(characters(tag::universal_string, std::string_view("\0\1\xf6\0", 4)), U"\U0001f600");
  EXPECT_EQ(characters(tag::teletex_string, "\xe4"), U"\u00e4");
}

TEST(Texts, StopWhereTheyDoNotDecode) {
  for (const char* text :
       {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\x80", "\xff", "\xc3("})
    EXPECT_EQ(characters(tag::utf8_string, text), U"!") << text;
  EXPECT_EQ(characters(tag::bmp_string, "a"), U"!");
  EXPECT_EQ(characters(tag::printable_string, "\xe4"), U"!");
}

TEST(Texts, PrintableStringsHaveFewCharacters) {
  EXPECT_TRUE(is_well_formed(tag::printable_string, as_bytes("Example, Inc. (Test) '+-./:=?")));
  EXPECT_FALSE(is_well_formed(tag::printable_string, as_bytes("a@b")));
  EXPECT_FALSE(is_well_formed(tag::printable_string, as_bytes("a*b")));
  EXPECT_TRUE(is_well_formed(tag::numeric_string, as_bytes("12 34")));
  EXPECT_FALSE(is_well_formed(tag::numeric_string, as_bytes("12a")));
}

TEST(Texts, FoldLatinGreekAndCyrillic) {
  EXPECT_EQ(fold(U'Q'), U'q');
  EXPECT_EQ(fold(0xc4), 0xe4U);
  EXPECT_EQ(fold(0xd7), 0xd7U);
  EXPECT_EQ(fold(0x160), 0x161U);
  EXPECT_EQ(fold(0x17d), 0x17eU);
  EXPECT_EQ(fold(0x178), 0xffU);
  EXPECT_EQ(fold(0x3a9), 0x3c9U);
  EXPECT_EQ(fold(0x416), 0x436U);
  EXPECT_EQ(fold(0x401), 0x451U);
  EXPECT_EQ(fold(0x4e2d), 0x4e2dU);
}

}  // namespace
}  // namespace handfast::x509
