// One connection of handfast connect.
#include "connect_session.hpp"

#include <array>
#include <csignal>

#include <handfast/time.hpp>

#include <asio/co_spawn.hpp>
#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loopback.hpp"

namespace handfast::tool {
namespace {

// How long a peer may take to let us say goodbye, or to say why it hung up.
constexpr std::chrono::milliseconds grace{2000};
constexpr std::size_t linger_octets = 1 << 20;
// Several records at once: each trip to the threads of standard input and output costs some microseconds.
constexpr std::size_t transfer_buffer = 65536;

Microseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now() - start);
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", static_cast<double>(time.count()) / 1000.0);
}

}  // namespace

ConnectSession::ConnectSession(net::any_io_executor executor, ConnectPlan plan,
                               std::move_only_function<void(const ConnectReport&)> on_handshake)
    : plan_(std::move(plan)),
      on_handshake_(std::move(on_handshake)),
      executor_(std::move(executor)),
      resolver_(executor_),
      socket_(executor_),
      deadline_(executor_, [this] { cancel(); }),
      signals_(executor_),
      sending_(executor_) {}

void ConnectSession::cancel() {
  std::error_code ignored;
  resolver_.cancel();
  socket().close(ignored);
}

// A signal that is ignored, as in a job that a shell runs in the background, stays so.
void ConnectSession::listen_for_signals() {
  if (!plan_.on_signal) return;
  for (const int number : {SIGINT, SIGTERM}) {
    struct sigaction action{};
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) signals_.add(number);
  }
  signals_.async_wait([this](const std::error_code& error, int number) {
    if (error) return;
    if (stream_ && !report_.handshake_done) report_.flights = stream_->next_layer().stop();
    report_.total_time = since(start_);
    plan_.on_signal(report_, number);
  });
}

net::awaitable<void> ConnectSession::run() {
  co_await resolve();
  if (!report_.failure) co_await connect();
  if (!report_.failure) co_await shake_hands();
  if (!report_.failure && !plan_.handshake_only) co_await transfer();
  if (!report_.failure && plan_.handshake_only) {
    co_await say_goodbye();
    if (plan_.wants_tickets) co_await receive_tickets();
  }
  if (stream_ && socket().is_open()) co_await close();
  report_.total_time = since(start_);
}

net::awaitable<void> ConnectSession::resolve() {
  if (const auto loopback = loopback_addresses(plan_.target); !loopback.empty()) {
    addresses_ = tcp::resolver::results_type::create(loopback.begin(), loopback.end(), plan_.target.host,
                                                     fmt::to_string(plan_.target.port));
    co_return;
  }
  const auto start = Clock::now();
  // A resolver's thread cannot be stopped, so that the deadline has to be waited for beside it.
  net::steady_timer done(executor_, Clock::time_point::max());
  std::error_code error;
  const auto state = std::make_shared<bool>(false);
  resolver_.async_resolve(
      plan_.target.host, fmt::to_string(plan_.target.port),
      [this, &done, &error, state](std::error_code reason, tcp::resolver::results_type results) {
        if (*state) return;
        *state = true;
        error = reason;
        addresses_ = std::move(results);
        done.cancel();
      });
  if (plan_.timeout.count() != 0) done.expires_after(plan_.timeout);
  std::error_code waited;
  co_await done.async_wait(into(waited));
  report_.resolve_time = since(start);
  if (!*state) {
    *state = true;
    report_.resolver_hangs = true;
    report_.failure = timeout_failure(
        fmt::format("the name {} was not resolved within {}", plan_.target.host, seconds(plan_.timeout)));
  } else if (error) {
    report_.failure = network_failure(fmt::format("cannot resolve {}", plan_.target.host), error);
  }
}

net::awaitable<void> ConnectSession::connect() {
  const auto start = Clock::now();
  deadline_.expires_after(plan_.timeout);
  std::error_code error;
  const tcp::endpoint reached = co_await net::async_connect(socket_, addresses_, into(error));
  deadline_.never();
  // asio's word for a socket that could not even be opened; why not has to be asked again.
  if (error == net::error::operation_aborted && !deadline_.expired()) {
    std::error_code reason;
    socket_.open(addresses_.begin()->endpoint().protocol(), reason);
    if (reason) error = reason;
  }
  report_.connect_time = since(start);
  if (deadline_.expired()) {
    report_.failure = timeout_failure(
        fmt::format("no connection to {} within {}", plan_.target.text(), seconds(plan_.timeout)));
  } else if (error) {
    report_.failure = network_failure(fmt::format("cannot connect to {}", plan_.target.text()), error);
  } else {
    report_.address = reached;
    std::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }
}

net::awaitable<void> ConnectSession::shake_hands() {
  report_.handshake_start = Clock::now();
  auto connection =
      Connection::client(plan_.config, plan_.name, system_now(), plan_.observer, plan_.target.port);
  if (!connection) {
    report_.failure = tls_failure(connection.error(), Role::client);
    co_return;
  }
  stream_.emplace(ObservedSocket(std::move(socket_)), std::move(*connection));
  if (!plan_.handshake_only) send_early_data();
  deadline_.expires_after(plan_.timeout);
  std::error_code error;
  co_await stream_->async_handshake(into(error));
  const bool late = deadline_.expired();
  deadline_.never();
  report_.handshake_time = since(report_.handshake_start);
  report_.flights = stream_->next_layer().stop();
  if (auto summary = stream_->take_summary()) report_.summary = std::move(*summary);
  if (report_.summary && report_.summary->early_data == EarlyData::accepted) report_.sent = sent_early_;
  report_.handshake_done = !error;
  if (late && error) {
    report_.failure = timeout_failure(
        fmt::format("no TLS handshake with {} within {}", plan_.target.text(), seconds(plan_.timeout)));
  } else if (error) {
    fail_handshake(error);
  } else {
    on_handshake_(report_);
  }
}

void ConnectSession::fail_handshake(const std::error_code& error) {
  const auto& sticky = stream_->error();
  if (!sticky) {
    report_.failure =
        network_failure(fmt::format("the handshake with {} broke off", plan_.target.text()), error);
    report_.failure->peer = "server";
    return;
  }
  std::optional<x509::Verification> verification;
  if (report_.summary) verification = report_.summary->verification;
  report_.failure = tls_failure(*sticky, Role::client, std::move(verification));
  // draft-ietf-tls-trust-anchor-ids-04 §4.3: one of them may be asked for in another attempt.
  if (report_.summary && !report_.summary->available_trust_anchors.empty())
    report_.failure->hint +=
        fmt::format(" The server has {}: see --trust-anchors.", trust_anchors_text(*report_.summary));
  if (sticky->code == ErrorCode::truncated_stream) {
    report_.failure->what = "the server closed the connection during the handshake, without an alert";
    report_.failure->fault = Fault::peer;
    report_.failure->why = "no reason was given";
    report_.failure->hint =
        "It may not speak TLS here, or not these versions and algorithms, or not for this name; its log may "
        "say more.";
  }
  tell_what_was_withheld();
}

// A server that misses a certificate does not say which it would have taken; its request did. TLS 1.2 has no
// alert for it but handshake_failure.
void ConnectSession::tell_what_was_withheld() {
  const auto& error = report_.failure->error;
  if (!error || !report_.summary || !report_.summary->client_certificate_requested) return;
  if (report_.summary->credential) return;
  if (error->alert != AlertDescription::certificate_required &&
      error->alert != AlertDescription::handshake_failure)
    return;
  const auto& withheld = report_.summary->withheld;
  report_.failure->why = withheld.empty() ? "it asked for a certificate, and none was given"
                                          : fmt::format("it asked for a certificate, and none was shown: {}",
                                                        fmt::join(withheld, "; "));
}

// How long the server may keep silent once nothing more goes to it.
std::chrono::milliseconds ConnectSession::patience() const {
  return send_error_ || report_.failure ? grace : plan_.timeout;
}

net::awaitable<void> ConnectSession::transfer() {
  sending_.expires_at(Clock::time_point::max());
  net::co_spawn(executor_, send(), [this](const std::exception_ptr& thrown) {
    sender_done_ = true;
    sending_.cancel();
    if (thrown) std::rethrow_exception(thrown);
  });
  co_await receive();
  co_await finish();
}

// What does not go now, or is not taken, goes after the handshake: the option says so.
void ConnectSession::send_early_data() {
  if (stream_->connection().early_data_room() == 0) return;
  if (const auto taken = stream_->write_early_data(plan_.early_data)) sent_early_ = *taken;
}

net::awaitable<void> ConnectSession::receive() {
  Octets buffer(transfer_buffer);
  for (;;) {
    if (input_ended_) deadline_.expires_after(patience());
    std::error_code error;
    reading_ = true;
    const std::size_t count = co_await stream_->async_read_some(net::buffer(buffer), into(error));
    reading_ = false;
    if (error == net::error::eof) co_return;
    if (error) {
      fail_transfer(error);
      co_return;
    }
    deadline_.never();
    report_.received += count;
    const std::error_code written = co_await output_.write(Bytes(buffer.data(), count));
    if (written) {
      report_.failure =
          usage_failure(fmt::format("cannot write to standard output: {}", written.message())).error();
      co_return;
    }
  }
}

void ConnectSession::fail_transfer(const std::error_code& error) {
  if (report_.failure) return;  // what follows from it is no news
  if (const auto& sticky = stream_->error(); sticky && to_error(error)) {
    report_.failure = tls_failure(*sticky, Role::client);
    tell_what_was_withheld();
    if (sticky->code == ErrorCode::truncated_stream) {
      report_.failure->what =
          "the server ended the connection without close_notify: data may be missing at the end";
      report_.failure->why = "whether the server ended here or somebody cut the line cannot be told";
    }
  } else if (deadline_.expired() && !send_error_) {
    report_.failure = timeout_failure(fmt::format("nothing came from {} for {} after the end of our data",
                                                  plan_.target.text(), seconds(plan_.timeout)));
    report_.failure->hint =
        "The server may wait for our close: try --half-close, or --timeout for more time.";
  } else {
    const std::error_code& cause = send_error_ ? send_error_ : error;
    report_.failure = network_failure(fmt::format("the connection to {} broke", plan_.target.text()), cause);
  }
  report_.failure->peer = "server";
}

net::awaitable<void> ConnectSession::send() {
  Octets buffer(transfer_buffer);
  const Bytes late = Bytes(plan_.early_data).subspan(report_.sent);
  if (!late.empty())
    co_await net::async_write(*stream_, net::buffer(late.data(), late.size()), into(send_error_));
  if (!send_error_) report_.sent += late.size();
  while (!send_error_) {
    const auto count = co_await input_.read(buffer);
    if (!count) {
      report_.failure =
          usage_failure(fmt::format("cannot read standard input: {}", count.error().message())).error();
      break;
    }
    if (*count == 0) break;
    co_await net::async_write(*stream_, net::buffer(buffer.data(), *count), into(send_error_));
    if (!send_error_) report_.sent += *count;
  }
  if (plan_.half_close && !send_error_ && !report_.failure)
    co_await stream_->async_shutdown(into(send_error_));
  input_ended_ = true;
  // From now on nobody waits for the server for ever. After an error the reader may still learn the reason.
  if (reading_) deadline_.expires_after(patience());
}

net::awaitable<void> ConnectSession::finish() {
  input_.cancel();
  std::error_code ignored;
  deadline_.expires_after(grace);
  if (!sender_done_) co_await sending_.async_wait(into(ignored));
  // Where the line still holds, the server is told that this is the end; not of data that could not be read
  // whole.
  if (!stream_->error() && !send_error_ && !plan_.half_close && !report_.failure) co_await say_goodbye();
}

net::awaitable<void> ConnectSession::say_goodbye() {
  std::error_code ignored;
  deadline_.expires_after(grace);
  co_await stream_->async_shutdown(into(ignored));
}

// TLS 1.3: tickets come when the handshake is over for the client, and may take a round trip.
net::awaitable<void> ConnectSession::receive_tickets() {
  Octets ignored(transfer_buffer);
  std::error_code error;
  deadline_.expires_after(grace);
  for (std::size_t total = 0; !error && total < linger_octets;) {
    const std::size_t count = co_await stream_->async_read_some(net::buffer(ignored), into(error));
    total += count;
  }
}

// A socket that is closed with unread data sends a reset, and with it the server may lose our alert: it gets
// a moment to read it.
net::awaitable<void> ConnectSession::close() {
  std::error_code error;
  socket().shutdown(tcp::socket::shutdown_send, error);
  std::array<std::uint8_t, 4096> buffer;
  deadline_.expires_after(grace);
  for (std::size_t total = 0; !error && stream_->error() && total < linger_octets;) {
    const std::size_t count = co_await socket().async_read_some(net::buffer(buffer), into(error));
    total += count;
  }
  deadline_.never();
  socket().close(error);
}

ConnectReport run_session(ConnectPlan plan,
                          std::move_only_function<void(const ConnectReport&)> on_handshake) {
  net::io_context context(1);
  ConnectSession session(context.get_executor(), std::move(plan), std::move(on_handshake));
  session.listen_for_signals();
  std::exception_ptr thrown;
  net::co_spawn(context, session.run(), [&](std::exception_ptr exception) {
    thrown = std::move(exception);
    context.stop();
  });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(session.report());
}

}  // namespace handfast::tool
