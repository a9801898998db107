// Names to look for, and when a certificate is for them.
#include <handfast/server_name.hpp>

#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "x509/address.hpp"
#include "x509/certificate.hpp"
#include "x509/dns_name.hpp"
#include "x509/mailbox.hpp"
#include "x509/punycode.hpp"
#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::DnsMatch;
using x509::PublicSuffixList;

std::string parsed(std::string_view text) {
  const auto name = ServerName::parse(text);
  return name ? name->text() : std::string(name_of(name.error().code));
}

TEST(ServerName, TakesDnsNamesInAnyCaseAndWithATrailingDot) {
  EXPECT_EQ(parsed("WWW.Example.COM."), "www.example.com");
  EXPECT_EQ(parsed("localhost"), "localhost");
  EXPECT_EQ(parsed("_sip._tcp.example.com"), "_sip._tcp.example.com");
  EXPECT_EQ(parsed("xn--mnchen-3ya.example"), "xn--mnchen-3ya.example");
  EXPECT_EQ(parsed("1.example"), "1.example");
  EXPECT_TRUE(ServerName::parse("a.b")->is_dns());
  EXPECT_TRUE(ServerName::parse("a.b")->address().empty());
}

TEST(ServerName, TakesAddressesInAnyForm) {
  EXPECT_EQ(parsed("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(parsed("2001:DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(parsed("::"), "::");
  EXPECT_EQ(parsed("::ffff:192.0.2.1"), "::ffff:c000:201");
  EXPECT_EQ(parsed("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(to_hex(ServerName::parse("192.0.2.1")->address()), "c0000201");
  EXPECT_EQ(ServerName::parse("::1")->address().size(), 16U);
}

TEST(ServerName, RefusesWhatIsNeither) {
  const std::string long_label(64, 'a');
  std::string long_name;
  while (long_name.size() <= 253) long_name += "abcdefghi.";
  for (const std::string& text : {std::string(),
                                  std::string("."),
                                  std::string("a..b"),
                                  std::string(".a"),
                                  std::string("-a.b"),
                                  std::string("a-.b"),
                                  std::string("a b"),
                                  std::string("*.example.com"),
                                  std::string("m\xc3\xbcnchen.example"),
                                  std::string("1.2.3"),
                                  std::string("256.1.1.1"),
                                  std::string("1.2.3.4.5"),
                                  std::string("01.2.3.4"),
                                  std::string("example.com:443"),
                                  std::string("[::1]"),
                                  std::string("fe80::1%eth0"),
                                  std::string("1::2::3"),
                                  std::string("::12345"),
                                  std::string("1:2:3:4:5:6:7"),
                                  std::string("1:2:3:4:5:6:7:8:9"),
                                  std::string("1:2:3:4:5:6:7::8"),
                                  std::string(":1"),
                                  std::string("1:"),
                                  std::string("192.0.2.1::"),
                                  std::string("::1.2.3"),
                                  std::string("a\0b", 3),
                                  long_label,
                                  long_name})
    EXPECT_EQ(parsed(text), "bad_server_name") << text;
}

TEST(ServerName, AddressesPrintInTheirCanonicalForm) {
  const auto text = [](std::string_view hex) { return x509::address_text(from_hex(hex)); };
  EXPECT_EQ(text("20010db8000000000000000000000001"), "2001:db8::1");
  EXPECT_EQ(text("20010db8000000010000000000000000"), "2001:db8:0:1::");
  EXPECT_EQ(text("20010000000100010000000100010001"), "2001:0:1:1:0:1:1:1");
  EXPECT_EQ(text("00000000000100000000000000000000"), "0:0:1::");
  EXPECT_EQ(text("c0000201"), "192.0.2.1");
  EXPECT_EQ(text("0102"), "0102");
}

DnsMatch match(std::string_view presented, std::string_view reference,
               const PublicSuffixList* list = nullptr) {
  return x509::match_dns(presented, reference, list);
}

// RFC 9525 §6.3, RFC 6125 §6.4 [5280:7.2#5] [6125:6.4.1#1] [6125:6.4.2#2,3].
TEST(DnsNames, MatchWholeAndWithoutCase) {
  EXPECT_EQ(match("Example.Com", "example.com"), DnsMatch::yes);
  EXPECT_EQ(match("example.com", "www.example.com"), DnsMatch::no);
  EXPECT_EQ(match("example.com.", "example.com"), DnsMatch::no);
  EXPECT_EQ(match("", "example.com"), DnsMatch::no);
}

TEST(DnsNames, WildcardsStandForOneWholeLeftmostLabel) {
  EXPECT_EQ(match("*.example.com", "www.example.com"), DnsMatch::yes);
  EXPECT_EQ(match("*.EXAMPLE.com", "xn--mnchen-3ya.example.com"), DnsMatch::yes);
  for (const char* other : {"example.com", "a.b.example.com", "www.example.org", "wwwexample.com"})
    EXPECT_EQ(match("*.example.com", other), DnsMatch::no) << other;
  for (const char* presented :
       {"w*.example.com", "*w.example.com", "www.*.com", "*", "**.example.com", "*.*.com", "*example.com"})
    EXPECT_EQ(match(presented, "www.example.com"), DnsMatch::no) << presented;
}

TEST(DnsNames, WildcardsDoNotCoverPublicSuffixes) {
  EXPECT_EQ(match("*.com", "example.com"), DnsMatch::too_broad);
  EXPECT_EQ(match("*.co.uk", "example.co.uk"), DnsMatch::yes);
  const auto list = PublicSuffixList::parse(
      "// a comment\nuk\nco.uk\n*.ck\n!www.ck\n\xe9\xa6\x99\xe6\xb8\xaf  text behind\n"
      "// ===BEGIN PRIVATE DOMAINS===\nhosting.example\n// ===END PRIVATE DOMAINS===\n");
  ASSERT_TRUE(list);
  EXPECT_EQ(match("*.co.uk", "example.co.uk", list->get()), DnsMatch::too_broad);
  EXPECT_EQ(match("*.example.co.uk", "www.example.co.uk", list->get()), DnsMatch::yes);
  EXPECT_EQ(match("*.hosting.example", "a.hosting.example", list->get()), DnsMatch::too_broad);
}

TEST(PublicSuffixes, FollowTheListsRules) {
  const auto list = *PublicSuffixList::parse(
      "uk\nco.uk\n*.ck\n!www.ck\n\xe9\xa6\x99\xe6\xb8\xaf\n"
      "// ===BEGIN PRIVATE DOMAINS===\nhosting.example\n// ===END PRIVATE DOMAINS===\n");
  for (const char* suffix : {"com", "uk", "co.uk", "ck", "any.ck", "xn--j6w193g", "hosting.example"})
    EXPECT_TRUE(list->is_public_suffix(suffix)) << suffix;
  for (const char* name : {"example.com", "example.uk", "a.co.uk", "www.ck", "a.any.ck", "a.hosting.example"})
    EXPECT_FALSE(list->is_public_suffix(name)) << name;
  EXPECT_FALSE(list->is_registry_suffix("hosting.example"));
  EXPECT_TRUE(list->is_registry_suffix("co.uk"));
  EXPECT_EQ(PublicSuffixList::parse("// nothing\n").error().code, ErrorCode::invalid_argument);
}

TEST(PublicSuffixes, DebiansListReads) {
  const auto list = PublicSuffixList::system();
  if (!list && list.error().code == ErrorCode::file_unreadable)
    GTEST_SKIP() << "package publicsuffix is not installed";
  ASSERT_TRUE(list);
  EXPECT_TRUE((*list)->is_registry_suffix("co.uk"));
  EXPECT_TRUE((*list)->is_public_suffix("s3.amazonaws.com"));
  EXPECT_FALSE((*list)->is_registry_suffix("s3.amazonaws.com"));
  EXPECT_FALSE((*list)->is_public_suffix("amazonaws.com"));
}

TEST(Punycode, EncodesLabels) {
  EXPECT_EQ(x509::to_a_labels("m\xc3\xbcnchen.example"), "xn--mnchen-3ya.example");
  EXPECT_EQ(x509::to_a_labels("b\xc3\xbc"
                              "cher"),
            "xn--bcher-kva");
  // RFC 3492 §7.1 (L): 3<nen>B<gumi><kinpachi><sensei>, here in lower case.
  EXPECT_EQ(x509::to_a_labels("3\xe5\xb9\xb4"
                              "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab\xe5\x85\x88\xe7\x94\x9f"),
            "xn--3b-ww4c5e180e575a65lsy2b");
  EXPECT_EQ(x509::to_a_labels("plain.example"), "plain.example");
  EXPECT_FALSE(x509::to_a_labels("\xff"));
}

TEST(Mailboxes, HaveALocalPartAndAHost) {
  for (const char* good : {"a@example.com", "a.b+c@example.com", "*@example.com", "\"a b\"@example.com",
                           "\"a\\\"@b\"@example.com"})
    EXPECT_TRUE(x509::parse_mailbox(good)) << good;
  for (const char* bad :
       {"", "a", "@example.com", "a@", "a@b@example.com", ".a@example.com", "a.@example.com",
        "a..b@example.com", "a b@example.com", "a@-b", "a@1.2.3.4", "\"a@example.com", "\"a\\\"@example.com"})
    EXPECT_FALSE(x509::parse_mailbox(bad)) << bad;
}

x509::Certificate leaf_with(Octets& octets, const Octets& names) {
  Scenario s;
  s.leaf.set(names);
  octets = s.make_leaf();
  return *x509::Certificate::parse(octets);
}

TEST(Certificate, IsForItsDnsNamesAndAddresses) {
  Octets octets;
  const auto leaf = leaf_with(
      octets, alternative_names({dns("www.example.com"), dns("*.example.net"), ip({192, 0, 2, 1})}));
  for (const char* good : {"www.example.com", "a.example.net", "192.0.2.1"})
    EXPECT_TRUE(leaf.is_for(*ServerName::parse(good))) << good;
  for (const char* bad : {"example.com", "example.net", "a.b.example.net", "192.0.2.2", "::1"})
    EXPECT_FALSE(leaf.is_for(*ServerName::parse(bad))) << bad;
}

TEST(Certificate, TheCommonNameIsNoName) {
  Octets octets;
  const auto leaf = leaf_with(octets, alternative_names({dns("other.example")}));
  EXPECT_FALSE(leaf.is_for(*ServerName::parse("www.example.com")));
}

TEST(Certificate, AnAddressInADnsNameDoesNotCount) {
  Octets octets;
  const auto leaf = leaf_with(octets, alternative_names({dns("192.0.2.1")}));
  EXPECT_FALSE(leaf.is_for(*ServerName::parse("192.0.2.1")));
}

}  // namespace
}  // namespace handfast::test
