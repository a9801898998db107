// Provocations: what issuers may not do, which only the strict profile refuses.
#include "x509/provocations.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;
using x509::KeyUsage;

/// The leaf's status comes from this list alone.
void rely_on(Scenario& s, const ListForge& list) {
  s.crls.push_back(list.sign(shared_key(1)));
  s.tweak = [](x509::VerificationRequest& request) { request.revocation = x509::Revocation::where_provided; };
}

void sign_with(CertificateForge& certificate, crypto::HashAlgorithm hash, Bytes type) {
  certificate.algorithm = algorithm_identifier(type);
  certificate.signing = crypto::SignatureAlgorithm{crypto::SignatureAlgorithm::Kind::ecdsa, hash, 0};
}

Octets bit_flag(bool value) { return {0x01, 0x01, static_cast<std::uint8_t>(value ? 0xff : 0)}; }

std::vector<Provocation> fields() {
  return {
      {FindingCode::default_encoded, "CriticalFalseWrittenOut",
       [](Scenario& s) {
         s.leaf.extensions.push_back(der::sequence(
             {identifier(Octets{0x2a, 3, 4}), bit_flag(false), der::value(tag::octet_string, Octets{5, 0})}));
       }},
      {FindingCode::default_encoded, "CaFalseWrittenOut",
       [](Scenario& s) {
         s.leaf.set(extension(oid::certificate_extension<19>, true, der::sequence({bit_flag(false)})));
       }},
      // [5280:B#8]
      {FindingCode::default_encoded, "KeyUsageWithTrailingZeros",
       [](Scenario& s) {
         s.leaf.set(extension(oid::certificate_extension<15>, true, Octets{0x03, 0x03, 0x07, 0x80, 0x00}));
       }},
      {FindingCode::old_version, "RootOfVersion1",
       [](Scenario& s) {
         s.root.version.clear();
         s.root.wrap_extensions = false;
       }},
      // [5280:4.1.2.2#1] [5280:B#1]
      {FindingCode::serial_not_positive, "SerialZero", [](Scenario& s) { s.leaf.serial = der::integer(0); }},
      // [5280:4.1.2.2#3]
      {FindingCode::serial_not_positive, "NegativeSerial",
       [](Scenario& s) { s.leaf.serial = {0x02, 0x01, 0x80}; }},
      // [5280:4.1.2.2#5] [5280:B#3]
      {FindingCode::serial_too_long, "SerialOf21Octets",
       [](Scenario& s) { s.leaf.serial = der::integer(Bytes(Octets(21, 0x55))); }},
      // [5280:4.1.2.8#3]
      {FindingCode::unique_identifiers, "UniqueIdentifier",
       [](Scenario& s) { s.leaf.unique_identifiers = der::value(tag::context(2), Octets{0, 1}); }},
      // [5280:4.1.2.5#1]
      {FindingCode::wrong_time_type, "GeneralizedTimeBefore2050",
       [](Scenario& s) {
         s.leaf.validity = der::sequence({der::value(tag::generalized_time, as_bytes("20260101000000Z")),
                                          der::value(tag::utc_time, as_bytes("261231000000Z"))});
       }},
      // [5280:4.1.2.4#1]
      {FindingCode::empty_issuer, "CaWithoutANameIssued",
       [](Scenario& s) {
         s.intermediate.subject = name({});
         s.leaf.issuer = name({});
       }},
      // [5280:4.1.2.6#1]
      {FindingCode::empty_ca_subject, "CaWithoutAName",
       [](Scenario& s) {
         s.intermediate.subject = name({});
         s.leaf.issuer = name({});
       }},
      {FindingCode::bad_name_text, "UnderscoreInAPrintableString",
       [](Scenario& s) {
         s.leaf.subject = name({attribute(oid::organization_name, "Example_Company", tag::printable_string)});
       }},
      {FindingCode::rsa_size_not_octets, "RsaOf2052Bits",
       [](Scenario& s) {
         Octets modulus(257, 0x81);
         modulus[0] = 0x08;
         s.leaf.key = rsa_info(modulus);
       }},
      {FindingCode::key_not_listed, "Ed25519Leaf",
       [](Scenario& s) {
         static const Key key = make_key(crypto::KeyType::ed25519);
         s.leaf.key = key.info;
       }},
  };
}

std::vector<Provocation> extensions() {
  return {
      {FindingCode::bad_informative_extension, "EmptyAuthorityInfoAccess",
       [](Scenario& s) { s.leaf.set(extension(oid::authority_info_access, false, der::sequence({}))); }},
      // [5280:4.2.1.13#1]
      {FindingCode::bad_informative_extension, "DistributionPointOfReasonsAlone",
       [](Scenario& s) {
         const Octets point = der::sequence({der::value(tag::context(1), Octets{6, 0x40})});
         s.leaf.set(extension(oid::certificate_extension<31>, false, der::sequence({point})));
       }},
      {FindingCode::bad_informative_extension, "DamagedDistributionPoints",
       [](Scenario& s) { s.leaf.set(extension(oid::certificate_extension<31>, false, Octets{1, 2, 3})); }},
      // [5280:4.2.1.2#3]
      {FindingCode::wrong_criticality, "CriticalSubjectKeyIdentifier",
       [](Scenario& s) { s.leaf.set(subject_key_id(Octets{3, 3, 3, 3}, true)); }},
      // [5280:4.2.1.1#2]
      {FindingCode::wrong_criticality, "CriticalAuthorityKeyIdentifier",
       [](Scenario& s) { s.leaf.set(authority_key_id(Octets{2, 2, 2, 2}, true)); }},
      // [5280:4.2.2.1#1]
      {FindingCode::wrong_criticality, "CriticalAuthorityInfoAccess",
       [](Scenario& s) {
         const Octets access = der::sequence({identifier(oid::access_ocsp), uri("http://ocsp.example/")});
         s.leaf.set(extension(oid::authority_info_access, true, der::sequence({access})));
       }},
      // [5280:4.2.1.9#4]
      {FindingCode::wrong_criticality, "BasicConstraintsOfACaNotCritical",
       [](Scenario& s) { s.intermediate.set(basic_constraints(true, {}, false)); }},
      // [5280:4.2.1.11#6]
      {FindingCode::wrong_criticality, "PolicyConstraintsNotCritical",
       [](Scenario& s) { s.intermediate.set(policy_constraints(5, {}, false)); }},
      // [5280:4.2.1.14#1]
      {FindingCode::wrong_criticality, "InhibitAnyPolicyNotCritical",
       [](Scenario& s) { s.intermediate.set(inhibit_any_policy(5, false)); }},
      {FindingCode::wrong_criticality, "CriticalPurposes",
       [](Scenario& s) { s.leaf.set(extended_key_usage({oid::server_auth}, true)); }},
      {FindingCode::wrong_criticality, "CriticalAlternativeNamesWithASubject",
       [](Scenario& s) { s.leaf.set(alternative_names({dns("www.example.com")}, true)); }},
      // [5280:4.2.1.6#4]
      {FindingCode::wrong_criticality, "AlternativeNamesNotCriticalWithoutASubject",
       [](Scenario& s) { s.leaf.subject = name({}); }},
      // [5280:4.2.1.2#1]
      {FindingCode::no_subject_key_identifier, "CaWithoutSubjectKeyIdentifier",
       [](Scenario& s) { s.intermediate.remove(oid::certificate_extension<14>); }},
      {FindingCode::no_subject_key_identifier, "RootWithoutSubjectKeyIdentifier",
       [](Scenario& s) { s.root.remove(oid::certificate_extension<14>); }},
      // [5280:4.2.1.1#1]
      {FindingCode::no_authority_key_identifier, "LeafWithoutAuthorityKeyIdentifier",
       [](Scenario& s) { s.leaf.remove(oid::certificate_extension<35>); }},
      {FindingCode::no_authority_key_identifier, "CrossSignedRootWithoutAuthorityKeyIdentifier",
       [](Scenario& s) {
         // The intermediate as the anchor: its issuer is somebody else.
         s.trust_root = false;
         s.intermediate.remove(oid::certificate_extension<35>);
         s.trusted.push_back(s.make_intermediate());
         s.send_intermediate = false;
       }},
      // [5280:4.2.1.1#1]
      {FindingCode::bad_authority_key_identifier, "EmptyAuthorityKeyIdentifier",
       [](Scenario& s) { s.leaf.set(extension(oid::certificate_extension<35>, false, der::sequence({}))); }},
      {FindingCode::bad_authority_key_identifier, "AuthorityKeyIdentifierWithAnIssuer",
       [](Scenario& s) {
         const Octets issuer = der::value(tag::constructed(1), directory(s.root.subject));
         s.leaf.set(extension(oid::certificate_extension<35>, false,
                              der::sequence({der::value(tag::context(0), Octets{2, 2, 2, 2}), issuer,
                                             der::value(tag::context(2), Octets{2})})));
       }},
      // [5280:4.2.1.2#2]
      {FindingCode::authority_key_mismatch, "AuthorityKeyIdentifierOfAnotherKey",
       [](Scenario& s) { s.leaf.set(authority_key_id(Octets{9, 9, 9, 9})); }},
      {FindingCode::authority_key_mismatch, "RootThatNamesAnotherKey",
       [](Scenario& s) { s.root.set(authority_key_id(Octets{9, 9, 9, 9})); }},
      {FindingCode::no_basic_constraints, "RootWithoutBasicConstraints",
       [](Scenario& s) { s.root.remove(oid::certificate_extension<19>); }},
      // [5280:4.2.1.3#2] [5280:4.2.1.9#1]
      {FindingCode::certificate_sign_without_ca, "LeafWithKeyCertSign",
       [](Scenario& s) { s.leaf.set(key_usage(KeyUsage::digital_signature | KeyUsage::key_cert_sign)); }},
      // [5280:4.2.1.9#5]
      {FindingCode::path_length_without_ca, "LeafWithAPathLength",
       [](Scenario& s) { s.leaf.set(basic_constraints(false, 0)); }},
      // [5280:4.2.1.3#4]
      {FindingCode::empty_key_usage, "KeyUsageOfNothing",
       [](Scenario& s) {
         s.leaf.set(extension(oid::certificate_extension<15>, true, Octets{0x03, 0x01, 0x00}));
         s.leaf.remove(oid::certificate_extension<37>);
       }},
      {FindingCode::leaf_is_ca, "LeafThatIsACa", [](Scenario& s) { s.leaf.set(basic_constraints(true)); }},
      {FindingCode::no_extended_key_usage, "LeafWithoutPurposes",
       [](Scenario& s) { s.leaf.remove(oid::certificate_extension<37>); }},
      {FindingCode::any_extended_key_usage, "LeafForAnyPurpose",
       [](Scenario& s) { s.leaf.set(extended_key_usage({oid::server_auth, oid::any_extended_key_usage})); }},
      {FindingCode::extended_key_usage_in_root, "RootWithPurposes",
       [](Scenario& s) { s.root.set(extended_key_usage({oid::server_auth})); }},
  };
}

std::vector<Provocation> names_and_lists() {
  const Octets policy = {0x2a, 1};
  return {
      // [5280:4.2.1.6#10]
      {FindingCode::bad_alternative_name, "UnderscoreInADnsName",
       [](Scenario& s) {
         s.leaf.set(alternative_names({dns("www.example.com"), dns("foo_bar.example.com")}));
       }},
      {FindingCode::bad_alternative_name, "DnsNameThatIsAnAddress",
       [](Scenario& s) { s.leaf.set(alternative_names({dns("www.example.com"), dns("192.0.2.1")})); }},
      // [5280:4.2.1.6#11,14,15]
      {FindingCode::bad_alternative_name, "RelativeUri",
       [](Scenario& s) { s.leaf.set(alternative_names({dns("www.example.com"), uri("/index.html")})); }},
      {FindingCode::bad_alternative_name, "MailboxWithoutAHost",
       [](Scenario& s) { s.leaf.set(alternative_names({dns("www.example.com"), email("somebody")})); }},
      {FindingCode::broad_wildcard, "WildcardOfATopLevelDomain",
       [](Scenario& s) { s.leaf.set(alternative_names({dns("www.example.com"), dns("*.com")})); }},
      {FindingCode::broad_wildcard, "WildcardOfARegistrysSuffixInCapitals",
       [](Scenario& s) {
         static const auto suffixes = *x509::PublicSuffixList::parse("com\nuk\nco.uk\n");
         s.tweak = [](x509::VerificationRequest& request) { request.public_suffixes = suffixes.get(); };
         s.leaf.set(alternative_names({dns("www.example.com"), dns("*.CO.UK")}));
       }},
      {FindingCode::common_name_not_listed, "AnotherCommonName",
       [](Scenario& s) { s.leaf.subject = common_name("other.example.com"); }},
      {FindingCode::common_name_not_listed, "CommonNameInOtherLetters",
       [](Scenario& s) { s.leaf.subject = common_name("WWW.example.com"); }},
      {FindingCode::common_name_not_listed, "CommonNameWithAnOddAddress",
       [](Scenario& s) {
         s.leaf.subject = common_name("192.0.002.1");
         s.leaf.set(alternative_names({ip({192, 0, 2, 1})}));
         s.name = "192.0.2.1";
       }},
      {FindingCode::common_name_not_listed, "TwoCommonNames",
       [](Scenario& s) {
         s.leaf.subject = name(
             {attribute(oid::common_name, "www.example.com"), attribute(oid::common_name, "example.com")});
       }},
      // [5280:4.2.1.10#1]
      {FindingCode::constraints_in_leaf, "LeafWithNameConstraints",
       [](Scenario& s) { s.leaf.set(name_constraints({dns("example.com")})); }},
      // [5280:4.2.1.10#3,4]
      {FindingCode::bad_constraints, "EmptyNameConstraints",
       [](Scenario& s) { s.intermediate.set(name_constraints({})); }},
      // [5280:4.2.1.10#9]
      {FindingCode::bad_constraints, "MalformedConstraintOnNamesThatAreNotThere",
       [](Scenario& s) { s.intermediate.set(name_constraints({email("a@b@c.example")})); }},
      // [5280:4.2.1.4#1]
      {FindingCode::bad_policies, "PolicyTwice",
       [policy](Scenario& s) { s.leaf.set(policies({policy, policy})); }},
      // [5280:4.2.1.11#4,5]
      {FindingCode::bad_policies, "EmptyPolicyConstraints",
       [](Scenario& s) { s.intermediate.set(policy_constraints({}, {})); }},
      // [5280:5.2.3#1]
      {FindingCode::crl_number_critical, "ListWithACriticalNumber",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.extensions[0] = extension(oid::certificate_extension<20>, true, der::integer(1));
         rely_on(s, list);
       }},
      // [5280:5.2#2] [5280:5.2.3#1]
      {FindingCode::crl_no_number, "ListWithoutANumber",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.extensions.erase(list.extensions.begin());
         rely_on(s, list);
       }},
      {FindingCode::crl_no_number, "ListOfVersion1",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.version.clear();
         list.extensions.clear();
         rely_on(s, list);
       }},
      // [5280:5.2#2] [5280:5.2.1#1]
      {FindingCode::crl_no_authority_key_identifier, "ListThatNamesNoKey",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.extensions.pop_back();
         rely_on(s, list);
       }},
      {FindingCode::signature_not_listed, "Sha384WithP256",
       [](Scenario& s) { sign_with(s.leaf, crypto::HashAlgorithm::sha384, oid::ecdsa_with_sha384); }},
      {FindingCode::signature_not_listed, "IntermediateSignedWithSha512AndP256",
       [](Scenario& s) { sign_with(s.intermediate, crypto::HashAlgorithm::sha512, oid::ecdsa_with_sha512); }},
      {FindingCode::signature_not_listed, "RootSignedWithMd5",
       [](Scenario& s) {
         s.root.algorithm = algorithm_identifier(oid::md5_with_rsa, der::value(tag::null, Bytes()));
       }},
  };
}

}  // namespace

std::vector<Provocation> issuer_provocations() {
  std::vector<Provocation> all = fields();
  for (auto part : {extensions(), names_and_lists()})
    std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

}  // namespace handfast::test
