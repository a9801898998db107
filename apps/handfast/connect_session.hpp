// One connection of handfast connect: resolve, connect, shake hands, carry data both ways, close.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <handfast/config.hpp>
#include <handfast/inspect.hpp>
#include <handfast/server_name.hpp>
#include <handfast/summary.hpp>

#include <asio/signal_set.hpp>

#include "deadline.hpp"
#include "endpoint.hpp"
#include "failure.hpp"
#include "net.hpp"
#include "observed_socket.hpp"
#include "report.hpp"
#include "standard_streams.hpp"

namespace handfast::tool {

struct ConnectReport;

/// What the session is to do; checked and complete.
struct ConnectPlan {
  Endpoint target;
  ServerName name;
  std::shared_ptr<const ClientConfig> config;
  std::chrono::milliseconds timeout;  ///< zero: none
  bool half_close = false;
  bool handshake_only = false;  ///< close after it; standard input and output are left alone
  Octets early_data{};          ///< goes first, and early if it may
  bool wants_tickets = false;   ///< with handshake_only: wait for what the server says before it closes
  inspect::Observer* observer = nullptr;  ///< is told all; outlives the session
  /// Called when SIGINT or SIGTERM comes, with what is known by then; it ends the process. Empty: those
  /// signals do what they always do.
  std::function<void(const ConnectReport&, int signal)> on_signal{};
};

/// How it went.
struct ConnectReport {
  std::optional<tcp::endpoint> address;  ///< that was reached
  std::optional<Summary> summary;        ///< of a failed handshake: as far as it came
  bool handshake_done = false;
  std::vector<ObservedFlight> flights;
  std::chrono::steady_clock::time_point handshake_start;
  Microseconds resolve_time{};
  Microseconds connect_time{};
  Microseconds handshake_time{};
  Microseconds total_time{};
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::optional<Failure> failure;
  bool resolver_hangs = false;  ///< its thread cannot be stopped
};

class ConnectSession {
 public:
  /// `on_handshake` is called when the report has its summary.
  ConnectSession(net::any_io_executor executor, ConnectPlan plan,
                 std::move_only_function<void(const ConnectReport&)> on_handshake);

  net::awaitable<void> run();
  [[nodiscard]] ConnectReport& report() noexcept { return report_; }
  /// The plan's on_signal, if it has one and a signal that it is for comes.
  void listen_for_signals();

 private:
  using Stream = asio::stream<ObservedSocket>;
  using Clock = std::chrono::steady_clock;

  net::awaitable<void> resolve();
  net::awaitable<void> connect();
  net::awaitable<void> shake_hands();
  void send_early_data();
  net::awaitable<void> transfer();
  net::awaitable<void> receive();
  net::awaitable<void> send();
  net::awaitable<void> finish();
  net::awaitable<void> say_goodbye();
  net::awaitable<void> receive_tickets();
  net::awaitable<void> close();

  [[nodiscard]] tcp::socket& socket() { return stream_ ? stream_->next_layer().socket() : socket_; }
  [[nodiscard]] std::chrono::milliseconds patience() const;
  void cancel();
  void fail_handshake(const std::error_code& error);
  void fail_transfer(const std::error_code& error);
  void tell_what_was_withheld();

  ConnectPlan plan_;
  std::move_only_function<void(const ConnectReport&)> on_handshake_;
  ConnectReport report_;
  net::any_io_executor executor_;
  tcp::resolver resolver_;
  tcp::resolver::results_type addresses_;
  tcp::socket socket_;
  std::optional<Stream> stream_;
  Deadline deadline_;
  StandardInput input_;
  StandardOutput output_;
  net::signal_set signals_;
  Clock::time_point start_ = Clock::now();
  net::steady_timer sending_;  // never expires: cancelled when send() is done
  std::size_t sent_early_ = 0;
  bool sender_done_ = false;
  bool input_ended_ = false;
  bool reading_ = false;
  std::error_code send_error_;
};

/// One session from its beginning to its end, on an event loop of its own; throws what the session throws.
ConnectReport run_session(
    ConnectPlan plan,
    std::move_only_function<void(const ConnectReport&)> on_handshake = [](const ConnectReport&) {});

}  // namespace handfast::tool
