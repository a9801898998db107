// The traffic of one connection: what stays when the handshake is over.
//
// Two halves that two threads may use, one each, and between them a single atomic word. Before the handshake
// is done both belong to the thread of the connection.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include <handfast/connection.hpp>
#include <handfast/inspect.hpp>

#include "engine/kept_session.hpp"
#include "engine/resumption.hpp"
#include "handshake/transport.hpp"
#include "message/handshake_reader.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/suite.hpp"

namespace handfast::engine {

class HandshakeRun;

/// What one half tells the other. Each bit is set by one thread and read or cleared by another, and orders no
/// other memory: what a bit means is in the bit.
class SharedWord {
 public:
  /// The peer asked for new keys of ours; several requests coalesce into one (RFC 8446 §4.6.3).
  void owe_key_update() noexcept { bits_.fetch_or(key_update, std::memory_order_relaxed); }
  [[nodiscard]] bool take_key_update() noexcept { return take(key_update); }
  /// We asked for new keys of the peer; no second request until its KeyUpdate came (RFC 9846 §4.7.3).
  /// False: a request is out already.
  [[nodiscard]] bool begin_request() noexcept {
    return (bits_.fetch_or(requested, std::memory_order_relaxed) & requested) == 0;
  }
  void end_request() noexcept { bits_.fetch_and(~requested, std::memory_order_relaxed); }
  /// A warning that refuses to renegotiate must go out (TLS 1.2, RFC 5246 §7.2.2).
  void owe_no_renegotiation() noexcept { bits_.fetch_or(no_renegotiation, std::memory_order_relaxed); }
  [[nodiscard]] bool take_no_renegotiation() noexcept { return take(no_renegotiation); }
  /// The peer closed TLS 1.2, where both directions end at once (RFC 5246 §7.2.1 [5246:7.2.1#1]).
  void owe_close() noexcept { bits_.fetch_or(close_owed, std::memory_order_relaxed); }
  [[nodiscard]] bool owes_close() const noexcept {
    return (bits_.load(std::memory_order_relaxed) & close_owed) != 0;
  }
  /// A fatal alert must go out; the first one wins. Nothing else is sent any more.
  void owe_alert(AlertDescription alert) noexcept;
  [[nodiscard]] std::optional<AlertDescription> owed_alert() const noexcept;
  /// The connection failed in a way that no alert tells (the peer's alert, the end of the stream).
  void kill() noexcept { bits_.fetch_or(dead, std::memory_order_relaxed); }
  [[nodiscard]] bool is_dead() const noexcept {
    return (bits_.load(std::memory_order_relaxed) & (dead | alert_owed)) != 0;
  }
  [[nodiscard]] bool anything_owed() const noexcept {
    return (bits_.load(std::memory_order_relaxed) & (key_update | alert_owed | no_renegotiation)) != 0;
  }

 private:
  /// Clears a bit and says whether it was set. It looks first: an atomic write waits until all that was
  /// written before has left the processor, which is long after a record.
  [[nodiscard]] bool take(std::uint32_t bit) noexcept {
    return (bits_.load(std::memory_order_relaxed) & bit) != 0 &&
           (bits_.fetch_and(~bit, std::memory_order_relaxed) & bit) != 0;
  }

  static constexpr std::uint32_t key_update = 1;
  static constexpr std::uint32_t requested = 2;
  static constexpr std::uint32_t dead = 4;
  static constexpr std::uint32_t alert_owed = 8;
  static constexpr std::uint32_t no_renegotiation = 16;
  static constexpr std::uint32_t close_owed = 32;
  static constexpr int alert_shift = 8;
  std::atomic<std::uint32_t> bits_{0};
};

/// The sending half. One thread at a time. What each record needs stands first: behind 16 KiB of data little
/// of it is still in the first cache.
struct SendingHalf {
  bool application_keys = false;         ///< data may be sealed
  bool change_cipher_spec_owed = false;  ///< goes before the next record
  bool close_owed = false;
  bool closed = false;                ///< close_notify or a fatal alert is sealed
  std::uint32_t early_data_left = 0;  ///< octets that may still go early; 0: none
  Octets flight;                      ///< records that wait for room in an output
  record::RecordWriter writer;
  std::size_t flight_taken = 0;                ///< octets of the flight that have left
  std::optional<std::size_t> messages_record;  ///< where in the flight the record of open_messages() starts
  std::size_t messages_start = 0;              ///< and where its messages do
  std::uint64_t generation = 0;                ///< KeyUpdates sent
  std::uint64_t update_after = 0;              ///< records; 0: the AEAD's own limit
  schedule::TrafficSecret traffic_secret{Bytes()};  ///< empty before TLS 1.3 application keys

  /// Nothing is sealed any more.
  void forget() noexcept {
    writer.remove_key();
    traffic_secret.assign({});
  }
};

/// The receiving half. One thread at a time. What each record needs stands first, as in the other.
struct ReceivingHalf {
  std::uint16_t key_updates = 0;      ///< since the last application data
  std::uint16_t tickets = 0;          ///< since then
  std::uint8_t warnings = 0;          ///< since then
  bool early_data = false;            ///< application data that comes now is early
  bool closed = false;                ///< close_notify came
  Time now;                           ///< of the call that is running
  std::optional<Error> error;         ///< final
  message::HandshakeReader messages;  ///< after the handshake
  record::RecordReader reader;
  std::uint32_t early_data_left = 0;       ///< octets that may still come early
  std::unique_ptr<Resumption> resumption;  ///< null: tickets are of no use
  std::unique_ptr<KeptSession> session;    ///< TLS 1.2; null: it is kept nowhere
  schedule::TrafficSecret traffic_secret{Bytes()};

  /// Nothing is opened any more, and no ticket comes.
  void forget() noexcept;
};

/// What exporters and channel bindings of TLS 1.2 need beside the master secret (RFC 5705, RFC 5929).
struct Exporter12 {
  std::array<std::uint8_t, 32> client_random{};
  std::array<std::uint8_t, 32> server_random{};
  std::array<std::uint8_t, 12> tls_unique{};
};

class Channel {
 public:
  explicit Channel(Role role) noexcept : role_(role) {}

  // --- receiving half

  /// Connection::receive and Receiver::receive. `handshake`: null when it is over.
  Result<Received> receive(MutableBytes input, HandshakeRun* handshake, Time now);
  Result<> end_of_stream() noexcept;
  /// Octets of handshake messages that come after the handshake.
  Result<> handle_late_messages(Bytes fragment);
  /// The connection fails: sticky error, and the alert that tells the peer.
  std::unexpected<Error> fail_with(const Error& error) noexcept;

  // --- sending half

  Result<Sent> send(Bytes data, MutableBytes output);
  Result<Sent> send_early_data(Bytes data, MutableBytes output);
  std::size_t transmit(MutableBytes output);
  [[nodiscard]] bool wants_to_transmit() const noexcept;
  void update_keys(KeyUpdateRequest request);
  void close() noexcept { sending.close_owed = true; }
  /// After the peer's fatal alert, or when the connection was passed on, there is no alert to seal: the keys
  /// go. They are this half's thread's to wipe.
  void end_sending_if_silent() noexcept;
  /// The unprotected record of TLS 1.3's compatibility mode (RFC 8446 §D.4), into the flight.
  void append_change_cipher_spec();
  /// A flight that has not what most need gets it, and so many octets more.
  void make_room(std::size_t more);
  /// The flight, to append handshake messages to, until seal_messages(). They stand where they are sealed.
  Octets& open_messages();
  /// Seals what was appended since open_messages(). Gives the octets of the records.
  Result<std::size_t> seal_messages();

  void rest_sending() noexcept;
  void rest_receiving() noexcept;

  ReceivingHalf receiving;
  inspect::Observer* observer = nullptr;  ///< is told of every record; null: nobody is
  SharedWord shared;
  ProtocolVersion version = ProtocolVersion::tls13;
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256;
  crypto::AeadAlgorithm aead = crypto::AeadAlgorithm::aes_128_gcm;
  bool handshake_done = false;
  SendingHalf sending;
  Secret<64> exporter_secret{Bytes()};
  std::unique_ptr<Exporter12> exporter12;

  [[nodiscard]] Role role() const noexcept { return role_; }
  [[nodiscard]] Role peer() const noexcept { return role_ == Role::client ? Role::server : Role::client; }

 private:
  Result<> read_records(MutableBytes input, HandshakeRun* handshake, Time now, Received& result);
  Result<> handle_record(const record::Record& record, HandshakeRun* handshake, Received& result);
  Result<> handle_early_data(const record::Record& record, const HandshakeRun& handshake, Received& result);
  Result<> handle_alert(Bytes alert, bool handshake_running);
  Result<> handle_late_message(const message::HandshakeMessage& message);
  Result<> handle_late_message12(const message::HandshakeMessage& message);
  Result<> handle_warning();
  Result<> handle_key_update(const message::HandshakeMessage& message);
  Result<> handle_ticket(const message::HandshakeMessage& message);

  Result<record::Record> read_record(MutableBytes input) {
    if (observer == nullptr) [[likely]]
      return receiving.reader.read(input);
    return read_observed(input);
  }
  Result<record::Record> read_observed(MutableBytes input);
  Result<record::Written> write_records(ContentType type, Bytes content, MutableBytes output) {
    if (observer == nullptr) [[likely]]
      return sending.writer.write(type, content, output);
    return write_observed(type, content, output);
  }
  Result<record::Written> write_observed(ContentType type, Bytes content, MutableBytes output);
  /// A message after the handshake, which belongs to no transcript. Nothing without an observer.
  void tell_late_message(Role from, HandshakeType type, Bytes message) const;

  Result<> append_records(ContentType type, Bytes content);
  /// Whether there is anything that append_owed() or drain() would do before data.
  [[nodiscard]] bool owes_before_data() const noexcept {
    return wants_to_transmit() || shared.is_dead() || sending.writer.update_due();
  }
  Result<> append_owed();
  Result<> append_last(AlertLevel level, AlertDescription description);
  /// By our own wish, or as TLS 1.2's answer to the peer's.
  [[nodiscard]] bool owes_close() const noexcept { return sending.close_owed || shared.owes_close(); }
  Result<> append_key_update(KeyUpdateRequest request);
  std::size_t drain(MutableBytes output) noexcept;

  Role role_;
};

/// A TLS 1.2 record key (RFC 5246 §6.3).
[[nodiscard]] record::RecordKey record_key12(const schedule::SuiteInfo& suite,
                                             const handshake::Tls12Keys& keys, RandomSource& random);
/// A TLS 1.3 record key from a traffic secret (RFC 8446 §7.3).
[[nodiscard]] record::RecordKey record_key(crypto::HashAlgorithm hash, crypto::AeadAlgorithm aead,
                                           Bytes traffic_secret);

}  // namespace handfast::engine
