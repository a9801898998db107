// Provocations: octets that are no certificate.
#include "x509/provocations.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;

/// Replaces the first occurrence; the octets must be there.
void replace(Octets& octets, Bytes what, Bytes with) {
  const auto at = std::search(octets.begin(), octets.end(), what.begin(), what.end());
  if (at == octets.end()) throw std::runtime_error("nothing to replace");
  const auto next = octets.erase(at, at + static_cast<std::ptrdiff_t>(what.size()));
  octets.insert(next, with.begin(), with.end());
}

Octets utc(std::string_view text) { return der::value(tag::utc_time, as_bytes(text)); }
Octets generalized(std::string_view text) { return der::value(tag::generalized_time, as_bytes(text)); }

std::vector<Provocation> octets() {
  return {
      {FindingCode::der_truncated, "TruncatedCertificate",
       [](Scenario& s) { s.edit_leaf = [](Octets& o) { o.pop_back(); }; }},
      {FindingCode::der_truncated, "OneOctet",
       [](Scenario& s) { s.edit_leaf = [](Octets& o) { o.resize(1); }; }},
      {FindingCode::der_bad_length, "LengthInTooManyOctets",
       [](Scenario& s) { s.leaf.serial = {0x02, 0x81, 0x01, 0x05}; }},
      {FindingCode::der_bad_length, "IndefiniteLength",
       [](Scenario& s) { s.edit_leaf = [](Octets& o) { o = {0x30, 0x80, 0, 0}; }; }},
      {FindingCode::der_bad_length, "LengthOfFiveOctets",
       [](Scenario& s) { s.edit_leaf = [](Octets& o) { o = {0x30, 0x85, 0, 0, 0, 0, 1, 0}; }; }},
      {FindingCode::der_bad_length, "LengthWithLeadingZero",
       [](Scenario& s) {
         s.edit_leaf = [](Octets& o) {
           o = {0x30, 0x82, 0, 0x80};
           o.resize(4 + 0x80);
         };
       }},
      {FindingCode::der_bad_tag, "TagBeyondThirty",
       [](Scenario& s) { s.leaf.set(alternative_names({der::value(0x9f, as_bytes("x"))})); }},
      {FindingCode::der_bad_tag, "TagZero",
       [](Scenario& s) { s.leaf.set(alternative_names({dns("www.example.com"), Octets{0, 0}})); }},
      {FindingCode::der_bad_tag, "TextInPieces",
       [](Scenario& s) {
         const Octets piece = der::value(tag::utf8_string, as_bytes("pieces"));
         s.leaf.subject = name(
             {der::value(tag::set, der::sequence({identifier(oid::common_name), der::value(0x2c, piece)}))});
       }},
      {FindingCode::der_bad_tag, "PrimitiveSequence",
       [](Scenario& s) {
         s.leaf.subject = name({der::value(
             tag::set, der::sequence({identifier(oid::common_name), der::value(0x10, as_bytes("x"))}))});
       }},
      {FindingCode::der_unexpected, "EmptyInput",
       [](Scenario& s) { s.edit_leaf = [](Octets& o) { o.clear(); }; }},
      {FindingCode::der_unexpected, "SerialThatIsNoInteger",
       [](Scenario& s) { s.leaf.serial = der::value(tag::octet_string, Bytes(s.leaf.serial)); }},
      {FindingCode::der_unexpected, "NoValidity", [](Scenario& s) { s.leaf.validity.clear(); }},
      {FindingCode::der_unexpected, "EmptySetInName",
       [](Scenario& s) { s.leaf.subject = name({der::value(tag::set, Bytes())}); }},
      {FindingCode::der_unexpected, "EmptyExtensions",
       [](Scenario& s) {
         s.leaf.wrap_extensions = false;
         s.leaf.behind = der::value(tag::constructed(3), der::sequence({}));
       }},
      // [5280:4.2.1.6#18]
      {FindingCode::der_unexpected, "EmptyAlternativeNames",
       [](Scenario& s) { s.leaf.set(alternative_names({})); }},
      {FindingCode::der_unexpected, "NoPurposes", [](Scenario& s) { s.leaf.set(extended_key_usage({})); }},
      {FindingCode::der_unexpected, "NameOfAnUnknownForm",
       [](Scenario& s) { s.leaf.set(alternative_names({der::value(tag::context(9), as_bytes("x"))})); }},
      {FindingCode::der_trailing_data, "OctetBehindTheCertificate",
       [](Scenario& s) { s.edit_leaf = [](Octets& o) { o.push_back(0); }; }},
      {FindingCode::der_trailing_data, "ElementBehindTheExtensions",
       [](Scenario& s) { s.leaf.behind = der::integer(1); }},
      {FindingCode::der_trailing_data, "ElementInBasicConstraints",
       [](Scenario& s) {
         s.leaf.set(extension(oid::certificate_extension<19>, true,
                              der::sequence({der::integer(1), der::integer(1)})));
       }},
  };
}

std::vector<Provocation> values() {
  return {
      {FindingCode::der_bad_value, "BooleanOfOne",
       [](Scenario& s) {
         s.edit_leaf = [](Octets& o) { replace(o, Octets{0x01, 0x01, 0xff}, Octets{0x01, 0x01, 0x01}); };
       }},
      {FindingCode::der_bad_value, "PaddedInteger",
       [](Scenario& s) { s.leaf.serial = {0x02, 0x02, 0x00, 0x01}; }},
      {FindingCode::der_bad_value, "PaddedNegativeInteger",
       [](Scenario& s) { s.leaf.serial = {0x02, 0x02, 0xff, 0x80}; }},
      {FindingCode::der_bad_value, "EmptyInteger", [](Scenario& s) { s.leaf.serial = {0x02, 0x00}; }},
      // [5280:4.2.1.9#3]
      {FindingCode::der_bad_value, "NegativePathLength",
       [](Scenario& s) {
         s.leaf.set(
             extension(oid::certificate_extension<19>, true, der::sequence({Octets{0x02, 0x01, 0xff}})));
       }},
      {FindingCode::der_bad_value, "HugePathLength",
       [](Scenario& s) {
         s.leaf.set(extension(oid::certificate_extension<19>, true,
                              der::sequence({Octets{0x02, 0x05, 0x01, 0, 0, 0, 0}})));
       }},
      {FindingCode::der_bad_value, "KeyUsageWithTooManyBits",
       [](Scenario& s) {
         s.leaf.set(extension(oid::certificate_extension<15>, true, Octets{0x03, 0x03, 0x06, 0x80, 0x40}));
       }},
      {FindingCode::der_bad_value, "KeyUsageWithEightUnusedBits",
       [](Scenario& s) {
         s.leaf.set(extension(oid::certificate_extension<15>, true, Octets{0x03, 0x02, 0x08, 0x80}));
       }},
      {FindingCode::der_bad_value, "IdentifierEndsInTheMiddle",
       [](Scenario& s) { s.leaf.set(extended_key_usage({Octets{0x2b, 0x86}})); }},
      {FindingCode::der_bad_value, "IdentifierWithPaddedArc",
       [](Scenario& s) { s.leaf.set(extended_key_usage({Octets{0x2b, 0x80, 0x01}})); }},
      {FindingCode::der_bad_value, "EmptyIdentifier",
       [](Scenario& s) { s.leaf.set(extended_key_usage({Bytes()})); }},
      {FindingCode::der_bad_value, "DnsNameBeyondAscii",
       [](Scenario& s) { s.leaf.set(alternative_names({dns("m\xc3\xbcnchen.example")})); }},
      // [5280:4.2.1.6#7,8]
      {FindingCode::der_bad_value, "AddressOfFiveOctets",
       [](Scenario& s) { s.leaf.set(alternative_names({ip({1, 2, 3, 4, 5})})); }},
      {FindingCode::der_bad_value, "RegisteredIdThatIsNone",
       [](Scenario& s) {
         s.leaf.set(alternative_names({general_name(x509::GeneralName::Kind::registered_id, Octets{0x80})}));
       }},
      {FindingCode::der_bad_value, "UniqueIdentifierWithoutBits",
       [](Scenario& s) { s.leaf.unique_identifiers = der::value(tag::context(1), Bytes()); }},
      {FindingCode::der_bad_value, "UniqueIdentifierWithBitsThatDoNotCount",
       [](Scenario& s) { s.leaf.unique_identifiers = der::value(tag::context(2), Octets{4, 0x0f}); }},
      {FindingCode::bad_time, "FebruaryTheThirtieth",
       [](Scenario& s) { s.leaf.validity = der::sequence({utc("260230000000Z"), utc("261231000000Z")}); }},
      // [5280:4.1.2.5.1#1]
      {FindingCode::bad_time, "TimeWithoutSeconds",
       [](Scenario& s) { s.leaf.validity = der::sequence({utc("2601010000Z"), utc("261231000000Z")}); }},
      // [5280:4.1.2.5.1#1]
      {FindingCode::bad_time, "TimeWithOffset",
       [](Scenario& s) {
         s.leaf.validity = der::sequence({utc("260101000000+0100"), utc("261231000000Z")});
       }},
      // [5280:4.1.2.5.2#2]
      {FindingCode::bad_time, "TimeWithFraction",
       [](Scenario& s) {
         s.leaf.validity = der::sequence({generalized("20260101000000.5Z"), utc("261231000000Z")});
       }},
      {FindingCode::bad_time, "HourTwentyFour",
       [](Scenario& s) { s.leaf.validity = der::sequence({utc("260101240000Z"), utc("261231000000Z")}); }},
      {FindingCode::bad_time, "LettersInTime",
       [](Scenario& s) { s.leaf.validity = der::sequence({utc("26o101000000Z"), utc("261231000000Z")}); }},
  };
}

std::vector<Provocation> structures() {
  return {
      {FindingCode::bad_version, "VersionFour",
       [](Scenario& s) { s.leaf.version = der::value(tag::constructed(0), der::integer(3)); }},
      {FindingCode::bad_version, "DefaultVersionWrittenOut",
       [](Scenario& s) { s.leaf.version = der::value(tag::constructed(0), der::integer(0)); }},
      // [5280:4.1.2.1#1] [5280:4.1.2.9#1]
      {FindingCode::extensions_need_version_3, "ExtensionsInVersion1",
       [](Scenario& s) { s.leaf.version.clear(); }},
      {FindingCode::extensions_need_version_3, "ExtensionsInVersion2",
       [](Scenario& s) { s.leaf.version = der::value(tag::constructed(0), der::integer(1)); }},
      // [5280:4.1#2] [5280:4.1.2.8#1,2]
      {FindingCode::unique_identifier_in_version_1, "UniqueIdentifierInVersion1",
       [](Scenario& s) {
         s.leaf.version.clear();
         s.leaf.wrap_extensions = false;
         s.leaf.unique_identifiers = der::value(tag::context(1), Octets{0, 1});
       }},
      // [5280:4.1.1.2#1] [5280:4.1.2.3#1]
      {FindingCode::algorithm_disagreement, "TwoAlgorithms",
       [](Scenario& s) { s.leaf.outer_algorithm = algorithm_identifier(oid::ecdsa_with_sha384); }},
      // [5280:4.2#3]
      {FindingCode::duplicate_extension, "KnownExtensionTwice",
       [](Scenario& s) { s.leaf.extensions.push_back(basic_constraints(false)); }},
      // [5280:4.2#3]
      {FindingCode::duplicate_extension, "UnknownExtensionTwice",
       [](Scenario& s) {
         for (int i = 0; i < 2; ++i)
           s.leaf.extensions.push_back(extension(Octets{0x2a, 3, 4}, false, Octets{5, 0}));
       }},
      {FindingCode::bad_extension, "SixtyFiveExtensions",
       [](Scenario& s) {
         for (std::uint8_t i = 0; i < 60; ++i)
           s.leaf.extensions.push_back(extension(Octets{0x2a, 3, i}, false, Octets{5, 0}));
       }},
      // [5280:4.2#1] [5280:B#12]
      {FindingCode::bad_extension, "DamagedCriticalDistributionPoints",
       [](Scenario& s) { s.leaf.set(extension(oid::certificate_extension<31>, true, Octets{1, 2, 3})); }},
      // [5280:4.2.1.4#2]
      {FindingCode::bad_extension, "CriticalPolicyWithUnknownQualifier",
       [](Scenario& s) {
         const Octets qualifier =
             der::sequence({identifier(Octets{0x2a, 9}), der::value(tag::null, Bytes())});
         const Octets information = der::sequence({identifier(Octets{0x2a, 1}), der::sequence({qualifier})});
         s.leaf.set(extension(oid::certificate_extension<32>, true, der::sequence({information})));
       }},
      {FindingCode::bad_key, "RsaWithoutParameters",
       [](Scenario& s) {
         s.leaf.key =
             der::sequence({algorithm_identifier(oid::rsa_encryption), der::bit_string(Octets{0x30, 0})});
       }},
      {FindingCode::bad_key, "LeafsPointBesideTheCurve",
       [](Scenario& s) {
         s.leaf.key = s.leaf_key->info;
         s.leaf.key.back() ^= 1;
       }},
      {FindingCode::bad_key, "IntermediatesPointBesideTheCurve",
       [](Scenario& s) {
         s.intermediate.key = s.intermediate_key->info;
         s.intermediate.key.back() ^= 1;
       }},
      {FindingCode::bad_key, "RootsPointBesideTheCurve",
       [](Scenario& s) {
         s.root.key = s.root_key->info;
         s.root.key.back() ^= 1;
       }},
      {FindingCode::bad_key, "EvenModulus",
       [](Scenario& s) {
         Octets modulus(256, 0x91);
         modulus.back() = 0x90;
         s.leaf.key = rsa_info(modulus);
       }},
      {FindingCode::bad_key, "NegativeModulus",
       [](Scenario& s) {
         const Octets numbers = der::sequence({Octets{0x02, 0x01, 0x80}, der::integer(65537)});
         s.leaf.key =
             der::sequence({algorithm_identifier(oid::rsa_encryption, der::value(tag::null, Bytes())),
                            der::bit_string(numbers)});
       }},
      {FindingCode::bad_key, "ShortEd25519Key",
       [](Scenario& s) {
         s.leaf.key = der::sequence({algorithm_identifier(oid::ed25519), der::bit_string(Octets(31))});
       }},
  };
}

}  // namespace

std::vector<Provocation> encoding_provocations() {
  std::vector<Provocation> all = octets();
  for (auto part : {values(), structures()}) std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

}  // namespace handfast::test
