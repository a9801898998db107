// CertificatePropertyList (draft-ietf-tls-trust-anchor-ids-04 §7).
#include <limits>

#include <handfast/certificate_properties.hpp>

#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "x509/pem.hpp"

namespace handfast {
namespace {

using test::from_hex;

constexpr const char* id_alone = "0008 0000 0004 81fd5901";
// An ID; one group; no fallback; a property that nobody knows.
constexpr const char* everything =
    "002d 0000 0004 81fd5901"
    "0001 0017 0015 04 81fd5902 0000000000000003 ffffffffffffffff"
    "0002 0000"
    "7777 0002 0102";

TEST(CertificateProperties, AreReadFromOctets) {
  const auto properties = read_certificate_properties(from_hex(everything));
  ASSERT_TRUE(properties) << describe(properties.error());
  EXPECT_EQ(properties->trust_anchor_id, *parse_trust_anchor_id("32473.1"));
  EXPECT_EQ(properties->trust_anchor_group_inclusions,
            (std::vector<TrustAnchorRange>{
                {*parse_trust_anchor_id("32473.2"), 3, std::numeric_limits<std::uint64_t>::max()}}));
  EXPECT_TRUE(properties->trust_anchor_negotiation);
  EXPECT_EQ(*read_certificate_properties(from_hex(id_alone)),
            (CertificateProperties{*parse_trust_anchor_id("32473.1"), {}, false}));
  EXPECT_EQ(*read_certificate_properties(from_hex("0000")), CertificateProperties());
}

TEST(CertificateProperties, AreReadFromTheirBlockOfAFile) {
  const std::string file = x509::to_pem("CERTIFICATE PROPERTIES", from_hex(id_alone)) +
                           x509::to_pem("CERTIFICATE", from_hex("3000"));
  const auto properties = read_certificate_properties(as_bytes(file));
  ASSERT_TRUE(properties) << describe(properties.error());
  EXPECT_EQ(properties->trust_anchor_id, *parse_trust_anchor_id("32473.1"));
  const std::string without = x509::to_pem("CERTIFICATE", from_hex("3000"));
  EXPECT_EQ(*read_certificate_properties(as_bytes(without)), CertificateProperties());
}

TEST(CertificateProperties, ThatDoNotParseAreRefused) {
  const auto refused = [](const char* hex) {
    const auto properties = read_certificate_properties(from_hex(hex));
    return !properties && properties.error().code == ErrorCode::own_certificate_properties_malformed;
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("0008 0000 0004 81fd59"));
  EXPECT_TRUE(refused("0000 00"));
  EXPECT_TRUE(refused("0008 0002 0000 0002 0000")) << "twice";
  EXPECT_TRUE(refused("0009 0002 0000 0000 0001 01")) << "out of order";
  EXPECT_TRUE(refused("0004 0000 0000")) << "an empty ID";
  EXPECT_TRUE(refused("0006 0001 0002 0000")) << "no group";
  EXPECT_TRUE(refused("0017 0001 0013 0011 00 0000000000000003 0000000000000004"))
      << "a group without a base";
  EXPECT_TRUE(refused("0005 0002 0001 00")) << "a flag with a value";
  const std::string damaged =
      "-----BEGIN CERTIFICATE PROPERTIES-----\n####\n-----END CERTIFICATE PROPERTIES-----\n";
  EXPECT_EQ(read_certificate_properties(as_bytes(damaged)).error().code, ErrorCode::bad_pem);
}

TEST(CertificateProperties, HaveAnIdOf255OctetsAtMost) {
  Octets list = from_hex("0103 0000 00ff");
  list.resize(list.size() + 255, 1);
  EXPECT_TRUE(read_certificate_properties(list));
  list = from_hex("0104 0000 0100");
  list.resize(list.size() + 256, 1);
  EXPECT_FALSE(read_certificate_properties(list));
}

}  // namespace
}  // namespace handfast
