// The format of stored sessions, described once: for tickets, caches and files.
#pragma once
#include <handfast/session.hpp>

#include "wire/codec.hpp"

namespace handfast::session {

/// Milliseconds since 1970 in 48 bits, which last until the year 10889.
struct Moment {
  std::uint16_t high = 0;
  std::uint32_t low = 0;

  static constexpr void wire(auto& io, auto& m) {
    io("high", m.high);
    io("low", m.low);
  }

  /// The moment, if 48 bits hold it.
  [[nodiscard]] static std::optional<Moment> of(Time time) noexcept {
    const auto count = static_cast<std::uint64_t>(time.time_since_epoch().count());
    if (count >> 48 != 0) return std::nullopt;  // also: before 1970
    return Moment{static_cast<std::uint16_t>(count >> 32), static_cast<std::uint32_t>(count)};
  }
  [[nodiscard]] Time time() const noexcept {
    return Time(std::chrono::milliseconds(std::int64_t{high} << 32 | low));
  }
};

/// What is true or false of a session, a bit each.
enum SessionFlag : std::uint8_t {
  extended_master_secret_flag = 1,
  peer_verified_flag = 2,
  ticket_is_session_id_flag = 4,
  has_register_flag = 8,
  raw_public_key_flag = 16,  ///< what stands alone in peer_chain is no certificate
  external_psk_flag = 32,    ///< what stands in peer_chain is the identity of an external PSK, and its check
};

/// Certificates of a session's chain. No path needs so many, and octets that say more would only fill memory.
inline constexpr std::size_t most_certificates = 100;

/// handfast::Session as octets. Views of the session, or of the octets that it was decoded from.
struct StoredSession {
  using Certificate = wire::Opaque<3, 1, 0xffffff>;

  wire::Between<std::uint8_t{1}> format;  // another number for every other layout
  wire::Between<ProtocolVersion::tls12, ProtocolVersion::tls13> version;
  CipherSuite cipher_suite{};
  wire::Opaque<1, 32, 48> secret;
  wire::Between<std::uint8_t{0}, std::uint8_t{63}> flags;  // of SessionFlag
  wire::Text<1, 0, 255> server_name;
  wire::Text<1, 0, 255> application_protocol;
  Moment issued;
  Moment authenticated;
  std::uint32_t lifetime = 0;  // seconds
  std::uint32_t age_add = 0;
  std::uint32_t max_early_data_size = 0;
  wire::Fixed<16> register_id;                                          // zeros without has_register_flag
  wire::Between<std::uint8_t{0}, std::uint8_t{4}> max_fragment_length;  // 0: none
  wire::List<Certificate, 3, 0, 0xffffff> peer_chain;
  wire::Opaque<3, 0, 0xffffff> ocsp_response;
  wire::Opaque<2, 0, 0xffff> ticket;

  static constexpr void wire(auto& io, auto& m) {
    io("format", m.format);
    io("version", m.version);
    io("cipher_suite", m.cipher_suite);
    io("secret", m.secret);
    io("flags", m.flags);
    io("server_name", m.server_name);
    io("application_protocol", m.application_protocol);
    io("issued", m.issued);
    io("authenticated", m.authenticated);
    io("lifetime", m.lifetime);
    io("age_add", m.age_add);
    io("max_early_data_size", m.max_early_data_size);
    io("register_id", m.register_id);
    io("max_fragment_length", m.max_fragment_length);
    io("peer_chain", m.peer_chain);
    io("ocsp_response", m.ocsp_response);
    io("ticket", m.ticket);
  }
};

}  // namespace handfast::session
