// A server's handshake: its state, and the coroutines that drive it.
#pragma once
#include <algorithm>
#include <memory>
#include <span>

#include <handfast/config.hpp>

#include "config/credential_directory.hpp"
#include "crypto/hash.hpp"
#include "handshake/authentication.hpp"
#include "handshake/early_data.hpp"
#include "handshake/handshake.hpp"
#include "handshake/trust_anchors.hpp"
#include "schedule/key_schedule.hpp"

namespace handfast::handshake {

/// What a server decides when it has read a ClientHello.
struct Choice {
  CipherSuite suite{};
  NamedGroup group{};
  Proof proof;         ///< certificate and scheme
  Bytes client_share;  ///< for `group`, inside the ClientHello; empty: a retry is needed
  bool acknowledge_name = false;
  bool key_exchange = true;  ///< false: psk_ke, where the PSK is the only secret (RFC 8446 §4.2.9)

  [[nodiscard]] bool needs_retry() const noexcept { return key_exchange && client_share.empty(); }
};

/// The PSK that a server takes out of a ClientHello.
struct ServerPsk {
  std::uint16_t index = 0;  ///< into the client's identities
  schedule::PskKind kind{};
  crypto::HashAlgorithm hash{};
  SecretOctets key;
  Octets identity;
  EarlyDataTerms terms;
  std::optional<Session> session;               ///< none: an external PSK
  std::optional<schedule::EarlySecret> secret;  ///< once the binder is checked
};

/// What a server knows of its connection so far.
class ServerHandshake : private ServerSlot, public Handshake {
 public:
  /// Null: the configuration is asked for when the ClientHello is there.
  ServerHandshake(std::shared_ptr<const ServerConfig> configuration, Transport& engine);

  std::shared_ptr<const ServerConfig> config;
  Choice choice;
  std::unique_ptr<ServerPsk> psk;    ///< null: certificates prove who is who
  std::unique_ptr<Session> session;  ///< TLS 1.2: that is resumed; null: none is
  Octets session_id;                 ///< TLS 1.2: its name in session_store; empty: it is not there
  std::unique_ptr<x509::Verification>
      session_verification;  ///< of a session's chain, today; null: nobody judged
  /// For what runs over this seam and has extensions or cookies of its own (RFC 9001 §8.2, RFC 9147 §5.1):
  /// what stands in EncryptedExtensions and CertificateRequest besides TLS's own, and where; empty: nothing.
  /// The slots live as long as the handshake. Raw signature_algorithms stand for those of the policy.
  std::span<const wire::ExtensionSlot> encrypted_extensions;
  std::span<const wire::ExtensionSlot> certificate_request;
  /// The cookie of a HelloRetryRequest, whose second hello comes to this handshake; empty: ours, if
  /// stateless_retry wants one.
  Bytes retry_cookie;
  ProtocolVersion
      hello_version{};  ///< legacy_version of the ClientHello: what an RSA pre-master secret repeats

  [[nodiscard]] const ServerSettings& settings() const noexcept { return config->settings(); }
  /// The ClientHello received last.
  [[nodiscard]] const message::ClientHello& hello() const noexcept { return slot<message::ClientHello>(); }
};

/// From the ClientHello to the choice of configuration and version, then on in that version's handshake.
Task<> negotiate(ServerHandshake& handshake);

/// TLS 1.3 from the first ClientHello on, which handshake.hello() holds (RFC 8446 §2).
Task<> server13(ServerHandshake& handshake);

/// TLS 1.2 from the ClientHello on, which handshake.hello() holds (RFC 5246 §7.3).
Task<> server12(ServerHandshake& handshake);

/// The subjects of our trust store as certificate_authorities lists them; empty when they are not to be sent
/// or do not fit. The views live as long as the store.
[[nodiscard]] std::vector<message::DistinguishedName> named_authorities(const ServerSettings& settings);

/// Whether the client says that it can check how this chain is signed, or says nothing of it.
[[nodiscard]] bool can_check(const message::ClientHello& hello, const Credential& credential) noexcept;
/// Tries those of our certificates at `places` until `use` takes one: first those whose chains the client can
/// check; another chain is shown only if there is none such (RFC 8446 §4.4.2.2, RFC 5246 §7.4.2
/// [8446:4.4.2.2#4] [5246:7.4.2#14]). Of both those go first that the client asks for: those at `asked`, an
/// ascending list, of which `use` is told. Whether one was taken.
[[nodiscard]] bool try_credentials(const ServerSettings& settings, const message::ClientHello& hello,
                                   const Places& places, std::span<const std::uint32_t> asked, auto use) {
  for (const bool checkable : {true, false}) {
    for (const bool asked_for : {true, false}) {
      if (asked_for && asked.empty()) continue;
      for (const std::uint32_t place : places) {
        const Credential& credential = settings.credentials[place];
        if (std::ranges::binary_search(asked, place) == asked_for &&
            can_check(hello, credential) == checkable && use(credential, asked_for))
          return true;
      }
    }
  }
  return false;
}

/// Whether the client takes this kind of certificate, and the issuers that it asks for leave this one.
/// `requested`: it asks for this one by its trust anchor.
[[nodiscard]] bool suits_client(const Credential& credential, const message::ClientHello& hello,
                                bool requested);

/// The names and protocol that both versions choose alike.
Result<> choose_protocol(ServerHandshake& handshake, const message::ClientHello& hello);
/// The host name in server_name as sent; empty: none.
[[nodiscard]] std::string_view requested_name(const message::ClientHello& hello) noexcept;

/// Our credentials for that name, looked up once; views of the configuration.
struct RequestedName {
  RequestedName(const ServerConfig& config, const message::ClientHello& hello);

  bool sent = false;
  /// Certificates by their names, raw public keys always; empty: none is for it, or no name was sent.
  Places places;
};

/// Suite, group and certificate of TLS 1.2 for this ClientHello. Errors: as choose().
Result<Choice> choose12(ServerHandshake& handshake, const message::ClientHello& hello);
/// What is left to choose when handshake.session is resumed: the application protocol. Errors: as choose().
Result<Choice> choose_resumed12(ServerHandshake& handshake, const message::ClientHello& hello);

/// Suite, group, certificate and application protocol for this ClientHello, without side effects but the
/// summary, and that a PSK that fits nothing is dropped. `hash`: that of the suite which a HelloRetryRequest
/// has settled. Errors: what the client lacks or did wrong.
Result<Choice> choose(ServerHandshake& handshake, const message::ClientHello& hello,
                      std::optional<crypto::HashAlgorithm> hash = std::nullopt);

}  // namespace handfast::handshake
