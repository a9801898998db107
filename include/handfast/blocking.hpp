// A connection over a file descriptor or a pair of functions, for code that waits.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

#include <handfast/buffered.hpp>
#include <handfast/bytes.hpp>
#include <handfast/connection.hpp>
#include <handfast/error.hpp>
#include <handfast/question.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// The octets below a BlockingStream. Each call waits until it can do something, at most until the deadline.
/// Errors: timed_out, transport_failed; anything else is passed on as it is.
struct BlockingTransport {
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;  ///< none: for ever

  /// Reads at least one octet into a span that is not empty and tells how many; 0: the peer has ended.
  std::move_only_function<Result<std::size_t>(MutableBytes, Deadline)> read;
  /// Writes at least one octet of a span that is not empty and tells how many.
  std::move_only_function<Result<std::size_t>(Bytes, Deadline)> write;

  /// A transport over a connected socket or another descriptor that poll(2) knows. It stays the caller's to
  /// close, and its flags stay as they are (a pipe or terminal should not block on writes). No SIGPIPE comes
  /// from sockets.
  static BlockingTransport descriptor(int file_descriptor);
};

/// One end of a connection for code that waits. Movable; one thread at a time (Connection::split is for two).
///
///     auto stream = BlockingStream(Connection::client(config, name, system_now()).value(),
///                                  BlockingTransport::descriptor(socket));
///     if (auto done = stream.handshake(); !done) return done;
///
/// A protocol error is final and its alert is sent to the peer. After timed_out a call may be repeated, but
/// of a write nobody knows how much of the data is on its way. A KeyUpdate that the peer asked for goes out
/// with the next write (RFC 8446 §4.6.3), so that a read never waits for a peer that does not read.
class BlockingStream {
 public:
  /// Answers a question of the connection before it returns (Connection::pending); a question that it leaves
  /// open is refused with internal_error.
  using QuestionHook = std::move_only_function<void(Connection&)>;

  /// Owns the connection and the transport. Nothing is sent yet.
  BlockingStream(Connection connection, BlockingTransport transport, BufferLimits limits = {}) noexcept;
  BlockingStream(BlockingStream&&) noexcept;
  BlockingStream& operator=(BlockingStream&&) noexcept;
  ~BlockingStream();

  /// The longest that one call of handshake, read, write or shutdown may take. Default: no limit.
  void set_timeout(std::optional<std::chrono::milliseconds> timeout) noexcept { timeout_ = timeout; }
  /// Which time the connection is told, for tests and simulations. Default: system_now. Deadlines are the
  /// steady clock's.
  void set_clock(std::move_only_function<Time()> clock) { clock_ = std::move(clock); }
  /// Who answers the connection's questions; none: a question ends the handshake.
  void on_question(QuestionHook hook) { hook_ = std::move(hook); }

  /// Until both Finished messages are verified. read and write do it themselves if it was not done.
  /// Errors: timed_out, transport_failed, truncated_stream, and whatever the peer did wrong.
  Result<> handshake();
  /// At least one octet of data, or 0 when the peer has closed. Errors: as handshake.
  Result<std::size_t> read(MutableBytes to);
  /// All of the data. Errors: as handshake, closed after shutdown.
  Result<> write(Bytes data);
  /// A client's early data, before handshake(): as much as the session allows, which is told. It goes out
  /// with the first flight, some of it at once if it is more than the output holds. Questions that stand
  /// before it are asked. Errors: those of Connection::send_early_data, timed_out, transport_failed.
  Result<std::size_t> write_early_data(Bytes data);
  /// A server's early data, in place of handshake() or before it: at least one octet, as soon as it is there,
  /// or 0 when the handshake is done and no more comes. It may be a replay (Received::early_data). What it
  /// does not read, take_early_data() gives. Errors: as handshake.
  Result<std::size_t> read_early_data(MutableBytes to);
  /// A server's answer to early data, all of it, before the client's Finished has come
  /// (Connection::send_half_rtt); later it is write(). Errors: as handshake, and those of send_half_rtt.
  Result<> write_half_rtt(Bytes data);
  /// The early data that a server received and did not read (BufferedConnection::take_early_data).
  [[nodiscard]] Octets take_early_data() noexcept { return buffered_.take_early_data(); }
  /// Sends close_notify. Reading goes on: read until it gives 0 for a clean end on both sides.
  /// Errors: timed_out, transport_failed.
  Result<> shutdown();

  /// The connection, for what is not reading and writing.
  [[nodiscard]] Connection& connection() noexcept { return buffered_.connection(); }

 private:
  [[nodiscard]] BlockingTransport::Deadline deadline() const noexcept;
  Result<> handshake_until(BlockingTransport::Deadline deadline);
  Result<> flush(BlockingTransport::Deadline deadline);
  Result<> receive(BlockingTransport::Deadline deadline);
  Result<> write_all(Bytes data, Result<std::size_t> (BufferedConnection::*seal)(Bytes),
                     BlockingTransport::Deadline deadline);
  std::unexpected<Error> fail_telling_peer(const Error& error, BlockingTransport::Deadline deadline);
  void ask();

  BufferedConnection buffered_;
  BlockingTransport transport_;
  QuestionHook hook_;
  std::move_only_function<Time()> clock_ = system_now;
  std::optional<std::chrono::milliseconds> timeout_;
};

}  // namespace handfast
