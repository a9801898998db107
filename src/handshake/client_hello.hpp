// The ClientHello that a client sends: a pure function of its configuration and of this attempt.
#pragma once
#include <array>
#include <vector>

#include <handfast/config.hpp>
#include <handfast/server_name.hpp>

#include "crypto/key_exchange.hpp"
#include "handshake/early_data.hpp"
#include "message/client_hello.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/transcript.hpp"

namespace handfast::handshake {

/// Reserved values that keep servers tolerant (RFC 8701): drawn once a connection, the same in both hellos.
struct Grease {
  std::uint16_t cipher_suite = 0;  ///< 0: no GREASE is sent at all
  std::uint16_t group = 0;
  std::uint16_t version = 0;
  std::uint16_t signature_scheme = 0;
  std::uint16_t first_extension = 0;
  std::uint16_t last_extension = 0;

  [[nodiscard]] bool enabled() const noexcept { return cipher_suite != 0; }
};
/// Six values of RFC 8701 out of six random octets; the two extensions differ.
[[nodiscard]] Grease draw_grease(Bytes random) noexcept;

/// One PSK that is offered, ready to bind itself to the hello.
struct ClientPsk {
  schedule::PskKind kind{};
  crypto::HashAlgorithm hash{};
  schedule::EarlySecret secret;
  Octets identity;
  std::uint32_t obfuscated_ticket_age = 0;
  EarlyDataTerms terms;
};

/// What differs between connections and attempts.
struct Attempt {
  std::array<std::uint8_t, 32> random{};
  std::array<std::uint8_t, 32> session_id{};  ///< sent when the configuration wants middlebox compatibility
  Grease grease;
  std::vector<crypto::PrivateShare>
      shares;                   ///< of the groups offered at once, or the one the server asked for
  bool share_asked = false;     ///< a HelloRetryRequest named the group of the one share
  Octets cookie;                ///< of a HelloRetryRequest; empty: none
  std::vector<ClientPsk> psks;  ///< in the order in which they are offered
  bool early_data = false;      ///< comes behind this hello, under the first PSK
  Octets session_ticket;        ///< of a TLS 1.2 session that is offered (RFC 5077); empty: asks for one
  Octets session_id12;          ///< of that session, or what stands for its ticket (RFC 5077 §3.4)
};

/// The session id that is sent: that of a TLS 1.2 session, or one that is made up (RFC 8446 §4.1.2, §D.4).
[[nodiscard]] Bytes legacy_session_id(const ClientSettings& settings, const Attempt& attempt) noexcept;

/// Extensions that a ClientHello of this side can hold.
using OfferedExtensions = Preferences<ExtensionType, 32>;

/// Appends the whole ClientHello message to `out` and says which extensions it holds. `before`: the
/// transcript so far, which binders cover (nothing, or a hello and its HelloRetryRequest). Errors:
/// internal_error.
Result<OfferedExtensions> append_client_hello(const ClientSettings& settings, const ServerName& name,
                                              const Attempt& attempt, const schedule::Transcript& before,
                                              Octets& out);

}  // namespace handfast::handshake
