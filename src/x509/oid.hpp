// Object identifiers: the contents octets of those that are known here, and their names.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <handfast/bytes.hpp>

namespace handfast::x509::oid {

template <class... Octet>
consteval auto make(Octet... octets) {
  return std::array<std::uint8_t, sizeof...(octets)>{static_cast<std::uint8_t>(octets)...};
}

// Keys (RFC 3279 §2.3, RFC 5480 §2.1, RFC 8410 §3).
inline constexpr auto rsa_encryption = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1);
inline constexpr auto rsassa_pss = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10);
inline constexpr auto mgf1 = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8);
inline constexpr auto ec_public_key = make(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1);
inline constexpr auto ed25519 = make(0x2b, 0x65, 0x70);
inline constexpr auto prime256v1 = make(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7);
inline constexpr auto secp384r1 = make(0x2b, 0x81, 0x04, 0, 0x22);
inline constexpr auto secp521r1 = make(0x2b, 0x81, 0x04, 0, 0x23);

// Signatures (RFC 3279 §2.2, RFC 4055 §5, RFC 5758 §3).
inline constexpr auto md2_with_rsa = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2);
inline constexpr auto md5_with_rsa = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4);
inline constexpr auto sha1_with_rsa = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5);
inline constexpr auto sha256_with_rsa = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11);
inline constexpr auto sha384_with_rsa = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12);
inline constexpr auto sha512_with_rsa = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13);
inline constexpr auto ecdsa_with_sha1 = make(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1);
inline constexpr auto ecdsa_with_sha256 = make(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2);
inline constexpr auto ecdsa_with_sha384 = make(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3);
inline constexpr auto ecdsa_with_sha512 = make(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4);
inline constexpr auto dsa_with_sha1 = make(0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3);

// Hashes (RFC 4055 §2.1).
inline constexpr auto sha1 = make(0x2b, 0x0e, 3, 2, 0x1a);
inline constexpr auto sha256 = make(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1);
inline constexpr auto sha384 = make(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2);
inline constexpr auto sha512 = make(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3);

// Attributes of names (RFC 5280 §A.1, RFC 4519).
inline constexpr auto common_name = make(0x55, 4, 3);
inline constexpr auto organization_name = make(0x55, 4, 10);
inline constexpr auto email_address = make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1);

// Extensions (RFC 5280 §4.2 and §5.2): id-ce-N.
template <std::uint8_t N>
inline constexpr auto certificate_extension = make(0x55, 0x1d, N);
inline constexpr auto any_policy = make(0x55, 0x1d, 0x20, 0);
inline constexpr auto any_extended_key_usage = make(0x55, 0x1d, 0x25, 0);
inline constexpr auto authority_info_access = make(0x2b, 6, 1, 5, 5, 7, 1, 1);
inline constexpr auto subject_info_access = make(0x2b, 6, 1, 5, 5, 7, 1, 11);
inline constexpr auto tls_feature = make(0x2b, 6, 1, 5, 5, 7, 1, 24);
inline constexpr auto delegation_usage = make(0x2b, 6, 1, 4, 1, 0x82, 0xda, 0x4b, 0x2c);  // RFC 9345 §4.2
inline constexpr auto certificate_timestamps = make(0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2);
inline constexpr auto qualifier_cps = make(0x2b, 6, 1, 5, 5, 7, 2, 1);
inline constexpr auto qualifier_user_notice = make(0x2b, 6, 1, 5, 5, 7, 2, 2);

// Uses of keys and places of information (RFC 5280 §4.2.1.12 and §4.2.2.1).
inline constexpr auto server_auth = make(0x2b, 6, 1, 5, 5, 7, 3, 1);
inline constexpr auto client_auth = make(0x2b, 6, 1, 5, 5, 7, 3, 2);
inline constexpr auto ocsp_signing = make(0x2b, 6, 1, 5, 5, 7, 3, 9);
inline constexpr auto access_ocsp = make(0x2b, 6, 1, 5, 5, 7, 0x30, 1);
inline constexpr auto access_ca_issuers = make(0x2b, 6, 1, 5, 5, 7, 0x30, 2);

// OCSP (RFC 6960 §4.2.1).
inline constexpr auto ocsp_basic = make(0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1);
inline constexpr auto ocsp_no_check = make(0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5);

/// "2.5.29.17"; "?" if the contents are not well formed.
[[nodiscard]] std::string dotted(Bytes content);
/// What it is called in the RFC ("subjectAltName", "serverAuth", "ecdsa-with-SHA256", "CN"), or empty.
[[nodiscard]] std::string_view known_name(Bytes content) noexcept;
/// The known name, or dotted.
[[nodiscard]] std::string name_or_dotted(Bytes content);

}  // namespace handfast::x509::oid
