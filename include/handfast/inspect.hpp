// Watching a connection: every record, message, choice and verdict, and if asked for every secret.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/findings.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace inspect {

/// One record. The views live as long as the call that tells of it.
struct Record {
  Role from = Role::client;                 ///< who sent it
  ContentType type = ContentType::invalid;  ///< if it is protected: the inner one
  bool is_protected = false;                ///< keys were in force
  Bytes octets;                             ///< as on the wire, header included
  Bytes content;                            ///< without protection and padding
};

/// One whole message, of the handshake or behind it. The views live as long as the call that tells of it.
struct Message {
  Role from = Role::client;                           ///< who sent it
  HandshakeType type = HandshakeType::hello_request;  ///< what it is
  Bytes octets;                                       ///< header included
  /// Transcript-Hash of all messages with this one; empty before the hash is known and behind the handshake.
  Bytes transcript_hash;
};

/// A value that this side chose, as a server does from a ClientHello.
struct Choice {
  std::string_view what;              ///< "cipher_suite", "group", …: the RFC's name of what was chosen
  std::string chosen;                 ///< its name; empty: nothing was
  std::vector<std::string> offered;   ///< by the peer, in its order
  std::vector<std::string> accepted;  ///< by this side, most wanted first
  std::string_view why;               ///< the rule that decided, one sentence; a literal
};

/// A secret. `name` is a label of RFC 9850 ("CLIENT_RANDOM": the master secret of TLS 1.2), or
/// "shared_secret", "pre_master_secret", "psk" (a client: each it offers): where the key schedule starts.
struct DerivedSecret {
  std::string_view name;  ///< a literal
  Bytes value;            ///< lives as long as the call
};

/// Is told what a connection does, by the calls that do it and in their thread (two, once a connection is
/// split). It outlives the connection, does not call it, and throws nothing. A connection without one pays
/// for a comparison a record.
class Observer {
 public:
  virtual ~Observer() = default;

  /// A record was sealed, or one was received and opened.
  virtual void record(const Record& /*record*/) noexcept {}
  /// A message was sent, or one was received; in the handshake: and decoded.
  virtual void message(const Message& /*message*/) noexcept {}
  /// This side chose.
  virtual void choice(const Choice& /*choice*/) noexcept {}
  /// The library judged the peer's certificates.
  virtual void judged(const x509::Verification& /*verification*/) noexcept {}
  /// The connection failed; alerts are records.
  virtual void failed(const Error& /*error*/) noexcept {}
  /// Whether secret() is called. Whoever is told them can read the connection, as with a key log.
  [[nodiscard]] virtual bool wants_secrets() const noexcept { return false; }
  /// A secret was derived.
  virtual void secret(const DerivedSecret& /*secret*/) noexcept {}

 protected:
  /// For those who derive from it, as the next two.
  Observer() = default;
  /// A copy is another observer.
  Observer(const Observer& other) = default;
  /// A copy is another observer.
  Observer& operator=(const Observer& other) = default;
};

}  // namespace inspect
}  // namespace handfast
