// Which kind of certificate each side shows (RFC 7250).
#include "handshake/certificate_type.hpp"

#include <algorithm>

#include "x509/public_key_info.hpp"

namespace handfast::handshake {

CertificateTypes own_certificate_types(const ClientSettings& settings) noexcept {
  if (!settings.certificate_types.empty()) return settings.certificate_types;
  CertificateTypes types;
  for (const Credential& credential : settings.credentials) types.add(credential.type());
  if (types.empty()) types.add(CertificateType::X509);
  return types;
}

bool goes_without_saying(const CertificateTypes& types) noexcept {
  return types.size() == 1 && types.front() == CertificateType::X509;
}

Result<> accept_certificate_types(ClientHandshake& hs, std::optional<CertificateType> of_server,
                                  std::optional<CertificateType> of_client) {
  const ClientSettings& settings = hs.settings();
  hs.peer_certificate_type = of_server.value_or(CertificateType::X509);
  if (!settings.peer_certificate_types.contains(hs.peer_certificate_type))
    return fail(ErrorCode::certificate_unsupported, "the server shows a kind of certificate not asked for");
  if (of_client && !own_certificate_types(settings).contains(*of_client))
    return fail(ErrorCode::illegal_value, "the server asks for a kind of certificate that was not offered");
  hs.own_certificate_type = of_client.value_or(CertificateType::X509);
  return {};
}

bool takes_type(const message::ClientHello& hello, CertificateType type) noexcept {
  const auto& offered = hello.extensions.server_certificate_type;
  return offered ? offered->server_certificate_types.contains(type) : type == CertificateType::X509;
}

namespace {

bool is_default(const auto& types) noexcept {
  return types.count() == 1 && types.front() == CertificateType::X509;
}

// RFC 7250 §4.2: no kind in common ends the handshake with unsupported_certificate.
std::unexpected<Error> nothing_in_common() {
  return fail(ErrorCode::certificate_unsupported, "the two sides have no kind of certificate in common");
}

}  // namespace

std::optional<CertificateType> shown_type(const ServerHandshake& hs) noexcept {
  if (hs.choice.proof.credential != nullptr) return hs.choice.proof.credential->type();
  if (!hs.summary.resumed) return std::nullopt;
  for (const CertificateType type : hs.config->directory().types())
    if (takes_type(hs.hello(), type)) return type;
  return std::nullopt;
}

Result<> choose_certificate_types(ServerHandshake& hs, const message::ClientHello& hello) {
  const ServerSettings& settings = hs.settings();
  const auto& extensions = hello.extensions;
  // RFC 7250 §4.1: a client that has nothing but X.509 leaves the extensions out.
  if (extensions.server_certificate_type &&
      is_default(extensions.server_certificate_type->server_certificate_types))
    return fail(ErrorCode::illegal_value, "server_certificate_type names the default alone");
  if (extensions.client_certificate_type &&
      is_default(extensions.client_certificate_type->client_certificate_types))
    return fail(ErrorCode::illegal_value, "client_certificate_type names the default alone");
  const auto& types = hs.config->directory().types();
  const auto shown = [&hello](CertificateType type) { return takes_type(hello, type); };
  if (!types.empty() && std::ranges::none_of(types, shown)) {
    if (extensions.server_certificate_type) return nothing_in_common();
    // Who says nothing of kinds may not know RFC 7250: there is no certificate for it, as RFC 8446 §4.1.1 has
    // it.
    return fail(ErrorCode::certificate_unsupported, AlertDescription::handshake_failure,
                "the client takes certificates alone, and there is none here");
  }
  if (settings.client_authentication == ClientAuthentication::none) return {};
  const auto& offered = hello.extensions.client_certificate_type;
  for (const CertificateType type : settings.peer_certificate_types) {
    const bool shows =
        offered ? offered->client_certificate_types.contains(type) : type == CertificateType::X509;
    if (!shows) continue;
    hs.peer_certificate_type = type;
    return {};
  }
  return nothing_in_common();
}

Result<> keep_raw_public_key(Handshake& hs, const CommonSettings& settings, Bytes key_info) {
  const auto key = x509::parse_public_key(key_info);
  if (!key) {
    // RFC 8446 §6.2: no certificate that could be a bad one, but a field that is not what RFC 7250 §3 says.
    Error error = key.error();
    if (error.code == ErrorCode::certificate_malformed) error.alert = AlertDescription::decode_error;
    return fail(error);
  }
  const bool rsa = key->type() == crypto::KeyType::rsa || key->type() == crypto::KeyType::rsa_pss;
  if (rsa && key->bits() < settings.policy.min_rsa_bits)
    return fail(ErrorCode::certificate_unsupported, "the raw public key is shorter than the policy allows");
  hs.summary.peer_public_key = to_octets(key_info);
  return {};
}

bool trusts_public_key(const CommonSettings& settings, Bytes key_info) noexcept {
  return settings.peer_certificate_types.contains(CertificateType::RawPublicKey) &&
         std::ranges::any_of(settings.trusted_public_keys,
                             [key_info](const Octets& trusted) { return equal(trusted, key_info); });
}

Result<> judge_raw_public_key(Handshake& hs, const CommonSettings& settings) {
  hs.summary.peer_verified = trusts_public_key(settings, hs.summary.peer_public_key);
  if (hs.summary.peer_verified) return {};
  return fail(ErrorCode::certificate_refused, "the raw public key is none of the trusted ones");
}

}  // namespace handfast::handshake
