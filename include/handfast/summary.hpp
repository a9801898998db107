// What a handshake ended with, and how it went.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/types.hpp>
#include <handfast/verify.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// One flight: messages in one direction without an answer between them.
struct FlightSummary {
  /// Who sent it.
  Role from = Role::client;
  /// The messages in their order.
  std::vector<HandshakeType> messages;
  std::size_t message_octets = 0;  ///< handshake messages with their headers
  std::size_t record_octets = 0;   ///< the records that carried them, as on the wire
};

/// What became of early data (RFC 8446 §4.2.10).
enum class EarlyData : std::uint8_t {
  none,      ///< the client offered none
  accepted,  ///< it is part of the connection
  rejected,  ///< the client has to send it again, if it still wants to
};
/// "none", "accepted", "rejected".
std::string_view name_of(EarlyData value) noexcept;

/// Negotiated values. Taken once, after the handshake; what is not taken is freed.
struct Summary {
  /// The version.
  ProtocolVersion version = ProtocolVersion::tls13;
  /// The cipher suite.
  CipherSuite cipher_suite = CipherSuite::TLS_NULL_WITH_NULL_NULL;
  std::optional<NamedGroup> group;                  ///< key exchange; none for PSK without (EC)DHE
  std::optional<SignatureScheme> server_signature;  ///< what the server signed with
  std::optional<SignatureScheme> client_signature;  ///< what the client signed with, if it was asked
  std::string application_protocol;                 ///< ALPN; empty: none
  std::string server_name;                          ///< server_name sent or received; empty: none
  /// The server said that it used server_name.
  bool server_name_acknowledged = false;
  /// No certificates were exchanged, for a session was resumed. The chain and its verification below are then
  /// those of the session, judged anew for this connection by a client.
  bool resumed = false;
  /// What became of early data.
  EarlyData early_data = EarlyData::none;
  /// The external PSK that proved both sides; empty: none did.
  Octets external_psk_identity;
  /// Why early data was rejected, or not offered though it was wanted, for people; empty: it was not, or only
  /// the server knows.
  std::string_view early_data_reason;
  bool hello_retry = false;  ///< a HelloRetryRequest was needed
  /// The secrets are bound to the whole handshake: RFC 7627 in TLS 1.2, always in TLS 1.3.
  bool extended_master_secret = true;
  /// The peer would notice that a connection is spliced behind another: RFC 5746 in TLS 1.2, always in
  /// TLS 1.3.
  bool secure_renegotiation = true;
  /// TLS 1.2 with a CBC suite: the MAC is over the ciphertext (RFC 7366).
  bool encrypt_then_mac = false;
  /// The server asked for a client certificate.
  bool client_certificate_requested = false;
  std::uint16_t peer_record_size_limit = 0;  ///< RFC 8449; 0: none given
  /// Which of the configuration's credentials this side showed, counted from 0; none: it showed none.
  std::optional<std::size_t> credential;
  /// On a client that was asked for a certificate: why it did not show its credentials, for people, one
  /// reason each in the configuration's order, up to the one that it showed.
  std::vector<std::string_view> withheld;
  /// The ClientHello's random, by which key logs name a connection.
  std::array<std::uint8_t, 32> client_random{};
  std::vector<Octets> peer_chain;  ///< DER, as sent, leaf first; empty: the peer showed none
  CertificateType peer_certificate_type = CertificateType::X509;  ///< the kind that the peer showed
  bool peer_verified = false;  ///< the peer's certificate passed full verification
  Octets peer_public_key;      ///< a raw public key of the peer (RFC 7250): SubjectPublicKeyInfo; else empty
  /// The peer proved itself by a delegated credential (RFC 9345), which ends then; none: by its certificate's
  /// key, or not at all in this handshake.
  std::optional<Time> peer_delegated_until;
  /// Trust anchor IDs of the chains that the server says it has for this client, most wanted first
  /// (draft-ietf-tls-trust-anchor-ids-04 §4.3); also of a handshake that failed behind EncryptedExtensions.
  std::vector<Octets> available_trust_anchors;
  bool own_trust_anchor_matched = false;  ///< the peer asked for the trust anchor of the chain that we showed
  bool peer_trust_anchor_matched = false;  ///< the peer says so of its chain: requested_trust_anchors
  /// How our Certificate and the peer's were compressed (RFC 8879); none: not at all, or not shown.
  std::optional<CertificateCompressionAlgorithm> own_certificate_compression;
  std::optional<CertificateCompressionAlgorithm> peer_certificate_compression;  ///< the peer's
  Octets ocsp_response;                            ///< stapled by the server; empty: none
  Octets signed_certificate_timestamps;            ///< SignedCertificateTimestampList; empty: none
  std::optional<x509::Verification> verification;  ///< path and findings, when the library judged
  /// What was sent in which order.
  std::vector<FlightSummary> flights;
};

}  // namespace handfast
