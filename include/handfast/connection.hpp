// One TLS connection, without sockets, threads or clocks: octets in, octets out.
#pragma once
#include <memory>
#include <optional>
#include <utility>

#include <handfast/bytes.hpp>
#include <handfast/config.hpp>
#include <handfast/error.hpp>
#include <handfast/question.hpp>
#include <handfast/server_name.hpp>
#include <handfast/summary.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {

namespace inspect {
class Observer;
}
namespace engine {
class Channel;
class HandshakeRun;
}  // namespace engine

/// What receive() did.
struct Received {
  std::size_t used = 0;  ///< octets of the input that are done with; the caller keeps the rest
  std::size_t needed =
      0;  ///< octets that must stand behind them before the next call makes progress; 0: any call may
  MutableBytes data;  ///< application data, decrypted in place inside the input; empty: none
  /// Early data (RFC 8446 §2.3), which only a server with max_early_data_size gets, before the handshake is
  /// done; decrypted in place; empty: none. It may have been sent before, by somebody who recorded it: act on
  /// it only where acting twice does no harm.
  MutableBytes early_data;
  bool closed = false;  ///< the peer's close_notify was read: no more data will come
};

/// What send() did.
struct Sent {
  std::size_t taken = 0;    ///< octets of the data that are sealed
  std::size_t written = 0;  ///< octets of the output that must go to the peer now
};

/// Octets of output that always suffice for one full record.
inline constexpr std::size_t min_output = 16384 + 512;
/// Octets of input that always suffice for one full record.
inline constexpr std::size_t max_record = 5 + 16384 + 2048;

/// The sending half of a finished connection. One thread at a time; independent of the Receiver's thread.
///
/// What the Receiver's thread meets, the next call here obeys. An error that owes the peer an alert (garbage,
/// a message out of place) puts that alert behind the records that are sealed already: the send() during
/// which it comes may take less than it was given and write the alert, later ones give `closed`, and
/// transmit() writes the alert if no send() did. A fatal alert of the peer, or the end of its stream, ends
/// sending without a word. The peer's close_notify ends it in TLS 1.2 only, where transmit() then writes the
/// answer; in TLS 1.3 sending goes on (half-close). A warning changes nothing, but that a request to
/// renegotiate is refused, with a warning before the next data.
///
/// So a thread that got `closed` calls transmit() until it gives 0. One that is idle has to be woken by the
/// Receiver's thread to look at wants_to_transmit().
class Sender {
 public:
  Sender(Sender&&) noexcept;
  Sender& operator=(Sender&&) noexcept;
  ~Sender();

  /// Seals application data into `output`, as many records as fit; owed alerts and KeyUpdates go first. Long
  /// records take 2 % less time where the octet 5 behind the start of `output`, the first of a record's body,
  /// stands at a multiple of 64.
  /// Errors: closed (by close(), by the peer, or by an error that the Receiver gave), buffer_too_small (less
  /// than what one octet of data needs), sequence_exhausted.
  Result<Sent> send(Bytes data, MutableBytes output);
  /// Writes what is owed (alerts, KeyUpdates, handshake messages); 0: nothing is.
  std::size_t transmit(MutableBytes output);
  /// Whether transmit() has something to write.
  [[nodiscard]] bool wants_to_transmit() const noexcept;
  /// New sending keys before the next data; asks the peer for new ones too, if wanted (RFC 8446 §4.6.3).
  /// Nothing happens in TLS 1.2, which cannot change keys.
  void update_keys(KeyUpdateRequest request);
  /// Owes a close_notify; nothing can be sent after it. Receiving goes on.
  void close() noexcept;
  /// Frees expanded keys until the next record.
  void rest() noexcept;

 private:
  friend class Connection;
  explicit Sender(std::shared_ptr<engine::Channel> channel) noexcept;
  std::shared_ptr<engine::Channel> channel_;
};

/// The receiving half of a finished connection. One thread at a time; independent of the Sender's thread.
/// After each call the Sender may have something to transmit().
class Receiver {
 public:
  Receiver(Receiver&&) noexcept;
  Receiver& operator=(Receiver&&) noexcept;
  ~Receiver();

  /// As Connection::receive.
  Result<Received> receive(MutableBytes input, Time now);
  /// As Connection::end_of_stream.
  Result<> end_of_stream() noexcept;
  /// Frees expanded keys until the next record.
  void rest() noexcept;

 private:
  friend class Connection;
  explicit Receiver(std::shared_ptr<engine::Channel> channel) noexcept;
  std::shared_ptr<engine::Channel> channel_;
};

/// One end of one connection. Movable, not copyable, one thread at a time (see split).
///
/// The loop of a caller: transmit() until it gives 0 and send that; read from the peer; receive() until it
/// makes no progress; answer pending() questions; repeat. An error is final: it is returned by every later
/// call, and transmit() gives the alert that tells the peer.
class Connection {
 public:
  /// A client that wants to reach `server_name`. Its ClientHello waits in transmit().
  /// An observer is told all that the connection does, and outlives it; null: nobody is told, at no cost.
  /// Sessions are kept under name and `port`, so that servers of one host do not get each other's.
  /// Errors: random_failed, out_of_memory.
  static Result<Connection> client(std::shared_ptr<const ClientConfig> config, const ServerName& server_name,
                                   Time now, inspect::Observer* observer = nullptr, std::uint16_t port = 443);
  /// A server.
  static Result<Connection> server(std::shared_ptr<const ServerConfig> config, Time now,
                                   inspect::Observer* observer = nullptr);
  /// A server that asks for its configuration when it has seen the ClientHello (ConfigurationQuestion).
  static Result<Connection> server_asking(Time now, inspect::Observer* observer = nullptr);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Consumes whole records from the start of `input`, which it decrypts in place, up to and including the
  /// first one with application data or early data. Consumes nothing while a question is open. Errors:
  /// whatever the peer did wrong (sticky), closed after a local abort.
  Result<Received> receive(MutableBytes input, Time now);
  /// The transport has ended. Errors: truncated_stream when no close_notify came before (sticky).
  Result<> end_of_stream() noexcept;

  /// Writes handshake messages, alerts and KeyUpdates that are owed to the peer; 0: none are.
  std::size_t transmit(MutableBytes output);
  /// Whether transmit() has something to write.
  [[nodiscard]] bool wants_to_transmit() const noexcept;

  /// As Sender::send. Errors: also not_ready before the handshake is done.
  Result<Sent> send(Bytes data, MutableBytes output);
  /// A client's data with the first flight (RFC 8446 §2.3), when the configuration wants early_data and a
  /// session allows it: from Connection::client on until the server has answered. It can be replayed, and it
  /// is lost when the server does not take it (Summary::early_data): then it has to be sent again, if that is
  /// right. No more than early_data_room() is taken. Errors: not_ready when there is no room, closed.
  Result<Sent> send_early_data(Bytes data, MutableBytes output);
  /// Octets that send_early_data() would still take; 0: none are allowed, or it is too late.
  [[nodiscard]] std::uint32_t early_data_room() const noexcept;
  /// A server's data after its own Finished and before the client's (RFC 8446 §4.4.4): the client is not yet
  /// authenticated, and may not even be there. Later it is send().
  /// Errors: not_ready before that point, or on a client.
  Result<Sent> send_half_rtt(Bytes data, MutableBytes output);

  /// Client or server.
  [[nodiscard]] Role role() const noexcept;
  /// True when both Finished messages are verified: peer and keys are as good as they get.
  [[nodiscard]] bool handshake_done() const noexcept;
  /// The sticky error, if the connection failed.
  [[nodiscard]] const std::optional<Error>& error() const noexcept;
  /// What the handshake stands at, for people ("server_hello", "a signature").
  [[nodiscard]] const char* waits_for() const noexcept;

  /// The open question, or monostate: none is open, or the connection has failed.
  [[nodiscard]] const Question& pending() const noexcept;
  /// Answers to questions. Errors: the sticky error of a connection that failed meanwhile; no_question when
  /// none of the kind is open; else what the handshake then says.
  Result<> choose_configuration(std::shared_ptr<const ServerConfig> config, Time now);
  /// Ends the connection with this alert; answers every kind of question.
  Result<> refuse(AlertDescription alert);
  /// Takes the connection elsewhere: all octets consumed so far. This object is closed then, silently.
  Result<Octets> pass();
  /// The signature that a SignatureQuestion asked for.
  Result<> answer_signature(Bytes signature, Time now);
  /// The verdict that a VerificationQuestion asked for.
  Result<> answer_verification(bool trusted, Time now);
  /// The session that a SessionQuestion or a ClientSessionQuestion asked for; none: there is none.
  Result<> answer_session(std::optional<Session> session, Time now);
  /// The external PSK that a PskQuestion asked for; none: the identity is not known.
  Result<> answer_psk(std::optional<ExternalPsk> psk, Time now);
  /// The verdict that an EarlyDataQuestion asked for.
  Result<> answer_early_data(EarlyDataVerdict verdict, Time now);

  /// New sending keys before the next data. Errors: not_ready, unsupported_option (TLS 1.2).
  Result<> update_keys(KeyUpdateRequest request);
  /// Owes a close_notify; nothing can be sent after it. Receiving goes on (half-close); a peer that speaks
  /// TLS 1.2 answers with its own at once (RFC 5246 §7.2.1), as this side does.
  void close() noexcept;
  /// Owes a fatal alert; the connection is dead.
  void abort(AlertDescription alert) noexcept;

  /// Keying material for other protocols (RFC 8446 §7.5, RFC 5705): fills `output`. In TLS 1.3 no context and
  /// an empty one are the same; in TLS 1.2 they differ, and extended_master_secret is needed. Errors:
  /// not_ready, unsupported_option when exporters are off, invalid_argument (label or output too long).
  Result<> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                  MutableBytes output) const;
  /// The tls-exporter channel binding (RFC 9266). Errors: as export_keying_material.
  Result<std::array<std::uint8_t, 32>> channel_binding() const;
  /// The tls-unique channel binding of TLS 1.2 (RFC 5929 §3). Errors: not_ready, unsupported_option.
  Result<std::array<std::uint8_t, 12>> tls_unique() const;

  /// What was negotiated. Of a handshake that failed: what was known by then (flights, the peer's chain and
  /// the findings about it); the rest keeps its defaults. Errors: not_ready, or it was taken before.
  Result<Summary> take_summary();
  /// Frees expanded keys until the next record; call it when the connection goes idle.
  void rest() noexcept;
  /// Two halves for two threads. Errors: not_ready before the handshake is done.
  Result<std::pair<Sender, Receiver>> split() &&;

 private:
  explicit Connection(std::unique_ptr<engine::HandshakeRun> handshake,
                      std::shared_ptr<engine::Channel> channel) noexcept;
  std::unique_ptr<engine::HandshakeRun> handshake_;
  std::shared_ptr<engine::Channel> channel_;
};

}  // namespace handfast
