// A handshake explained: from what was seen of a connection to steps, fields and derivations.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/fields.hpp>
#include <handfast/findings.hpp>
#include <handfast/inspect.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace inspect {

// ---- what was seen

/// A record that was kept.
struct RecordedRecord {
  Role from = Role::client;                 ///< who sent it
  ContentType type = ContentType::invalid;  ///< the inner one if it was opened, else as on the wire
  bool is_protected = false;                ///< keys were in force
  bool opened = true;                       ///< false: protected, and `content` is not known
  Octets octets;                            ///< as on the wire
  Octets content;                           ///< without protection and padding
  std::chrono::microseconds at{};           ///< when, counted from a moment that the recorder chose
};

/// A secret that was kept; names as in DerivedSecret.
struct RecordedSecret {
  std::string name;    ///< label
  SecretOctets value;  ///< wiped when it is freed
};

/// All that was seen of one connection, by one of its ends or by a third party.
struct Recording {
  std::vector<RecordedRecord> records;             ///< both directions, in the order of the observer
  std::vector<RecordedSecret> secrets;             ///< empty: nobody asked for them
  std::vector<Choice> choices;                     ///< of the end that was observed; a server chooses
  std::optional<x509::Verification> verification;  ///< the verdict on the peer's certificates
  std::optional<Error> error;                      ///< why the connection failed
  std::uint64_t left_out = 0;                      ///< records beyond the recorder's limits
};

/// How much a recorder keeps.
struct RecorderLimits {
  std::size_t records = 2000;      ///< later ones are counted only
  std::size_t octets = 4U << 20U;  ///< of records, in all
};

/// An observer that keeps what it is told.
class Recorder final : public Observer {
 public:
  /// Gives the time since some moment; empty: all times are zero.
  using Clock = std::function<std::chrono::microseconds()>;

  /// With secrets only if they are to be shown.
  explicit Recorder(bool secrets, Clock clock = {}, RecorderLimits limits = {})
      : secrets_(secrets), clock_(std::move(clock)), limits_(limits) {}

  void record(const Record& record) noexcept override;
  void choice(const Choice& choice) noexcept override;
  void judged(const x509::Verification& verification) noexcept override;
  void failed(const Error& error) noexcept override;
  [[nodiscard]] bool wants_secrets() const noexcept override { return secrets_; }
  void secret(const DerivedSecret& secret) noexcept override;

  /// What was kept so far.
  [[nodiscard]] Recording& recording() noexcept { return recording_; }

 private:
  bool secrets_;
  Clock clock_;
  RecorderLimits limits_;
  std::size_t octets_ = 0;
  Recording recording_;
};

// ---- what it means

/// Octets with the meaning of each. The leaves of the fields cover every octet exactly once.
struct Dump {
  std::string title;          ///< what these octets are
  Octets octets;              ///< all of them
  std::vector<Field> fields;  ///< as a tree in order: Field::depth
};

/// A record, octet by octet.
struct ExplainedRecord {
  Role from = Role::client;                 ///< who sent it
  ContentType type = ContentType::invalid;  ///< as RecordedRecord::type
  bool is_protected = false;                ///< keys were in force
  bool opened = true;                       ///< false: only its outside is known
  std::chrono::microseconds at{};           ///< as RecordedRecord::at
  /// As on the wire; if it was opened: what was inside; if it completes a message that began in an earlier
  /// record: that message; if it completes a CompressedCertificate (RFC 8879): the Certificate, with the
  /// header that it would have.
  std::vector<Dump> dumps;
};

/// A handshake message.
struct ExplainedMessage {
  Role from = Role::client;                           ///< who sent it
  HandshakeType type = HandshakeType::hello_request;  ///< what it is
  std::string name;                                   ///< "client_hello", "hello_retry_request"
  Octets octets;                                      ///< with its header
  std::size_t first_record = 0;                       ///< where it begins, in Story::records
  std::size_t last_record = 0;                        ///< where it ends
  Octets transcript_hash;                             ///< of all messages with it; empty: not known
  bool in_transcript = true;                          ///< false: of what comes after the handshake
  std::optional<Error> error;                         ///< why it does not decode
};

/// How a value of the key schedule comes about.
enum class Operation : std::uint8_t {
  given,              ///< an input from outside: a random, a shared secret, a line of a key log
  transcript_hash,    ///< Hash of messages; a HelloRetryRequest puts message_hash before it (RFC 8446 §4.4.1)
  hkdf_extract,       ///< HKDF-Extract(salt, input keying material) (RFC 5869 §2.2)
  hkdf_expand_label,  ///< HKDF-Expand-Label(secret, label, context, length) (RFC 8446 §7.1)
  hmac,               ///< HMAC(key, data) (RFC 2104)
  prf,                ///< PRF(secret, label, seed) of TLS 1.2 (RFC 5246 §5)
  part,               ///< octets of another value
};
/// "HKDF-Extract" and so on.
[[nodiscard]] std::string_view name_of(Operation operation) noexcept;

/// One input of a derivation: a text, octets, or another derivation's value.
struct DerivationInput {
  std::string name;                       ///< "salt", "label", …
  std::string text;                       ///< a label or a number
  Octets octets;                          ///< public octets
  std::optional<std::size_t> derivation;  ///< in Story::derivations; always an earlier one
};

/// One value of the key schedule, from its inputs.
struct Derivation {
  std::string name;                        ///< "client_handshake_traffic_secret", as in the RFC
  Operation operation = Operation::given;  ///< how it comes about
  std::string hash;                        ///< "SHA-256"; empty where none is used
  std::vector<DerivationInput> inputs;     ///< in the order of the RFC's function
  std::vector<std::size_t> messages;       ///< transcript_hash: of which messages, in Story::messages
  std::size_t left_out = 0;                ///< transcript_hash: octets at the last message's end, not hashed
  std::size_t length = 0;                  ///< octets
  SecretOctets value;                      ///< empty: not known (secrets were not asked for)
  bool is_secret = true;                   ///< false: everybody may know it
  bool confirmed = false;                  ///< the connection itself used or showed this very value
  std::string purpose;                     ///< one sentence
  std::string section;                     ///< "RFC 8446 §7.1"
};

/// One step of the story.
struct Step {
  std::string number;                    ///< "1" … ; empty: a step beside the numbered ones
  std::string title;                     ///< a few words
  std::optional<Role> from;              ///< who acts; none: both, each for itself
  std::vector<std::string> text;         ///< plain sentences
  std::string changed;                   ///< TLS 1.3: what was otherwise before, and why; may be empty
  std::string section;                   ///< where it is specified
  std::vector<std::size_t> messages;     ///< in Story::messages
  std::vector<std::size_t> records;      ///< in Story::records
  std::vector<std::size_t> derivations;  ///< in Story::derivations
  std::size_t octets = 0;                ///< of messages with their headers, or of data
  std::chrono::microseconds at{};        ///< of its first record
  bool is_encrypted = false;             ///< its records are protected
};

/// Records in one direction without an answer between them.
struct ExplainedFlight {
  Role from = Role::client;           ///< who sent it
  std::size_t records = 0;            ///< how many
  std::size_t octets = 0;             ///< on the wire
  std::chrono::microseconds first{};  ///< when its first record was seen
  std::chrono::microseconds last{};   ///< when its last one was
};

/// A handshake explained.
struct Story {
  std::optional<ProtocolVersion> version;                           ///< none: no ServerHello was seen
  CipherSuite cipher_suite = CipherSuite::TLS_NULL_WITH_NULL_NULL;  ///< as in the ServerHello
  std::optional<NamedGroup> group;                 ///< of the key exchange; none with RSA key transport
  std::string server_name;                         ///< that the client asked for; empty: none
  bool rsa_key_transport = false;                  ///< the client chose the secret and encrypted it
  bool hello_retry = false;                        ///< a HelloRetryRequest was needed
  bool mutual = false;                             ///< the client was asked for a certificate
  bool resumed = false;                            ///< no certificate: an earlier session vouches
  bool early_data_offered = false;                 ///< the client sent data behind its ClientHello
  bool early_data_accepted = false;                ///< and the server took it
  std::vector<Step> steps;                         ///< in the order in which they happened
  std::vector<ExplainedRecord> records;            ///< in the order in which they were seen
  std::vector<ExplainedMessage> messages;          ///< in the order in which they were complete
  std::vector<Derivation> derivations;             ///< the key schedule; inputs before what is made of them
  std::vector<ExplainedFlight> flights;            ///< with sizes and times
  std::vector<Choice> choices;                     ///< what was offered, what won and why
  std::optional<x509::Verification> verification;  ///< as Recording::verification
  std::optional<Error> error;                      ///< as Recording::error
  std::vector<std::string> remarks;                ///< what could not be explained, one sentence each
};

/// Explains a connection. Work and memory are in proportion to the recording.
[[nodiscard]] Story explain(const Recording& recording);

}  // namespace inspect
}  // namespace handfast
