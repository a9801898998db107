// Configurations: what a client or a server is ready to do, built once, checked, then shared by any number of
// connections and threads.
#pragma once
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <handfast/certificate_compression.hpp>
#include <handfast/client_session_store.hpp>
#include <handfast/credential.hpp>
#include <handfast/error.hpp>
#include <handfast/external_psk.hpp>
#include <handfast/policy.hpp>
#include <handfast/public_suffixes.hpp>
#include <handfast/random.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/session_store.hpp>
#include <handfast/ticket_keys.hpp>
#include <handfast/trust.hpp>
#include <handfast/verify.hpp>

namespace [[gnu::visibility("default")]] handfast {

class CredentialDirectory;

/// Where secrets are logged for debugging, in the labels of RFC 9850. Whoever reads them reads the
/// connection. write() may be called from every thread that runs a connection.
class KeyLog {
 public:
  virtual ~KeyLog() = default;
  /// One line's parts: label, the ClientHello's random (32 octets), the secret.
  virtual void write(std::string_view label, Bytes client_random, Bytes secret) noexcept = 0;
  /// Why a line was lost, the first time that one was; empty: none was. No connection fails for it.
  [[nodiscard]] virtual std::error_code failure() const noexcept { return {}; }
};

/// A key log that appends lines to a file (mode 0600), as SSLKEYLOGFILE expects. Where the file takes no
/// more, lines are lost, and failure() says why. Errors: file_unreadable when it cannot be opened for
/// writing.
Result<std::shared_ptr<KeyLog>> key_log_file(const std::string& path);

/// How the peer's certificate is judged.
enum class PeerVerification : std::uint8_t {
  full,  ///< chain, time, purpose and name, inside the library
  ask,   ///< the application decides: VerificationQuestion (a full check can be part of its answer)
};

/// Whether a server wants a client certificate (RFC 8446 §4.3.2).
enum class ClientAuthentication : std::uint8_t { none, request, require };

/// What both roles can set.
struct CommonSettings {
  /// Versions, suites, groups and signature schemes. A version without a suite is left out.
  Policy policy = policies::standard;
  /// Roots that the peer's certificate must lead to. Null: a client takes the system's store, a server needs
  /// one as soon as it asks for client certificates.
  std::shared_ptr<const TrustStore> trust;
  /// Kinds of certificates that are accepted of the peer, most wanted first (RFC 7250 §3).
  Preferences<CertificateType, 2> peer_certificate_types = {CertificateType::X509};
  /// Raw public keys that are trusted, SubjectPublicKeyInfo in DER: with RawPublicKey among the types and
  /// PeerVerification::full the peer's has to be one of them, whatever name it goes by.
  std::vector<Octets> trusted_public_keys;
  /// How certificates may be compressed (RFC 8879, TLS 1.3), most wanted first: the peer is offered all, and
  /// our own certificate is compressed with the first one that it offers. At most 16; empty: none.
  std::vector<std::shared_ptr<const CertificateCompression>> certificate_compression;
  /// Schemes with which a peer may prove itself by a delegated credential instead of its certificate's key
  /// (RFC 9345, TLS 1.3), most wanted first. Empty: by none. rsa_pss_rsae_* and rsa_pkcs1_* are not for them.
  Preferences<SignatureScheme, 8> delegated_credentials;
  /// Trust anchor IDs (trust_anchor_id.hpp) that the peer is told, in TLS 1.3, so that it shows a chain that
  /// one of them leads to if it has such a one. With an empty list a client only asks the server what it has:
  /// Summary::available_trust_anchors, for another attempt. None: nothing is said of them. Who sees a
  /// ClientHello sees the list: one that few have makes its client known
  /// (draft-ietf-tls-trust-anchor-ids-04 §9.1). At most max_trust_anchor_list_size octets.
  std::optional<std::vector<Octets>> requested_trust_anchors;
  /// Who judges the peer's certificate.
  PeerVerification verification = PeerVerification::full;
  /// How strictly, and what an unknown revocation status means.
  x509::Profile profile = x509::Profile::standard;
  /// What an unknown revocation status means.
  x509::Revocation revocation = x509::Revocation::soft_fail;
  /// Certificate revocation lists in DER that are looked at.
  std::vector<Octets> crls;
  /// No wildcard of the peer's certificate directly below one of these names matches. Null: none directly
  /// below a top-level domain.
  std::shared_ptr<const x509::PublicSuffixList> public_suffixes;
  /// Successful signature checks of earlier connections; null: none are kept, but where sessions of peers
  /// with certificates are resumed: then the configuration makes a small one, so that a resumed chain is
  /// judged anew without public-key operations. May serve many configurations.
  std::shared_ptr<x509::SignatureCache> signature_cache;
  /// ALPN protocols, most wanted first, each 1..255 octets. Empty: ALPN is not used.
  std::vector<std::string> application_protocols;
  /// Longest plaintext that the peer may send in one record (RFC 8449), 64..16385; it counts the content
  /// type.
  std::uint16_t record_size_limit = 16385;
  /// Records' plaintext is padded to a multiple of this many octets (RFC 8446 §5.4); 0 and 1: no padding.
  std::uint16_t pad_to_multiple_of = 0;
  /// Longest handshake message that is accepted, in octets.
  std::uint32_t max_handshake_message = 65536;
  /// Records under one key before a KeyUpdate is sent, as soon as there may be one (TLS 1.3, after the
  /// handshake); 0: only near the limit of the AEAD (RFC 8446 §5.5).
  std::uint64_t key_update_after_records = 0;
  /// Also use PSKs without a fresh key exchange (psk_ke, RFC 8446 §4.2.9): such a connection can be read by
  /// whoever gets hold of the PSK later. A client offers the mode, a server takes it where the client wants
  /// nothing else.
  bool allow_psk_without_key_exchange = false;
  /// Null: nothing is logged.
  std::shared_ptr<KeyLog> key_log;
  /// Null: system_random(). Must outlive the configuration and be safe to use from its threads.
  RandomSource* random = nullptr;
  /// Also keep the exporter secret after the handshake, for export_keying_material.
  bool exporters = true;
};

/// How many tickets a client would like (RFC 9149 §3).
struct TicketRequest {
  std::uint8_t new_session = 1;  ///< after a full handshake
  std::uint8_t resumption = 1;   ///< after a resumption
};

/// What a client can set.
struct ClientSettings : CommonSettings {
  /// Shown when the server asks; the first one that fits its demands.
  std::vector<Credential> credentials;
  /// If a server asks for a certificate and no credential fits its demands, end the handshake with
  /// no_fitting_credential, instead of showing none and leaving it to the server what becomes of that
  /// (RFC 8446 §4.4.2, RFC 5246 §7.4.6). Needs credentials.
  bool require_credential = false;
  /// Kinds of certificates that this side can show, most wanted first (RFC 7250 §3). Empty: those of the
  /// credentials in their order.
  Preferences<CertificateType, 2> certificate_types;
  /// Reserved values in the ClientHello, against rigid servers (RFC 8701). Drawn once a connection.
  bool grease = true;
  /// Looks like TLS 1.2 to devices in between (RFC 8446 §D.4).
  bool middlebox_compatibility = true;
  /// TLS 1.2: ask the server for records of at most this size (RFC 6066 §4), for peers without
  /// record_size_limit.
  std::optional<MaxFragmentLength> max_fragment_length;
  /// This connection is a second attempt with a lower max_version: say so (RFC 7507).
  bool fallback = false;
  /// Send server_name when the name is a DNS name (RFC 6066 §3).
  bool send_server_name = true;
  /// Ask for a stapled OCSP response and for certificate timestamps.
  bool request_ocsp = true;
  /// Ask for certificate timestamps (RFC 6962 §3.3), which the summary then holds.
  bool request_signed_certificate_timestamps = false;
  /// Where sessions are kept and looked for; null: nothing is resumed.
  std::shared_ptr<ClientSessionStore> session_store;
  /// PSKs that both sides were given, most wanted first, offered behind a session (RFC 8446 §4.2.11). A
  /// server that takes one proves itself by it and shows no certificate. TLS 1.3 only.
  std::vector<std::shared_ptr<const ExternalPsk>> external_psks;
  /// How many tickets to ask for; none: the server decides.
  std::optional<TicketRequest> ticket_request;
  /// Offer early data where the session or the first external PSK allows it: Connection::send_early_data. It
  /// can be replayed (RFC 8446 §8): for requests only that may be carried out twice.
  bool early_data = false;
};

/// What a server can set.
struct ServerSettings : CommonSettings {
  /// At least one, unless there are external_psks. The first is shown when no name matches (or none was
  /// sent).
  std::vector<Credential> credentials;
  /// Trust anchor IDs that clients which ask are told the server has chains of, most wanted first. Empty:
  /// those of the credentials for the client's name, or of those with the first one's DNS names and addresses
  /// where none is for it; for others where other configurations have more. At most
  /// max_trust_anchor_list_size octets.
  std::vector<Octets> available_trust_anchors;
  /// Whether the client has to show a certificate.
  ClientAuthentication client_authentication = ClientAuthentication::none;
  /// Refuse with unrecognized_name when the client names a host that no certificate is for.
  bool refuse_unknown_names = false;
  /// The application uses the name that the client sends, such as for the choice of a site, whichever
  /// certificate is shown: acknowledge it always. False: where a certificate is for it (RFC 6066 §3).
  bool acknowledge_server_name = false;
  /// Send the subjects of `trust` as certificate_authorities (RFC 8446 §4.2.4).
  bool send_certificate_authorities = true;
  /// Every HelloRetryRequest carries a cookie that holds all state, so that the second ClientHello may meet
  /// another connection object of a server with the same cookie_key (RFC 8446 §4.2.2).
  bool stateless_retry = false;
  /// The key that protects cookies, 32 octets. All zeros: one is drawn when the configuration is built.
  std::array<std::uint8_t, 32> cookie_key{};
  /// The client's order of cipher suites and groups decides instead of the policy's.
  bool prefer_client_order = false;
  /// Ask for a share of the most wanted group that the client knows (HelloRetryRequest) even if it sent one
  /// of another group that is taken here: a round trip more, for the best key exchange that both sides have.
  /// False: a group that needs no retry goes first.
  bool retry_for_best_group = false;
  /// Seals whole sessions into tickets (RFC 8446 §4.6.1, RFC 5077); null: no such tickets.
  std::shared_ptr<TicketKeys> ticket_keys;
  /// Keeps the sessions of clients that get no sealed tickets: in TLS 1.3 when there are no ticket_keys, in
  /// TLS 1.2 by session id. Null: none are kept.
  std::shared_ptr<SessionStore> session_store;
  /// Tickets after a full handshake of TLS 1.3, 0..16; after a resumption there is one. A ticket_request of
  /// the client replaces both, up to 16 (RFC 9149).
  std::uint8_t tickets = 2;
  /// How long a session may be resumed, at most Session::longest_lifetime; ticket_keys may say less.
  /// Resumption does not prolong it beyond a week after certificates were last checked.
  std::chrono::seconds session_lifetime{86'400};
  /// External PSKs by identity (RFC 8446 §4.2.11); null: none. A server that has some may do without
  /// credentials.
  std::shared_ptr<ExternalPskStore> external_psks;
  /// Octets of early data taken under one ticket; 0: none, and tickets allow none. Needs a replay_guard.
  std::uint32_t max_early_data_size = 0;
  /// Decides whether early data was taken before.
  std::shared_ptr<ReplayGuard> replay_guard;
  /// Octets of early data, protection included, that are passed over at most when early data is not taken
  /// (RFC 8446 §4.2.10), or a quarter more than max_early_data_size or the ticket allows, if that is more.
  /// The default is one full flight of common clients; what goes beyond ends the connection.
  std::uint32_t max_skipped_early_data = 65'536;
};

/// A checked client configuration. Immutable and shared; a connection holds one reference.
class ClientConfig {
 public:
  /// Errors: unsupported_option, no_trust_anchor, invalid_argument (detail says which field),
  /// file_unreadable.
  static Result<std::shared_ptr<const ClientConfig>> make(ClientSettings settings);

  /// The settings that it was made of.
  [[nodiscard]] const ClientSettings& settings() const noexcept { return settings_; }
  /// The random source of the settings, or the system's.
  [[nodiscard]] RandomSource& random() const noexcept { return *random_; }
  /// False only for configurations of dangerous::without_verification.
  [[nodiscard]] bool verifies() const noexcept { return verifies_; }
  /// What sessions of this configuration are kept under beside the server's name (SessionKey::configuration):
  /// a digest over the certificates that this client may have shown and the identities of its external PSKs.
  [[nodiscard]] Bytes session_context() const noexcept { return session_context_; }

 private:
  friend struct ConfigAccess;
  ClientConfig() = default;
  ClientSettings settings_;
  RandomSource* random_ = nullptr;
  bool verifies_ = true;
  std::array<std::uint8_t, 32> session_context_{};
};

/// A checked server configuration. Immutable and shared; a connection holds one reference, so that a reload
/// (swapping the pointer) leaves running connections alone.
class ServerConfig {
 public:
  /// Errors: unsupported_option (also: no credential that fits the policy), no_trust_anchor,
  /// invalid_argument.
  static Result<std::shared_ptr<const ServerConfig>> make(ServerSettings settings);

  /// The settings that it was made of.
  [[nodiscard]] const ServerSettings& settings() const noexcept { return settings_; }
  /// The random source of the settings, or the system's.
  [[nodiscard]] RandomSource& random() const noexcept { return *random_; }
  /// For the library itself: the credentials by their names.
  [[nodiscard]] const CredentialDirectory& directory() const noexcept { return *directory_; }

 private:
  friend struct ConfigAccess;
  ServerConfig() = default;
  ServerSettings settings_;
  std::shared_ptr<const CredentialDirectory> directory_;
  RandomSource* random_ = nullptr;
};

namespace dangerous {

/// A client that accepts every certificate of every name: proof of possession only. For debugging.
// [8446:C.5#1]
Result<std::shared_ptr<const ClientConfig>> without_verification(ClientSettings settings);

}  // namespace dangerous

}  // namespace handfast
