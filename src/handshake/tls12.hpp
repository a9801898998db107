// What both roles of a TLS 1.2 handshake share.
#pragma once
#include <array>
#include <optional>

#include <handfast/session.hpp>

#include "crypto/hmac.hpp"
#include "crypto/signature.hpp"
#include "handshake/handshake.hpp"
#include "schedule/key_schedule12.hpp"
#include "schedule/suite.hpp"
#include "wire/codec.hpp"

namespace handfast::handshake {

/// The last octets of a ServerHello's random when a server that speaks TLS 1.3 settles for less
/// (RFC 8446 §4.1.3).
inline constexpr std::array<std::uint8_t, 8> downgrade_to_tls12 = {0x44, 0x4f, 0x57, 0x4e,
                                                                   0x47, 0x52, 0x44, 1};
inline constexpr std::array<std::uint8_t, 8> downgrade_to_tls11 = {0x44, 0x4f, 0x57, 0x4e,
                                                                   0x47, 0x52, 0x44, 0};

/// What is known of a TLS 1.2 handshake between ServerHello and Finished.
struct Tls12State {
  const schedule::SuiteInfo* suite = nullptr;
  std::array<std::uint8_t, 32> server_random{};
  bool extended_master_secret = false;
  bool encrypt_then_mac = false;
  bool status_follows = false;  ///< a CertificateStatus may come
  bool ticket_follows = false;  ///< a NewSessionTicket must come (RFC 5077 §3.3)
  bool resumed = false;         ///< the session is an old one: the handshake is the short one (RFC 5246 §7.3)
  Octets session_id;            ///< of the ServerHello; empty: the session has none
  std::optional<MaxFragmentLength> max_fragment_length;  ///< agreed upon (RFC 6066 §4)
  schedule::MasterSecret12 master_secret{Bytes()};
  std::optional<crypto::HmacKey> prf_key;         ///< the master secret, made ready for the PRF
  std::optional<schedule::KeyBlock12> key_block;  ///< made when the first direction changes its keys
};

/// What a ServerKeyExchange signs: both randoms and the octets of params (RFC 8422 §5.4).
[[nodiscard]] Octets signed_params(const Handshake& handshake, const Tls12State& state,
                                   const message::ServerECDHParams& params);

/// The master secret after ClientKeyExchange, by RFC 7627 where it was agreed; logs it.
void derive_master_secret(Handshake& handshake, const CommonSettings& settings, Tls12State& state,
                          Bytes pre_master_secret);

/// The master secret of a session that is resumed; logs it.
void restore_master_secret(Handshake& handshake, const CommonSettings& settings, Tls12State& state,
                           const Session& session);

/// Our change_cipher_spec and Finished. Gives verify_data.
Result<Octets> send_finished12(Handshake& handshake, Tls12State& state, RandomSource& random);
/// The peer's. Gives verify_data.
Task<Octets> receive_finished12(Handshake& handshake, Tls12State& state, RandomSource& random);

/// Sends a message that belongs to the hashed transcript and to the messages that a CertificateVerify signs.
template <class M>
Result<> send_both(Handshake& handshake, const M& message, schedule::Transcript& signed_messages) {
  const std::size_t start = handshake.transport.outgoing().size();
  if (auto sent = handshake.send(message); !sent) return sent;
  if (!signed_messages.messages().empty())
    signed_messages.add(Bytes(handshake.transport.outgoing()).subspan(start));
  return {};
}

/// A message of the peer that a later CertificateVerify signs: added as it came (decoding keeps every octet).
template <class M>
Result<> note_signed(const M& message, schedule::Transcript& signed_messages) {
  if (signed_messages.messages().empty()) return {};
  Octets octets;
  if (auto encoded = wire::append_message(message, octets); !encoded) return encoded;
  signed_messages.add(octets);
  return {};
}

/// Keeps what exporters and channel bindings need; with RFC 7627 only.
void keep_exporter12(Handshake& handshake, const Tls12State& state, Bytes first_verify_data);

/// The peer's Certificate as keep_certificates() does. False: it showed none.
Task<bool> receive_certificate12(Handshake& handshake, const CommonSettings& settings);
/// Our Certificate of TLS 1.2. Null credential: an empty list.
Result<> send_certificate12(Handshake& handshake, const Credential* credential);

/// The peer's signature over `content` under its leaf: a scheme that we offered and that fits the key.
Result<> check_signature12(const CommonSettings& settings, const crypto::PublicKey& key,
                           SignatureScheme scheme, Bytes content, Bytes signature);

}  // namespace handfast::handshake
