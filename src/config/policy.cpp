// The named policies and the names of algorithms as people type them.
#include <array>
#include <cctype>

#include <handfast/policy.hpp>

namespace handfast {
namespace policies {

namespace {

// [8446:9.1#1,2] [8446:9.2#1,2] [8446:9.3#3] What is offered is spoken.
constexpr Policy careful = {
    .name = "standard_2026_11",
    .min_version = ProtocolVersion::tls12,
    .max_version = ProtocolVersion::tls13,
    .cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                      CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
                      CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                      CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                      CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                      CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                      CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                      CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256},
    .groups = {NamedGroup::X25519MLKEM768, NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1},
    .key_shares = {NamedGroup::X25519MLKEM768, NamedGroup::x25519},
    .signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ed25519,
                          SignatureScheme::ecdsa_secp384r1_sha384, SignatureScheme::ecdsa_secp521r1_sha512,
                          SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pss_rsae_sha384,
                          SignatureScheme::rsa_pss_rsae_sha512, SignatureScheme::rsa_pss_pss_sha256,
                          SignatureScheme::rsa_pss_pss_sha384, SignatureScheme::rsa_pss_pss_sha512,
                          SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::rsa_pkcs1_sha384,
                          SignatureScheme::rsa_pkcs1_sha512},
};

constexpr Policy only_tls13(Policy policy) {
  policy.name = "modern_2026_11";
  policy.min_version = ProtocolVersion::tls13;
  policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                          CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
  return policy;
}

// Behind everything of the default, so that the better is taken where both sides have it.
// [5246:9#1]
constexpr Policy with_old_suites(Policy policy) {
  policy.name = "classic_2026_11";
  for (const CipherSuite suite :
       {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384, CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA256,
        CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA256, CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA,
        CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA})
    policy.cipher_suites.add(suite);
  policy.groups.add(NamedGroup::secp521r1);
  policy.require_extended_master_secret = false;
  policy.require_secure_renegotiation = false;
  return policy;
}

}  // namespace

constinit const Policy standard_2026_11 = careful;
constinit const Policy modern_2026_11 = only_tls13(careful);
constinit const Policy classic_2026_11 = with_old_suites(careful);

constinit const Policy& standard = standard_2026_11;
constinit const Policy& modern = modern_2026_11;
constinit const Policy& classic = classic_2026_11;

const Policy* find(std::string_view name) noexcept {
  if (name == "default" || name == "standard") return &standard;
  if (name == "modern") return &modern;
  if (name == "classic") return &classic;
  for (const Policy* policy : all())
    if (policy->name == name) return policy;
  return nullptr;
}

std::span<const Policy* const> all() noexcept {
  static constexpr std::array<const Policy*, 3> list = {&standard_2026_11, &modern_2026_11, &classic_2026_11};
  return list;
}

}  // namespace policies

namespace {

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

template <class E>
struct Spelling {
  std::string_view text;
  E value;
};

template <class E>
Result<E> parse(std::string_view name, std::span<const E> known, std::span<const Spelling<E>> others,
                const char* what) noexcept {
  for (const E value : known)
    if (same_word(name, name_of(value))) return value;
  for (const Spelling<E>& other : others)
    if (same_word(name, other.text)) return other.value;
  return fail(ErrorCode::invalid_argument, what);
}

constexpr std::array known_suites = {
    CipherSuite::TLS_AES_128_GCM_SHA256,
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA256,
    CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA256,
    CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA,
    CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA,
};

constexpr std::array known_groups = {
    NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::SecP384r1MLKEM1024,
    NamedGroup::x25519,         NamedGroup::secp256r1,         NamedGroup::secp384r1,
    NamedGroup::secp521r1,      NamedGroup::MLKEM768,          NamedGroup::MLKEM1024,
};

constexpr std::array known_schemes = {
    SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::ecdsa_secp521r1_sha512, SignatureScheme::ed25519,
    SignatureScheme::rsa_pss_rsae_sha256,    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,    SignatureScheme::rsa_pss_pss_sha256,
    SignatureScheme::rsa_pss_pss_sha384,     SignatureScheme::rsa_pss_pss_sha512,
    SignatureScheme::rsa_pkcs1_sha256,       SignatureScheme::rsa_pkcs1_sha384,
    SignatureScheme::rsa_pkcs1_sha512,
};

}  // namespace

Result<CipherSuite> parse_cipher_suite(std::string_view name) noexcept {
  return parse<CipherSuite>(name, known_suites, {}, "no such cipher suite");
}

Result<NamedGroup> parse_named_group(std::string_view name) noexcept {
  static constexpr std::array<Spelling<NamedGroup>, 6> others = {{
      {"P-256", NamedGroup::secp256r1},
      {"prime256v1", NamedGroup::secp256r1},
      {"P256", NamedGroup::secp256r1},
      {"P-384", NamedGroup::secp384r1},
      {"P384", NamedGroup::secp384r1},
      {"P-521", NamedGroup::secp521r1},
  }};
  return parse<NamedGroup>(name, known_groups, others, "no such group");
}

Result<SignatureScheme> parse_signature_scheme(std::string_view name) noexcept {
  return parse<SignatureScheme>(name, known_schemes, {}, "no such signature scheme");
}

Result<ProtocolVersion> parse_protocol_version(std::string_view name) noexcept {
  if (same_word(name, "1.2") || same_word(name, "tls1.2") || same_word(name, "tlsv1.2"))
    return ProtocolVersion::tls12;
  if (same_word(name, "1.3") || same_word(name, "tls1.3") || same_word(name, "tlsv1.3"))
    return ProtocolVersion::tls13;
  return fail(ErrorCode::invalid_argument, "no such protocol version: 1.2 and 1.3 are spoken");
}

}  // namespace handfast
