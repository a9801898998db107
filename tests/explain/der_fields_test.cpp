// DER as a tree of fields: names, values, and every octet exactly once.
#include "explain/der_fields.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "explain/explained.hpp"
#include "support/vectors.hpp"

namespace handfast {
namespace {

using explain::der_fields;
using explain::DerForm;

std::string broken_cover(Bytes der, const std::vector<inspect::Field>& fields) {
  std::size_t covered = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool has_parts = i + 1 < fields.size() && fields[i + 1].depth > fields[i].depth;
    if (fields[i].leaf == has_parts) return fields[i].name + ": wrongly marked";
    if (fields[i].offset != covered) return fields[i].name + ": a gap or an overlap";
    if (fields[i].leaf) covered += fields[i].length;
  }
  return covered == der.size() ? "" : "octets without a field";
}

std::string value_of(const std::vector<inspect::Field>& fields, const std::string& name) {
  const auto found = std::ranges::find(fields, name, &inspect::Field::name);
  return found == fields.end() ? "none" : found->value;
}

std::string show(const std::vector<inspect::Field>& fields) {
  std::string text;
  for (const auto& field : fields)
    text += std::string(2 * std::size_t{field.depth}, ' ') + std::to_string(field.offset) + '+' +
            std::to_string(field.length) + ' ' + field.name +
            (field.value.empty() ? "" : " = " + field.value) + (field.bad ? " !" : "") + '\n';
  return text;
}

TEST(DerFields, NamesThePartsOfACertificate) {
  const Octets& der = test::authority().certificate();
  const auto fields = der_fields(der, DerForm::certificate);
  EXPECT_EQ(broken_cover(der, fields), "");
  EXPECT_EQ(fields.front().name, "Certificate");
  EXPECT_EQ(fields.front().length, der.size());
  for (const char* name : {"tbsCertificate", "version", "serialNumber", "issuer", "notBefore", "notAfter",
                           "subject", "subjectPublicKeyInfo", "extnID", "extnValue", "signatureValue"})
    EXPECT_NE(value_of(fields, name), "none") << name;
  EXPECT_EQ(value_of(fields, "algorithm"), "ecdsa-with-SHA256 (1.2.840.10045.4.3.2)");
  EXPECT_EQ(value_of(fields, "value"), "\"Test Root\"");
  EXPECT_EQ(value_of(fields, "critical"), "TRUE");
}

TEST(DerFields, ShowsAName) {
  // CN=ab
  EXPECT_EQ(show(der_fields(test::from_hex("300d310b300906035504030c026162"), DerForm::name)),
            "0+15 Name\n"
            "  0+1 tag = SEQUENCE\n"
            "  1+1 length = 13\n"
            "  2+13 RelativeDistinguishedName\n"
            "    2+1 tag = SET\n"
            "    3+1 length = 11\n"
            "    4+11 AttributeTypeAndValue\n"
            "      4+1 tag = SEQUENCE\n"
            "      5+1 length = 9\n"
            "      6+5 type = CN (2.5.4.3)\n"
            "        6+1 tag = OBJECT IDENTIFIER\n"
            "        7+1 length = 3\n"
            "        8+3 contents = CN (2.5.4.3)\n"
            "      11+4 value = \"ab\"\n"
            "        11+1 tag = UTF8String\n"
            "        12+1 length = 2\n"
            "        13+2 contents = \"ab\"\n");
}

TEST(DerFields, ShowsASignature) {
  EXPECT_EQ(show(der_fields(test::from_hex("3006020105020107"), DerForm::ecdsa_signature)),
            "0+8 Ecdsa-Sig-Value\n  0+1 tag = SEQUENCE\n  1+1 length = 6\n"
            "  2+3 r = 5\n    2+1 tag = INTEGER\n    3+1 length = 1\n    4+1 contents = 5\n"
            "  5+3 s = 7\n    5+1 tag = INTEGER\n    6+1 length = 1\n    7+1 contents = 7\n");
}

TEST(DerFields, NamesTagsWhereNothingIsExpected) {
  EXPECT_EQ(show(der_fields(test::from_hex("a003030205e0"), DerForm::anything)),
            "0+5 [0]\n  0+1 tag = [0]\n  1+1 length = 3\n  2+3 undecoded = 030205 !\n"
            "5+1 undecoded = e0 !\n");
}

TEST(DerFields, CoversWhateverComes) {
  const Octets& whole = test::authority().certificate();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i));
    ASSERT_EQ(broken_cover(cut, der_fields(cut, DerForm::certificate)), "") << "cut to " << i;
    for (const int flip : {0x01, 0x20, 0x80, 0xff}) {
      Octets damaged = whole;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
      ASSERT_EQ(broken_cover(damaged, der_fields(damaged, DerForm::certificate)), "") << i << " xor " << flip;
    }
  }
}

TEST(DerFields, StopsAtADepth) {
  Octets deep;
  for (int i = 0; i < 60; ++i) {
    Octets outer{0x30, static_cast<std::uint8_t>(deep.size())};
    outer.insert(outer.end(), deep.begin(), deep.end());
    deep = outer;
  }
  const auto fields = der_fields(deep, DerForm::anything);
  EXPECT_EQ(broken_cover(deep, fields), "");
  EXPECT_LE(std::ranges::max(fields, {}, &inspect::Field::depth).depth, 40);
}

}  // namespace
}  // namespace handfast
