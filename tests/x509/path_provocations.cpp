// Provocations: paths that do not hold.
#include "x509/provocations.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;
using x509::KeyUsage;

/// Certificates of `count` CAs that have the same name but different keys, each signed by a key that is not
/// there.
void flood(Scenario& s, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    CertificateForge ca = s.intermediate;
    ca.serial = der::integer(static_cast<std::uint32_t>(5000 + i));
    ca.key = shared_key(4 + i).info;
    ca.remove(oid::certificate_extension<14>);
    s.extra.push_back(ca.sign(shared_key(3)));
  }
}

std::vector<Provocation> algorithms() {
  return {
      // [5280:4.2#1] [5280:6.1#2]
      {FindingCode::unknown_critical_extension, "UnknownCriticalExtension",
       [](Scenario& s) { s.leaf.extensions.push_back(extension(Octets{0x2a, 3, 4}, true, Octets{5, 0})); }},
      {FindingCode::unknown_critical_extension, "UnknownCriticalExtensionOfACa",
       [](Scenario& s) {
         s.intermediate.extensions.push_back(extension(Octets{0x2a, 3, 4}, true, Octets{5, 0}));
       }},
      {FindingCode::unknown_critical_extension, "UnknownCriticalExtensionOfTheRoot",
       [](Scenario& s) { s.root.extensions.push_back(extension(Octets{0x2a, 3, 4}, true, Octets{5, 0})); }},
      {FindingCode::unsupported_key, "KeyOfAnUnknownKind",
       [](Scenario& s) {
         s.leaf.key =
             der::sequence({algorithm_identifier(Octets{0x2b, 0x65, 0x71}), der::bit_string(Octets(57))});
       }},
      {FindingCode::unsupported_key, "ExplicitCurve",
       [](Scenario& s) {
         s.leaf.key =
             der::sequence({algorithm_identifier(oid::ec_public_key, der::sequence({der::integer(1)})),
                            der::bit_string(Octets(65))});
       }},
      {FindingCode::unsupported_key, "CompressedPoint",
       [](Scenario& s) {
         Octets point(33, 7);
         point[0] = 2;
         s.leaf.key = der::sequence(
             {algorithm_identifier(oid::ec_public_key, identifier(oid::prime256v1)), der::bit_string(point)});
       }},
      {FindingCode::unsupported_key, "HugeRsaKey",
       [](Scenario& s) { s.leaf.key = rsa_info(Octets(1032, 0x81)); }},
      {FindingCode::weak_key, "RsaOf1024Bits", [](Scenario& s) { s.leaf.key = rsa_info(Octets(128, 0x81)); }},
      {FindingCode::weak_key, "RsaBelowThePolicy",
       [](Scenario& s) {
         s.leaf.key = rsa_info(Octets(256, 0x81));
         s.tweak = [](x509::VerificationRequest& request) { request.min_rsa_bits = 3072; };
       }},
      {FindingCode::unsupported_signature, "UnknownSignatureAlgorithm",
       [](Scenario& s) { s.leaf.algorithm = algorithm_identifier(Octets{0x2a, 3, 4}); }},
      {FindingCode::unsupported_signature, "EcdsaWithParameters",
       [](Scenario& s) {
         s.leaf.algorithm = algorithm_identifier(oid::ecdsa_with_sha256, der::value(tag::null, Bytes()));
       }},
      {FindingCode::unsupported_signature, "PssWithDefaultsIsSha1",
       [](Scenario& s) { s.leaf.algorithm = algorithm_identifier(oid::rsassa_pss, der::sequence({})); }},
      {FindingCode::weak_signature, "Sha1",
       [](Scenario& s) { s.leaf.algorithm = algorithm_identifier(oid::ecdsa_with_sha1); }},
      {FindingCode::weak_signature, "Md5OfACa",
       [](Scenario& s) {
         s.intermediate.algorithm = algorithm_identifier(oid::md5_with_rsa, der::value(tag::null, Bytes()));
       }},
      {FindingCode::signature_not_allowed, "SignatureOutsideOfThePolicy",
       [](Scenario& s) {
         static constexpr SignatureScheme only[] = {SignatureScheme::ed25519,
                                                    SignatureScheme::ecdsa_secp384r1_sha384};
         s.tweak = [](x509::VerificationRequest& request) { request.signature_schemes = only; };
       }},
  };
}

std::vector<Provocation> ways() {
  return {
      {FindingCode::empty_chain, "NoCertificate",
       [](Scenario& s) { s.tweak = [](x509::VerificationRequest& request) { request.chain = {}; }; }},
      {FindingCode::no_issuer, "MissingIntermediate", [](Scenario& s) { s.send_intermediate = false; }},
      {FindingCode::no_issuer, "RootNotTrusted", [](Scenario& s) { s.trust_root = false; }},
      {FindingCode::no_issuer, "NoStoreAtAll",
       [](Scenario& s) { s.tweak = [](x509::VerificationRequest& request) { request.trust = nullptr; }; }},
      {FindingCode::self_signed_not_trusted, "SelfSignedLeaf",
       [](Scenario& s) {
         s.leaf.issuer = s.leaf.subject;
         s.leaf_key = s.intermediate_key;
         s.leaf.key = s.intermediate_key->info;
       }},
      {FindingCode::self_signed_not_trusted, "RootSentButNotTrusted",
       [](Scenario& s) {
         s.trust_root = false;
         s.extra.push_back(s.make_root());
       }},
      {FindingCode::bad_signature, "AnotherKeyOfTheIntermediate",
       [](Scenario& s) { s.intermediate.key = shared_key(4).info; }},
      {FindingCode::bad_signature, "AnotherRootOfTheName",
       [](Scenario& s) {
         s.trust_root = false;
         CertificateForge other = s.root;
         other.key = shared_key(4).info;
         s.trusted.push_back(other.sign(shared_key(4)));
       }},
      {FindingCode::bad_signature, "ChangedOctet",
       [](Scenario& s) { s.edit_leaf = [](Octets& octets) { octets.back() ^= 1; }; }},
      {FindingCode::signature_not_checked, "SignatureBeyondTheBudget",
       [](Scenario& s) {
         s.tweak = [](x509::VerificationRequest& request) { request.max_signature_checks = 1; };
       }},
      {FindingCode::gave_up_signatures, "TooManySignatures",
       [](Scenario& s) {
         s.send_intermediate = false;
         flood(s, 120);
       }},
      {FindingCode::gave_up_paths, "TooManyPaths",
       [](Scenario& s) {
         // CAs that all signed each other: every order of them is a path.
         s.send_intermediate = false;
         s.leaf.issuer = common_name("Ring 0");
         s.intermediate_key = &shared_key(4);
         s.leaf.remove(oid::certificate_extension<35>);
         for (std::size_t subject = 0; subject < 8; ++subject)
           for (std::size_t issuer = 0; issuer < 8; ++issuer) {
             if (subject == issuer) continue;
             CertificateForge ca = s.intermediate;
             ca.subject = common_name("Ring " + std::to_string(subject));
             ca.issuer = common_name("Ring " + std::to_string(issuer));
             ca.key = shared_key(4 + subject).info;
             ca.remove(oid::certificate_extension<14>);
             ca.remove(oid::certificate_extension<35>);
             s.extra.push_back(ca.sign(shared_key(4 + issuer)));
           }
       }},
      {FindingCode::not_yet_valid, "LeafNotYetValid",
       [](Scenario& s) { s.now = moment(2025, 12, 31, 23, 59, 59); }},
      {FindingCode::expired, "LeafExpired", [](Scenario& s) { s.now = moment(2026, 12, 31, 0, 0, 1); }},
      {FindingCode::expired, "IntermediateExpired",
       [](Scenario& s) { s.intermediate.validity = validity(moment(2022, 1, 1), moment(2026, 5, 31)); }},
      {FindingCode::expired, "RootExpired",
       [](Scenario& s) { s.root.validity = validity(moment(2020, 1, 1), moment(2026, 5, 31)); }},
      // [5280:4.2.1.9#2]
      {FindingCode::not_a_ca, "IntermediateWithoutCa",
       [](Scenario& s) { s.intermediate.set(basic_constraints(false)); }},
      {FindingCode::not_a_ca, "IntermediateWithoutBasicConstraints",
       [](Scenario& s) { s.intermediate.remove(oid::certificate_extension<19>); }},
      // [5280:6.1.4#1]
      {FindingCode::not_a_ca, "IntermediateOfVersion1",
       [](Scenario& s) {
         s.intermediate.version.clear();
         s.intermediate.wrap_extensions = false;
       }},
      {FindingCode::not_a_ca, "RootThatSaysItIsNone",
       [](Scenario& s) { s.root.set(basic_constraints(false)); }},
      // [5280:4.2.1.3#3]
      {FindingCode::no_certificate_sign, "IntermediateMayNotSign",
       [](Scenario& s) { s.intermediate.set(key_usage(KeyUsage::crl_sign)); }},
      {FindingCode::no_certificate_sign, "RootMayNotSign",
       [](Scenario& s) { s.root.set(key_usage(KeyUsage::crl_sign)); }},
      {FindingCode::path_length_exceeded, "RootAllowsNoIntermediate",
       [](Scenario& s) { s.root.set(basic_constraints(true, 0)); }},
      {FindingCode::too_many_intermediates, "NoIntermediateWanted",
       [](Scenario& s) {
         s.tweak = [](x509::VerificationRequest& request) { request.max_intermediates = 0; };
       }},
      // [5280:4.2.1.12#2]
      {FindingCode::purpose_not_allowed, "LeafForClientsOnly",
       [](Scenario& s) { s.leaf.set(extended_key_usage({oid::client_auth})); }},
      {FindingCode::issuer_purpose_not_allowed, "IntermediateForClientsOnly",
       [](Scenario& s) { s.intermediate.set(extended_key_usage({oid::client_auth})); }},
      {FindingCode::issuer_purpose_not_allowed, "RootForClientsOnly",
       [](Scenario& s) { s.root.set(extended_key_usage({oid::client_auth})); }},
      // [5280:4.2.1.12#3,4]
      {FindingCode::key_usage_not_allowed, "LeafWhosePurposesContradict",
       [](Scenario& s) { s.leaf.set(key_usage(KeyUsage::crl_sign)); }},
      {FindingCode::key_usage_not_allowed, "LeafMayNotSign",
       [](Scenario& s) {
         s.leaf.set(key_usage(KeyUsage::key_encipherment));
         s.tweak = [](x509::VerificationRequest& request) {
           request.key_usage = KeyUsage::digital_signature;
         };
       }},
  };
}

std::vector<Provocation> policies() {
  const Octets policy = {0x2a, 1};
  return {
      {FindingCode::policy_required, "PolicyDemandedByTheCaller",
       [](Scenario& s) {
         s.tweak = [](x509::VerificationRequest& request) { request.policies.require_explicit = true; };
       }},
      {FindingCode::policy_required, "PolicyDemandedByACa",
       [policy](Scenario& s) {
         s.intermediate.set(policy_constraints(0, {}));
         s.intermediate.set(test::policies({policy}));
       }},
      // [5280:4.2.1.5#1]
      {FindingCode::bad_policy_mapping, "AnyPolicyMapped",
       [policy](Scenario& s) {
         s.intermediate.set(policy_mappings({{to_octets(oid::any_policy), policy}}));
       }},
  };
}

}  // namespace

std::vector<Provocation> path_provocations() {
  std::vector<Provocation> all = algorithms();
  for (auto part : {ways(), policies()}) std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

}  // namespace handfast::test
