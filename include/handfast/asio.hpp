// A TLS stream over any asio stream. Needs asio (standalone), and the CMake target handfast::asio.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <handfast/asio_answer.hpp>
#include <handfast/asio_operations.hpp>
#include <handfast/buffered.hpp>
#include <handfast/connection.hpp>

#include <asio/async_result.hpp>
#include <asio/basic_waitable_timer.hpp>
#include <asio/compose.hpp>
#include <asio/wait_traits.hpp>

// Inside handfast, ::asio is the library and asio is this namespace.
namespace [[gnu::visibility("default")]] handfast {
namespace asio {

/// TLS over `NextLayer`, which is an asio AsyncReadStream and AsyncWriteStream (or a reference to one), and
/// itself again such a stream: asio::async_read, async_write, async_read_until work on it. As with asio's own
/// streams, at most one operation that reads and one that writes at a time (handshakes do both, a shutdown
/// writes), all of them in one strand; the stream outlives its operations and is not moved meanwhile.
///
///     auto stream = asio::stream<tcp::socket>::client(std::move(socket), config, name).value();
///     co_await stream.async_handshake(use_awaitable);
///
/// Errors that come to completion handlers: std::error_code of handfast::error_category() for TLS (error()
/// tells more), of asio and the system for the rest; asio::error::eof for a clean end. A protocol error is
/// final; its alert is sent before the operation completes. A KeyUpdate that the peer asked for goes out with
/// the next write (RFC 8446 §4.6.3), so that a read never waits for a peer that does not read.
///
/// Cancellation: of a read or a handshake that waits in full (terminal, partial, total); a cancelled write
/// may have taken data, which then goes out with the next one.
template <class NextLayer>
class stream {
 public:
  /// The stream underneath.
  using next_layer_type = std::remove_reference_t<NextLayer>;
  /// Where handlers run: the executor of the stream underneath.
  using executor_type = typename next_layer_type::executor_type;
  /// The completion token where none is given.
  using DefaultToken = typename ::asio::default_completion_token<executor_type>::type;

  /// A stream over `next_layer`, which is made from the first argument; a reference type borrows it.
  template <class Argument>
  stream(Argument&& next_layer, Connection connection, BufferLimits limits = {})
      : next_layer_(std::forward<Argument>(next_layer)),
        core_(std::make_shared<detail::Core>(std::move(connection), limits)) {}

  /// A client that wants to reach `name`. Errors: as Connection::client.
  template <class Argument>
  static Result<stream> client(Argument&& next_layer, std::shared_ptr<const ClientConfig> config,
                               const ServerName& name, BufferLimits limits = {}) {
    return over(std::forward<Argument>(next_layer), Connection::client(std::move(config), name, system_now()),
                limits);
  }
  /// A server. Errors: as Connection::server.
  template <class Argument>
  static Result<stream> server(Argument&& next_layer, std::shared_ptr<const ServerConfig> config,
                               BufferLimits limits = {}) {
    return over(std::forward<Argument>(next_layer), Connection::server(std::move(config), system_now()),
                limits);
  }
  /// A server whose configuration on_question chooses when it has seen the ClientHello.
  template <class Argument>
  static Result<stream> server_asking(Argument&& next_layer, BufferLimits limits = {}) {
    return over(std::forward<Argument>(next_layer), Connection::server_asking(system_now()), limits);
  }

  /// The executor of the stream underneath.
  [[nodiscard]] executor_type get_executor() noexcept { return next_layer_.get_executor(); }
  /// The stream underneath.
  [[nodiscard]] next_layer_type& next_layer() noexcept { return next_layer_; }
  /// The connection, for what is not reading and writing. Not while an operation runs.
  [[nodiscard]] Connection& connection() noexcept { return core_->buffered.connection(); }
  /// The error that ended the connection, if one did.
  [[nodiscard]] const std::optional<Error>& error() noexcept { return connection().error(); }
  /// What was negotiated: between the handshake and the first read or write (Connection::take_summary).
  Result<Summary> take_summary() { return connection().take_summary(); }

  /// A client's early data, before async_handshake: what is taken goes out with the first flight
  /// (BufferedConnection::write_early_data). A session that a question stands before (ClientSessionQuestion,
  /// VerificationQuestion::of_session) comes too late for it. Errors: those of Connection::send_early_data.
  Result<std::size_t> write_early_data(Bytes data) { return core_->buffered.write_early_data(data); }
  /// The early data that a server received and did not read (BufferedConnection::take_early_data).
  [[nodiscard]] Octets take_early_data() noexcept { return core_->buffered.take_early_data(); }

  /// Set before the handshake. Without a hook every question is refused with internal_error.
  void on_question(QuestionHook hook) { hook_ = std::move(hook); }

  /// Until both Finished messages are verified and ours is sent. Completes with (error_code).
  template <class Token = DefaultToken>
  auto async_handshake(Token&& token = Token()) {
    return run<void(error_code)>(detail::HandshakeTask(), token);
  }
  /// A server's early data, in place of async_handshake or before it: at least one octet, as soon as it is
  /// there. It may be a replay (Received::early_data). Completes with (error_code, octets); error::eof when
  /// the handshake is done, and no more comes. What it does not read, take_early_data() gives.
  template <class Buffers, class Token = DefaultToken>
  auto async_read_early_data(const Buffers& buffers, Token&& token = Token()) {
    return run<void(error_code, std::size_t)>(detail::ReadEarlyDataTask<Buffers>(buffers), token);
  }
  /// A server's answer to early data, before the client's Finished has come (Connection::send_half_rtt);
  /// later it is async_write_some. Not while async_read_early_data or async_handshake runs. Completes with
  /// (error_code, octets).
  template <class Buffers, class Token = DefaultToken>
  auto async_write_half_rtt(const Buffers& buffers, Token&& token = Token()) {
    return run<void(error_code, std::size_t)>(
        detail::WriteTask<Buffers, &BufferedConnection::write_half_rtt>(buffers), token);
  }
  /// At least one octet. Completes with (error_code, octets); error::eof after the peer's close_notify.
  template <class Buffers, class Token = DefaultToken>
  auto async_read_some(const Buffers& buffers, Token&& token = Token()) {
    return run<void(error_code, std::size_t)>(detail::ReadTask<Buffers>(buffers), token);
  }
  /// At least one octet, sealed and sent. Completes with (error_code, octets).
  template <class Buffers, class Token = DefaultToken>
  auto async_write_some(const Buffers& buffers, Token&& token = Token()) {
    return run<void(error_code, std::size_t)>(detail::WriteTask<Buffers, &BufferedConnection::write>(buffers),
                                              token);
  }
  /// As async_write_some, for the end of what there is to write: when all octets are taken, close_notify goes
  /// out behind them, in the same write of the stream underneath if it has room. Completes with (error_code,
  /// octets); fewer octets than were given: nothing has ended yet, and the rest is to be written so. Without
  /// octets it ends what can be written to, as async_shutdown does at any time. Cancelled after all was taken
  /// it has ended the stream: async_shutdown sends what is left.
  template <class Buffers, class Token = DefaultToken>
  auto async_write_last(const Buffers& buffers, Token&& token = Token()) {
    return run<void(error_code, std::size_t)>(
        detail::WriteTask<Buffers, &BufferedConnection::write, true>(buffers), token);
  }
  /// Sends close_notify; nothing can be written after it. Reading goes on: read until error::eof for a clean
  /// end of both sides. Completes with (error_code).
  template <class Token = DefaultToken>
  auto async_shutdown(Token&& token = Token()) {
    return run<void(error_code)>(detail::ShutdownTask(), token);
  }

 private:
  template <class Stream, class Task>
  friend class detail::Operation;
  using Timer = ::asio::basic_waitable_timer<std::chrono::steady_clock,
                                             ::asio::wait_traits<std::chrono::steady_clock>, executor_type>;

  template <class Signature, class Task, class Token>
  auto run(Task task, Token& token) {
    return ::asio::async_compose<Token, Signature>(detail::Operation<stream, Task>(*this, std::move(task)),
                                                   token, next_layer_);
  }
  template <class Argument>
  static Result<stream> over(Argument&& next_layer, Result<Connection> connection, BufferLimits limits) {
    if (!connection) return fail(connection.error());
    return stream(std::forward<Argument>(next_layer), std::move(*connection), limits);
  }

  NextLayer next_layer_;
  std::shared_ptr<detail::Core> core_;
  QuestionHook hook_;
  std::optional<Timer> answer_;  // never expires: cancelled when the answer is there
};

}  // namespace asio
}  // namespace handfast
