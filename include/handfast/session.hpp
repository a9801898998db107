// Sessions: what two peers keep of a finished handshake to make the next one shorter.
#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/secret.hpp>
#include <handfast/time.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// The name of one register of early data (ReplayGuard): random, 16 octets.
using RegisterId = std::array<std::uint8_t, 16>;

/// One session of either version, as client or server keeps it. Move-only, for it holds a secret; wiped when
/// it dies. A value; not synchronised.
///
/// Who resumes a session judges it again: a client the chain against its trust store, a server everything
/// against its configuration. What is here was true when the session was made, and no more.
struct Session {
  /// The longest that a ticket may live (RFC 8446 §4.6.1): 7 days.
  static constexpr std::chrono::seconds longest_lifetime{604'800};

  /// TLS 1.2 or TLS 1.3.
  ProtocolVersion version = ProtocolVersion::tls13;
  /// The suite of the handshake. TLS 1.3 resumes with any suite of the same hash, TLS 1.2 with this one.
  CipherSuite cipher_suite = CipherSuite::TLS_NULL_WITH_NULL_NULL;
  /// TLS 1.3: the ticket's PSK, as long as the suite's hash. TLS 1.2: the master secret, 48 octets.
  Secret<48> secret{Bytes()};
  /// TLS 1.2: the master secret is bound to its handshake (RFC 7627 §5.3).
  bool extended_master_secret = false;
  /// Client: whom it wanted to reach (ServerName::text). Server: the server_name it was sent; empty: none.
  std::string server_name;
  /// ALPN protocol of the connection; empty: none. Early data is for this protocol only.
  std::string application_protocol;
  /// When the ticket was issued (server) or came in (client).
  Time issued{};
  /// When the handshake that this session descends from checked certificates: a session made by resumption
  /// inherits it, so that lifetimes do not add up without end. After a delegated credential of the peer: a
  /// week before that ends, so that no session outlives it (RFC 9345 §7.4).
  Time authenticated{};
  /// How long after `issued` it may be used; at most longest_lifetime.
  std::chrono::seconds lifetime{};
  /// TLS 1.3: what the client adds to the ticket's age (RFC 8446 §4.2.11.1).
  std::uint32_t age_add = 0;
  /// TLS 1.3: octets of early data that the server takes under this ticket; 0: none.
  std::uint32_t max_early_data_size = 0;
  /// Server: the register that stood by when the ticket was issued; none: no early data.
  std::optional<RegisterId> register_id;
  /// TLS 1.2: the negotiated max_fragment_length, which holds for resumptions too (RFC 6066 §4).
  std::optional<MaxFragmentLength> max_fragment_length;
  /// The peer's certificates in DER, leaf first; empty: it showed none.
  std::vector<Octets> peer_chain;
  /// The raw public key that the peer showed instead (RFC 7250): SubjectPublicKeyInfo; empty: none.
  Octets peer_public_key;
  /// The external PSK that proved both sides when the session began; empty: certificates did. It is resumed
  /// only as long as the configuration has a PSK of that identity, with the same key.
  Octets external_psk_identity;
  /// Tells that key from any other without giving it away: 32 octets of HMAC-SHA-256 under it; empty with
  /// external_psk_identity.
  Octets external_psk_check;
  /// Client: the OCSP response that was stapled; empty: none.
  Octets ocsp_response;
  /// The chain passed full verification. False: nobody looked, or the application alone decided. A client
  /// that verifies by itself never offers such a session; one that asks (PeerVerification::ask) asks again.
  bool peer_verified = false;
  /// What names the session to its server: client only, for a server finds the session by it. TLS 1.3: the
  /// ticket. TLS 1.2: the ticket, or if there is none the session id of 1 to 32 octets.
  Octets ticket;
  /// TLS 1.2: `ticket` is a session id, not a ticket of RFC 5077.
  bool ticket_is_session_id = false;

  /// A deliberate copy.
  [[nodiscard]] Session clone() const;

  /// Whether it can be used at that moment: issued, and not older than its lifetime. A server's clock may be
  /// behind the one that issued it by clock_tolerance.
  [[nodiscard]] bool is_alive(Time now) const noexcept;
  /// How far the clocks of a fleet may differ.
  static constexpr std::chrono::seconds clock_tolerance{10};

  /// The session in the library's own format, which it changes with a new first octet: for stores that keep
  /// octets. Holds secrets. Errors: invalid_argument for what the format has no room for (a certificate chain
  /// of more than 16 MiB, a lifetime beyond the longest, a name of more than 255 octets).
  [[nodiscard]] Result<SecretOctets> encode() const;
  /// What encode() wrote; takes any octets. Errors: stored_state_malformed.
  static Result<Session> decode(Bytes encoded);
};

}  // namespace handfast
