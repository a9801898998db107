// Names of object identifiers.
#include "x509/oid.hpp"

#include "x509/der.hpp"

namespace handfast::x509::oid {
namespace {

struct Named {
  Bytes content;
  std::string_view name;
};

constexpr auto surname = make(0x55, 4, 4);
constexpr auto serial_number = make(0x55, 4, 5);
constexpr auto country = make(0x55, 4, 6);
constexpr auto locality = make(0x55, 4, 7);
constexpr auto state = make(0x55, 4, 8);
constexpr auto street = make(0x55, 4, 9);
constexpr auto organizational_unit = make(0x55, 4, 11);
constexpr auto title = make(0x55, 4, 12);
constexpr auto business_category = make(0x55, 4, 15);
constexpr auto postal_code = make(0x55, 4, 17);
constexpr auto given_name = make(0x55, 4, 42);
constexpr auto organization_identifier = make(0x55, 4, 0x61);
constexpr auto domain_component = make(0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 0x19);
constexpr auto user_id = make(0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1);
constexpr auto code_signing = make(0x2b, 6, 1, 5, 5, 7, 3, 3);
constexpr auto email_protection = make(0x2b, 6, 1, 5, 5, 7, 3, 4);
constexpr auto time_stamping = make(0x2b, 6, 1, 5, 5, 7, 3, 8);
constexpr auto dv_policy = make(0x67, 0x81, 0x0c, 1, 2, 1);
constexpr auto ov_policy = make(0x67, 0x81, 0x0c, 1, 2, 2);
constexpr auto iv_policy = make(0x67, 0x81, 0x0c, 1, 2, 3);
constexpr auto ev_policy = make(0x67, 0x81, 0x0c, 1, 1);
constexpr auto precertificate_poison = make(0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 3);
constexpr auto ed448 = make(0x2b, 0x65, 0x71);
constexpr auto dsa = make(0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1);

constexpr auto names = std::to_array<Named>({
    {common_name, "CN"},
    {surname, "SN"},
    {serial_number, "serialNumber"},
    {country, "C"},
    {locality, "L"},
    {state, "ST"},
    {street, "STREET"},
    {organization_name, "O"},
    {organizational_unit, "OU"},
    {title, "title"},
    {business_category, "businessCategory"},
    {postal_code, "postalCode"},
    {given_name, "GN"},
    {organization_identifier, "organizationIdentifier"},
    {domain_component, "DC"},
    {user_id, "UID"},
    {email_address, "emailAddress"},
    {rsa_encryption, "RSA"},
    {rsassa_pss, "RSASSA-PSS"},
    {ec_public_key, "EC"},
    {ed25519, "Ed25519"},
    {ed448, "Ed448"},
    {dsa, "DSA"},
    {prime256v1, "P-256"},
    {secp384r1, "P-384"},
    {secp521r1, "P-521"},
    {md2_with_rsa, "md2WithRSAEncryption"},
    {md5_with_rsa, "md5WithRSAEncryption"},
    {sha1_with_rsa, "sha1WithRSAEncryption"},
    {sha256_with_rsa, "sha256WithRSAEncryption"},
    {sha384_with_rsa, "sha384WithRSAEncryption"},
    {sha512_with_rsa, "sha512WithRSAEncryption"},
    {ecdsa_with_sha1, "ecdsa-with-SHA1"},
    {ecdsa_with_sha256, "ecdsa-with-SHA256"},
    {ecdsa_with_sha384, "ecdsa-with-SHA384"},
    {ecdsa_with_sha512, "ecdsa-with-SHA512"},
    {dsa_with_sha1, "dsa-with-SHA1"},
    {sha1, "SHA-1"},
    {sha256, "SHA-256"},
    {sha384, "SHA-384"},
    {sha512, "SHA-512"},
    {certificate_extension<9>, "subjectDirectoryAttributes"},
    {certificate_extension<14>, "subjectKeyIdentifier"},
    {certificate_extension<15>, "keyUsage"},
    {certificate_extension<17>, "subjectAltName"},
    {certificate_extension<18>, "issuerAltName"},
    {certificate_extension<19>, "basicConstraints"},
    {certificate_extension<20>, "cRLNumber"},
    {certificate_extension<21>, "reasonCode"},
    {certificate_extension<24>, "invalidityDate"},
    {certificate_extension<27>, "deltaCRLIndicator"},
    {certificate_extension<28>, "issuingDistributionPoint"},
    {certificate_extension<29>, "certificateIssuer"},
    {certificate_extension<30>, "nameConstraints"},
    {certificate_extension<31>, "cRLDistributionPoints"},
    {certificate_extension<32>, "certificatePolicies"},
    {certificate_extension<33>, "policyMappings"},
    {certificate_extension<35>, "authorityKeyIdentifier"},
    {certificate_extension<36>, "policyConstraints"},
    {certificate_extension<37>, "extKeyUsage"},
    {certificate_extension<46>, "freshestCRL"},
    {certificate_extension<54>, "inhibitAnyPolicy"},
    {authority_info_access, "authorityInfoAccess"},
    {subject_info_access, "subjectInfoAccess"},
    {tls_feature, "tlsFeature"},
    {delegation_usage, "delegationUsage"},
    {certificate_timestamps, "signedCertificateTimestampList"},
    {precertificate_poison, "precertificatePoison"},
    {ocsp_no_check, "ocspNoCheck"},
    {any_policy, "anyPolicy"},
    {any_extended_key_usage, "anyExtendedKeyUsage"},
    {server_auth, "serverAuth"},
    {client_auth, "clientAuth"},
    {code_signing, "codeSigning"},
    {email_protection, "emailProtection"},
    {time_stamping, "timeStamping"},
    {ocsp_signing, "OCSPSigning"},
    {dv_policy, "domain-validated"},
    {ov_policy, "organization-validated"},
    {iv_policy, "individual-validated"},
    {ev_policy, "extended-validation"},
});

}  // namespace

std::string_view known_name(Bytes content) noexcept {
  for (const Named& entry : names)
    if (equal(entry.content, content)) return entry.name;
  return {};
}

std::string dotted(Bytes content) {
  if (!is_object_identifier(content)) return "?";
  std::string text;
  std::uint64_t arc = 0;
  for (const std::uint8_t octet : content) {
    if (arc > (UINT64_MAX >> 7)) return "?";
    arc = arc << 7 | (octet & 0x7f);
    if (octet >= 0x80) continue;
    // X.690 §8.19.4: the first two arcs share one number.
    if (text.empty()) {
      const std::uint64_t top = std::min<std::uint64_t>(arc / 40, 2);
      text = std::to_string(top);
      arc -= top * 40;
    }
    text += '.';
    text += std::to_string(arc);
    arc = 0;
  }
  return text;
}

std::string name_or_dotted(Bytes content) {
  const std::string_view name = known_name(content);
  return name.empty() ? dotted(content) : std::string(name);
}

}  // namespace handfast::x509::oid
