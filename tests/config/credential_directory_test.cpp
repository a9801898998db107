// Which credentials a server's directory finds for a name: those of which x509::Certificate::is_for() says
// so, each in turn.
#include "config/credential_directory.hpp"

#include <gtest/gtest.h>

#include "config/credential_contents.hpp"
#include "support/pki.hpp"
#include "x509/der_writer.hpp"

namespace handfast::test {
namespace {

namespace der = x509::der;

Octets dns(std::string_view text) { return der::value(x509::tag::context(2), as_bytes(text)); }
Octets ip(std::initializer_list<std::uint8_t> octets) {
  return der::value(x509::tag::context(7), Octets(octets));
}
Octets mailbox(std::string_view text) { return der::value(x509::tag::context(1), as_bytes(text)); }

// A credential with exactly these names, however wrong; none: without subjectAltName.
Credential credential_for(const std::vector<Octets>& names) {
  static const Authority authority;
  x509::CertificateTemplate leaf = Authority::leaf_template();
  leaf.dns_names.clear();
  if (!names.empty()) {
    Octets list;
    for (const Octets& name : names) list.insert(list.end(), name.begin(), name.end());
    leaf.extensions = {der::sequence({der::value(x509::tag::object_identifier, Octets{0x55, 0x1d, 17}),
                                      der::value(x509::tag::octet_string, der::sequence({list}))})};
  }
  return authority.credential(x509::KeyKind::ec_p256, leaf);
}

Credential raw_key() {
  const auto key = *x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random());
  return *Credential::raw_public_key(key.to_pem());
}

using Numbers = std::vector<std::uint32_t>;
Numbers numbers(const Places& places) {
  Numbers all;
  for (const std::uint32_t place : places) all.push_back(place);
  return all;
}
Numbers found(const CredentialDirectory& directory, std::string_view name) {
  return numbers(directory.named(*ServerName::parse(name)));
}

// One by one, as no directory would.
Numbers searched(std::span<const Credential> credentials, std::string_view name) {
  Numbers result;
  for (std::uint32_t i = 0; i < credentials.size(); ++i) {
    const auto& leaf = credentials[i].contents().leaf;
    if (!leaf || leaf->is_for(*ServerName::parse(name))) result.push_back(i);
  }
  return result;
}

const std::vector<std::string_view> asked_names = {
    "a.example", "A.Example", "b.example", "www.a.example", "x.www.a.example", "example",    "under_score.it",
    "localhost", "192.0.2.1", "192.0.2.2", "2001:db8::1",   "10.0.2.1",        "other.test", "www.b.example"};

std::vector<Credential> many_credentials() {
  std::vector<Credential> all;
  all.push_back(credential_for({dns("a.example"), dns("*.a.example")}));
  all.push_back(credential_for({dns("WWW.A.EXAMPLE")}));
  all.push_back(credential_for({dns("*.a.example"), dns("www.a.example"), dns("www.A.example")}));
  all.push_back(credential_for({dns("*.example"), dns("*"), dns("*."), dns("www.*.example")}));
  all.push_back(credential_for({dns("w*.a.example"), dns("*.www.a.example"), dns("a.example.")}));
  all.push_back(credential_for({dns("192.0.2.1"), dns("*.0.2.1"), dns("2001:db8::1")}));
  all.push_back(credential_for({ip({192, 0, 2, 1})}));
  all.push_back(
      credential_for({ip({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), dns("b.example")}));
  all.push_back(credential_for({dns("under_score.it"), mailbox("a@b.example")}));
  all.push_back(credential_for({}));
  all.push_back(credential_for({dns("LocalHost"), dns("b.example")}));
  return all;
}

TEST(CredentialDirectory, FindsWhatASearchOfAllFinds) {
  std::vector<Credential> credentials = many_credentials();
  for (const bool with_raw_keys : {false, true}) {
    if (with_raw_keys) {
      credentials.insert(credentials.begin() + 2, raw_key());
      credentials.push_back(raw_key());
    }
    const CredentialDirectory directory(credentials);
    std::size_t hits = 0;
    for (const std::string_view name : asked_names) {
      EXPECT_EQ(found(directory, name), searched(credentials, name)) << name;
      hits += found(directory, name).size();
    }
    EXPECT_GE(hits, 12U);  // that there was something to find
  }
}

TEST(CredentialDirectory, ListsAllOfAName) {
  const CredentialDirectory directory(many_credentials());
  EXPECT_EQ(found(directory, "a.example"), Numbers{0});
  EXPECT_EQ(found(directory, "www.a.example"), (Numbers{0, 1, 2}));
  EXPECT_EQ(found(directory, "b.example"), (Numbers{7, 10}));
  EXPECT_EQ(found(directory, "192.0.2.1"), Numbers{6});
  EXPECT_EQ(found(directory, "2001:db8::1"), Numbers{7});
  EXPECT_TRUE(found(directory, "10.0.2.1").empty());  // whatever a certificate says of *.0.2.1
  EXPECT_TRUE(found(directory, "other.test").empty());
  EXPECT_EQ(numbers(directory.all()).size(), 11U);
  EXPECT_TRUE(directory.for_every_name().empty());
  EXPECT_EQ(directory.types(), (Preferences<CertificateType, 2>{CertificateType::X509}));
}

TEST(CredentialDirectory, HoldsRawPublicKeysForEveryName) {
  const std::vector<Credential> credentials = {raw_key(), credential_for({dns("a.example")}), raw_key()};
  const CredentialDirectory directory(credentials);
  EXPECT_EQ(found(directory, "a.example"), (Numbers{0, 1, 2}));
  EXPECT_EQ(found(directory, "192.0.2.1"), (Numbers{0, 2}));
  EXPECT_EQ(numbers(directory.for_every_name()), (Numbers{0, 2}));
  EXPECT_EQ(numbers(directory.named_like_first()), Numbers{0});
  EXPECT_EQ(directory.types(),
            (Preferences<CertificateType, 2>{CertificateType::RawPublicKey, CertificateType::X509}));
}

// Order, letter case, repetitions, and names of other kinds do not make another site.
TEST(CredentialDirectory, KnowsWhoHasTheNamesOfTheFirst) {
  const std::vector<Credential> credentials = {
      credential_for({dns("a.example"), dns("*.a.example"), ip({192, 0, 2, 1})}),
      credential_for({ip({192, 0, 2, 1}), dns("*.A.example"), dns("a.EXAMPLE"), dns("a.example")}),
      credential_for({dns("a.example"), dns("*.a.example")}),
      credential_for({dns("a.example"), dns("*.a.example"), ip({192, 0, 2, 1}), dns("b.example")}),
      credential_for({mailbox("m@a.example"), dns("a.example"), dns("*.a.example"), ip({192, 0, 2, 1})}),
      credential_for({}),
      raw_key()};
  EXPECT_EQ(numbers(CredentialDirectory(credentials).named_like_first()), (Numbers{0, 1, 4}));
}

// What can match nobody still tells sites apart; and who has no name is like nobody.
TEST(CredentialDirectory, TakesNamesThatMatchNobodyForNamesAllTheSame) {
  const auto like_first = [](const std::vector<Credential>& credentials) {
    return numbers(CredentialDirectory(credentials).named_like_first());
  };
  EXPECT_EQ(like_first({credential_for({dns("*.corp")}), credential_for({dns("*.dmz")}),
                        credential_for({dns("*.CORP")}), credential_for({})}),
            (Numbers{0, 2}));
  EXPECT_EQ(like_first({credential_for({dns("192.0.2.1")}), credential_for({ip({192, 0, 2, 1})})}),
            Numbers{0});
  EXPECT_EQ(like_first({credential_for({}), credential_for({}), raw_key()}), Numbers{0});
}

// Those of a name and those of the wildcard that covers it are read as one list, each once.
TEST(CredentialDirectory, HoldsManyOfAWildcardBesideTheirNames) {
  std::vector<Credential> credentials;
  for (int i = 0; i < 40; ++i)
    credentials.push_back(credential_for({dns("h" + std::to_string(i) + ".a.example"), dns("*.a.example")}));
  const CredentialDirectory directory(credentials);
  EXPECT_EQ(found(directory, "h7.a.example"), numbers(directory.all()));
  EXPECT_EQ(found(directory, "none.a.example"), numbers(directory.all()));
  EXPECT_TRUE(found(directory, "a.example").empty());
}

TEST(CredentialDirectory, OfNothingFindsNothing) {
  const CredentialDirectory directory(std::span<const Credential>{});
  EXPECT_TRUE(found(directory, "a.example").empty());
  EXPECT_TRUE(directory.named_like_first().empty());
  EXPECT_TRUE(directory.all().empty());
  EXPECT_TRUE(directory.types().empty());
}

}  // namespace
}  // namespace handfast::test
