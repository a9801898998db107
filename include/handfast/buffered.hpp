// A connection with its two buffers: what every transport loop needs between Connection and a socket.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <handfast/bytes.hpp>
#include <handfast/connection.hpp>
#include <handfast/error.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// How much a BufferedConnection may keep. Both are raised to what one full record needs.
struct BufferLimits {
  std::size_t input = 65536;   ///< octets from the peer that are not consumed yet
  std::size_t output = 66560;  ///< octets for the peer that are not sent yet; four full records
};

/// A connection and the octets on their way between it and a transport. No socket, no clock: asio streams and
/// blocking streams are made of it, and so is any other loop:
///
///     while (output() is not empty) send it, sent(n);
///     n = read(buffer): data for the application; 0 and not closed(): receive into input(), received(n)
///
/// Memory follows the need: an idle connection keeps a small input buffer and no output buffer. Movable; one
/// thread at a time.
class BufferedConnection {
 public:
  /// Owns the connection. Nothing is allocated yet.
  explicit BufferedConnection(Connection connection, BufferLimits limits = {}) noexcept;
  BufferedConnection(BufferedConnection&&) noexcept;
  BufferedConnection& operator=(BufferedConnection&&) noexcept;
  ~BufferedConnection();

  /// The connection inside.
  [[nodiscard]] Connection& connection() noexcept { return connection_; }
  /// The connection inside.
  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }

  // --- the transport's side

  /// Where the peer's octets are to be put: space for at least the rest of the record that has begun. Empty
  /// while decrypted data waits for read(). Valid until the next call that is not received().
  [[nodiscard]] MutableBytes input();
  /// So many octets were put at the start of input(). More than it holds is a bug of the caller.
  void received(std::size_t count) noexcept;
  /// The transport has ended. Errors: truncated_stream when no close_notify came before, or the connection's
  /// sticky error.
  Result<> end_of_stream() noexcept;
  /// What has to go to the peer next; empty: nothing. Valid until the next call that is not sent().
  [[nodiscard]] Bytes output();
  /// So many octets of output() are gone.
  void sent(std::size_t count) noexcept;

  // --- the application's side

  /// Consumes what was received until application data comes, a question opens, the handshake is done, or
  /// nothing is left to consume. While data waits for read() it does nothing. Errors: those of
  /// Connection::receive.
  Result<> advance(Time now);
  /// Moves application data to `to` and tells how much; 0: none yet, or closed(). Errors: as advance; data
  /// that came before an error is read first.
  Result<std::size_t> read(MutableBytes to, Time now);
  /// Seals data for output() and tells how much was taken; 0 of more: output() has to be sent first.
  /// Errors: those of Connection::send.
  Result<std::size_t> write(Bytes data);
  /// As write(), of early data (Connection::send_early_data), before the handshake is advanced: what is taken
  /// goes out behind the ClientHello. Errors: those of Connection::send_early_data.
  Result<std::size_t> write_early_data(Bytes data);
  /// As read(), of the early data that a server receives (Received::early_data): before the handshake is
  /// done, and in place of advance(). It is kept apart from what read() gives, for it may be a replay. 0:
  /// none yet, or, when Connection::handshake_done(), none any more. Errors: as advance.
  Result<std::size_t> read_early_data(MutableBytes to, Time now);
  /// All early data that was received and not read; empty: none. At most max_early_data_size octets are kept.
  [[nodiscard]] Octets take_early_data() noexcept { return std::exchange(early_data_, Octets()); }
  /// As write(), of a server's data that goes out before the client's Finished has come
  /// (Connection::send_half_rtt); later it is write(). Errors: those of Connection::send_half_rtt.
  Result<std::size_t> write_half_rtt(Bytes data);
  /// True when the peer's close_notify was read and all its data with it.
  [[nodiscard]] bool closed() const noexcept { return closed_ && plain_.empty(); }
  /// True while data waits for read().
  [[nodiscard]] bool readable() const noexcept { return !plain_.empty(); }
  /// The octets that were received and are not consumed: what goes along when Connection::pass hands the
  /// connection over. Valid until the next call.
  [[nodiscard]] Bytes unconsumed() const noexcept { return {input_.get() + begin_, end_ - begin_}; }
  /// Gives up what an idle connection does not need (Connection::rest, buffers). Cheap; callers do it before
  /// they wait for the peer. Does nothing while octets are on their way.
  void rest();

 private:
  void make_room();
  Result<std::size_t> seal(Bytes data, Result<Sent> (Connection::*send)(Bytes, MutableBytes));
  // What consume() stops at; for early data the end of the handshake is one, too.
  enum class Until : std::uint8_t { data, early_data, end_of_handshake };
  Result<> consume(Time now, Until until);

  Connection connection_;
  BufferLimits limits_;
  // input_[begin_, end_) is not consumed yet; plain_ lies before begin_ and is not read yet.
  std::unique_ptr<std::uint8_t[]> input_;
  std::size_t input_size_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t needed_ = 0;  // octets from begin_ on before receive() makes progress
  std::size_t wanted_ = 0;  // what recent reads suggest as the input buffer's size
  MutableBytes plain_;
  Octets early_data_;
  // output_[sent_, filled_) has to go out.
  std::unique_ptr<std::uint8_t[]> output_;
  std::size_t output_size_ = 0;
  std::size_t sent_ = 0;
  std::size_t filled_ = 0;
  bool closed_ = false;
  bool done_told_ = false;  // advance() has stopped once at the end of the handshake
};

}  // namespace handfast
