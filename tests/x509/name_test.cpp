// Distinguished names: equal, within, hashed, printed.
#include "x509/name.hpp"

#include <gtest/gtest.h>

#include "x509/forge.hpp"

namespace handfast::test {
namespace {

using x509::same_name;

const Octets printable = name({attribute(oid::organization_name, "Example  Corp", tag::printable_string)});

void expect_same(const Octets& a, const Octets& b) {
  EXPECT_TRUE(same_name(a, b)) << x509::to_text(a) << " / " << x509::to_text(b);
  EXPECT_TRUE(same_name(b, a));
  EXPECT_EQ(x509::name_hash(a), x509::name_hash(b));
}

// RFC 5280 §7.1 [5280:7.1#1,3].
TEST(Names, CompareWithoutCaseBlanksAndCharacterSet) {
  expect_same(printable, name({attribute(oid::organization_name, "example corp")}));
  expect_same(printable, name({attribute(oid::organization_name, " EXAMPLE\tCORP ")}));
  const std::string_view wide("\0E\0x\0a\0m\0p\0l\0e\0 \0C\0o\0r\0p", 24);
  expect_same(printable, name({attribute(oid::organization_name, wide, tag::bmp_string)}));
  expect_same(name({attribute(oid::organization_name, "\xc3\x84pfel")}),
              name({attribute(oid::organization_name, "\xe4PFEL", tag::teletex_string)}));
}

TEST(Names, DifferInTextTypeAndNumber) {
  EXPECT_FALSE(same_name(printable, name({attribute(oid::organization_name, "Example Corp.")})));
  EXPECT_FALSE(same_name(printable, name({attribute(oid::organization_name, "ExampleCorp")})));
  EXPECT_FALSE(same_name(printable, common_name("Example Corp")));
  EXPECT_FALSE(same_name(printable, name({})));
  const Octets one = attribute(oid::common_name, "a");
  EXPECT_FALSE(same_name(name({one}), name({one, one})));
}

TEST(Names, OrderOfGroupsCountsOrderInsideDoesNot) {
  const auto pair = [](Bytes type, std::string_view text) {
    return der::sequence({identifier(type), der::value(tag::utf8_string, as_bytes(text))});
  };
  const Octets a = pair(oid::common_name, "a");
  const Octets b = pair(oid::organization_name, "b");
  expect_same(name({der::value(tag::set, {a, b})}), name({der::value(tag::set, {b, a})}));
  EXPECT_FALSE(same_name(name({der::value(tag::set, a), der::value(tag::set, b)}),
                         name({der::value(tag::set, b), der::value(tag::set, a)})));
  // The same attribute twice is not two different ones.
  EXPECT_FALSE(same_name(name({der::value(tag::set, {a, a})}), name({der::value(tag::set, {a, b})})));
}

TEST(Names, ThatDoNotDecodeAreOnlyEqualOctetByOctet) {
  const Octets broken = name({attribute(oid::common_name, "\xff")});
  EXPECT_TRUE(same_name(broken, broken));
  EXPECT_FALSE(same_name(broken, name({attribute(oid::common_name, "\xff", tag::printable_string)})));
}

TEST(Names, LieWithinTheirBeginnings) {
  const Octets country = attribute(oid::certificate_extension<6>, "XX");
  const Octets company = attribute(oid::organization_name, "Example");
  const Octets full = name({country, company, attribute(oid::common_name, "a")});
  EXPECT_TRUE(x509::is_within(full, name({})));
  EXPECT_TRUE(x509::is_within(full, name({country, attribute(oid::organization_name, "EXAMPLE")})));
  EXPECT_TRUE(x509::is_within(full, full));
  EXPECT_FALSE(x509::is_within(full, name({company})));
  EXPECT_FALSE(x509::is_within(name({country}), full));
}

TEST(Names, ArePrintedLastGroupFirst) {
  EXPECT_EQ(x509::to_text(name(
                {attribute(oid::organization_name, "Example, Inc."), attribute(oid::common_name, "#a b ")})),
            "CN=\\#a b\\ ,O=Example\\, Inc.");
  EXPECT_EQ(x509::to_text(name({})), "");
  EXPECT_EQ(x509::to_text(name({attribute(Octets{0x2a, 3, 4}, "x")})), "1.2.3.4=x");
  EXPECT_EQ(x509::to_text(name({attribute(oid::common_name, "\x01", tag::octet_string)})), "CN=#01");
}

TEST(Names, PrintNothingThatATerminalObeys) {
  EXPECT_EQ(x509::to_text(common_name("a\x1b[31mb\n")), "CN=a\\1b[31mb\\0a");
  EXPECT_EQ(x509::to_text(common_name("\xe2\x80\xae"
                                      "evil")),
            "CN=\\e2\\80\\aeevil");
  EXPECT_EQ(x509::to_text(common_name("\xff")), "CN=\xef\xbf\xbd");
}

TEST(Names, PrintNothingThatTakesNoRoom) {
  // A soft hyphen, a zero width joiner and a byte order mark.
  EXPECT_EQ(x509::to_text(common_name("a\xc2\xad\xe2\x80\x8d\xef\xbb\xbf")),
            "CN=a\\c2\\ad\\e2\\80\\8d\\ef\\bb\\bf");
  EXPECT_EQ(x509::to_text(common_name("caf\xc3\xa9")), "CN=caf\xc3\xa9");
}

TEST(Names, GroupsOfManyAttributesCompareOctetByOctet) {
  const auto group = [](std::string_view last) {
    Octets pairs;
    for (int i = 0; i < 9; ++i) {
      const Octets pair = der::sequence(
          {identifier(oid::common_name), der::value(tag::utf8_string, as_bytes(i < 8 ? "x" : last))});
      pairs.insert(pairs.end(), pair.begin(), pair.end());
    }
    return name({der::value(tag::set, pairs)});
  };
  EXPECT_TRUE(x509::same_name(group("y"), group("y")));
  EXPECT_FALSE(x509::same_name(group("y"), group("Y")));
}

TEST(Names, GiveTheLastValueOfAType) {
  const Octets two = name({attribute(oid::common_name, "first"), attribute(oid::common_name, "second")});
  EXPECT_EQ(x509::last_value(two, oid::common_name), "second");
  EXPECT_EQ(x509::last_value(two, oid::organization_name), "");
}

}  // namespace
}  // namespace handfast::test
