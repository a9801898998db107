// A client's handshake: its state, and the coroutines that drive it.
#pragma once
#include <memory>

#include <handfast/config.hpp>
#include <handfast/server_name.hpp>

#include "handshake/client_hello.hpp"
#include "handshake/handshake.hpp"

namespace handfast::handshake {

/// What a client knows of its connection so far.
class ClientHandshake : private ClientSlot, public Handshake {
 public:
  ClientHandshake(std::shared_ptr<const ClientConfig> configuration, const ServerName& name,
                  Transport& engine, std::uint16_t server_port = 443);

  std::shared_ptr<const ClientConfig> config;
  ServerName server_name;
  std::uint16_t port;                      ///< of the server: sessions are kept under it
  bool session_trusted = false;            ///< its peer, judged anew
  bool compatibility_record_sent = false;  ///< RFC 8446 §D.4: one goes out, behind the first flight
  Attempt attempt;
  std::unique_ptr<Session> session;                          ///< that is offered; null: none is
  std::unique_ptr<x509::Verification> session_verification;  ///< of its chain, today; null: nobody verifies
  /// TLS 1.3, with a session store: what the PSKs of tickets come from. Empty until known.
  crypto::MacValue resumption_master_secret{Bytes()};
  OfferedExtensions offered;        ///< extensions of the ClientHello sent last
  EarlyDataTerms early_data_terms;  ///< of the early data that was offered

  [[nodiscard]] const ClientSettings& settings() const noexcept { return config->settings(); }
  /// The share of that group which was sent, or null.
  [[nodiscard]] const crypto::PrivateShare* share_of(NamedGroup group) const noexcept;
};

/// The server's choice of an application protocol: exactly one name, and one of ours (RFC 7301 §3.1).
Result<> accept_protocol(ClientHandshake& handshake, const message::ProtocolNameList& answer);

/// The server's answer to max_fragment_length; `beside_limit`: record_size_limit came with it.
Result<> accept_fragments(ClientHandshake& handshake, MaxFragmentLength length, bool beside_limit);

/// From the first ClientHello to the choice of version, then on in that version's handshake
/// (RFC 8446 §4.1).
Task<> negotiate(ClientHandshake& handshake);

/// TLS 1.3 from the ServerHello on, which handshake.slot<message::ServerHello>() holds (RFC 8446 §2).
Task<> client13(ClientHandshake& handshake);

/// TLS 1.2 from the ServerHello on, which handshake.slot<message::ServerHello>() holds (RFC 5246 §7.3).
Task<> client12(ClientHandshake& handshake);

}  // namespace handfast::handshake
