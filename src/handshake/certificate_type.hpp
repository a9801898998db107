// Which kind of certificate each side shows (RFC 7250).
#pragma once
#include "handshake/client_handshake.hpp"
#include "handshake/server_handshake.hpp"

namespace handfast::handshake {

using CertificateTypes = Preferences<CertificateType, 2>;

/// What a client can show: as its settings say, else by its credentials.
[[nodiscard]] CertificateTypes own_certificate_types(const ClientSettings& settings) noexcept;

/// RFC 7250 §4.1: X.509 alone is the default, which goes without saying.
[[nodiscard]] bool goes_without_saying(const CertificateTypes& types) noexcept;

/// A client takes what the server chose for itself and for us; none: X.509, as nothing was said.
Result<> accept_certificate_types(ClientHandshake& handshake, std::optional<CertificateType> of_server,
                                  std::optional<CertificateType> of_client);
/// The same of the extensions that carry it, in EncryptedExtensions or in the ServerHello of TLS 1.2.
Result<> accept_certificate_types(ClientHandshake& handshake, const auto& extensions) {
  std::optional<CertificateType> of_server;
  std::optional<CertificateType> of_client;
  if (extensions.server_certificate_type)
    of_server = extensions.server_certificate_type->server_certificate_type;
  if (extensions.client_certificate_type)
    of_client = extensions.client_certificate_type->client_certificate_type;
  return accept_certificate_types(handshake, of_server, of_client);
}

/// A server finds that both sides can be shown to each other at all, and chooses what the client shows.
Result<> choose_certificate_types(ServerHandshake& handshake, const message::ClientHello& hello);
/// The kind of certificate that a server shows this client; when a session is resumed, would show. None under
/// an external PSK.
[[nodiscard]] std::optional<CertificateType> shown_type(const ServerHandshake& handshake) noexcept;
/// What a server chose, where it was asked.
void answer_certificate_types(const ServerHandshake& handshake, auto& extensions) {
  const message::ClientHello& hello = handshake.hello();
  const std::optional<CertificateType> own = shown_type(handshake);
  if (own && hello.extensions.server_certificate_type) extensions.server_certificate_type = {*own};
  if (handshake.choice.proof.credential == nullptr) return;
  // RFC 7250 §4.2: said only by a server that will ask for a certificate.
  const bool asks = handshake.settings().client_authentication != ClientAuthentication::none;
  if (hello.extensions.client_certificate_type && asks)
    extensions.client_certificate_type = {handshake.peer_certificate_type};
}

/// Whether the client takes this kind of certificate of a server.
[[nodiscard]] bool takes_type(const message::ClientHello& hello, CertificateType type) noexcept;

/// Keeps the raw public key of the peer. Errors: certificate_malformed, certificate_unsupported (also:
/// shorter than the policy allows).
Result<> keep_raw_public_key(Handshake& handshake, const CommonSettings& settings, Bytes key_info);

/// Whether the settings take raw public keys, and trust this one.
[[nodiscard]] bool trusts_public_key(const CommonSettings& settings, Bytes key_info) noexcept;
/// Full verification of a raw public key: it is one of those that the settings trust.
Result<> judge_raw_public_key(Handshake& handshake, const CommonSettings& settings);

}  // namespace handfast::handshake
