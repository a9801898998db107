// A server's handshake: its state, and the coroutines that drive it.
#pragma once
#include <memory>

#include <handfast/config.hpp>

#include "crypto/hash.hpp"
#include "handshake/authentication.hpp"
#include "handshake/handshake.hpp"

namespace handfast::handshake {

/// What a server decides when it has read a ClientHello.
struct Choice {
  CipherSuite suite{};
  NamedGroup group{};
  Proof proof;         ///< certificate and scheme
  Bytes client_share;  ///< for `group`, inside the ClientHello; empty: a retry is needed
  bool acknowledge_name = false;
};

/// What a server knows of its connection so far.
class ServerHandshake : public Handshake {
 public:
  /// Null: the configuration is asked for when the ClientHello is there.
  ServerHandshake(std::shared_ptr<const ServerConfig> configuration, Transport& engine);

  std::shared_ptr<const ServerConfig> config;
  Choice choice;
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

/// The names and protocol that both versions choose alike.
Result<> choose_protocol(ServerHandshake& handshake, const message::ClientHello& hello);
/// The host name in server_name as sent; empty: none.
[[nodiscard]] std::string_view requested_name(const message::ClientHello& hello) noexcept;

/// Suite, group and certificate of TLS 1.2 for this ClientHello. Errors: as choose().
Result<Choice> choose12(ServerHandshake& handshake, const message::ClientHello& hello);

/// Suite, group, certificate and application protocol for this ClientHello, without side effects but the
/// summary. Errors: what the client lacks or did wrong.
Result<Choice> choose(ServerHandshake& handshake, const message::ClientHello& hello);

}  // namespace handfast::handshake
