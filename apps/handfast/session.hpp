// One connection of handfast serve: handshake, then HTTP or echo, then a clean close. Early data is answered
// at once, before the handshake is done, where answering twice does no harm.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <handfast/config.hpp>
#include <handfast/explain.hpp>
#include <handfast/summary.hpp>

#include "deadline.hpp"
#include "failure.hpp"
#include "http.hpp"
#include "net.hpp"
#include "static_files.hpp"

namespace handfast::tool {

enum class Mode : std::uint8_t { http, echo };

/// What all sessions of a server share. Immutable while it serves.
struct SessionSettings {
  Mode mode = Mode::http;
  std::optional<StaticFiles> files;
  std::chrono::milliseconds handshake_timeout{};  ///< zero: none
  std::chrono::milliseconds
      idle_timeout{};    ///< to read or write something, and for a request's head; zero: none
  bool explain = false;  ///< the page shows the handshake of its connection, octet by octet
};

/// How a session went.
struct SessionReport {
  std::string client;  ///< address and port
  std::optional<Summary> summary;
  std::string request;  ///< "GET /", if there was one
  std::optional<http::Status> status;
  std::uint64_t received = 0;  ///< application data, early data among it
  std::uint64_t early = 0;     ///< early data
  std::uint64_t sent = 0;      ///< half-RTT data among it
  std::uint64_t half_rtt = 0;  ///< before the client's Finished had come
  std::chrono::microseconds duration{};
  std::optional<Failure> failure;
};

/// All of it runs in the socket's executor, one thread.
class Session {
 public:
  Session(const SessionSettings& settings, tcp::socket socket, std::shared_ptr<const ServerConfig> config);

  net::awaitable<void> run();
  /// Ends the session as soon as nothing is half done.
  void drain();
  [[nodiscard]] const SessionReport& report() const noexcept { return report_; }

 private:
  net::awaitable<bool> shake_hands();
  net::awaitable<void> echo_early();
  net::awaitable<void> serve_http_early();
  net::awaitable<void> echo();
  net::awaitable<void> serve_http();
  net::awaitable<void> respond();
  net::awaitable<void> respond_file(const http::Request& request, const StaticFile& file);
  net::awaitable<void> respond_text(http::Response response, std::string body, bool head_only);
  [[nodiscard]] std::string page_of_connection(const http::Request& request);
  net::awaitable<std::size_t> read_early();
  net::awaitable<std::size_t> read();
  /// `last`: nothing comes behind it, and close_notify goes out with it.
  net::awaitable<bool> write(Bytes data, bool last = false);
  net::awaitable<void> close();
  net::awaitable<void> linger();
  [[nodiscard]] bool is_head_whole() const noexcept;
  [[nodiscard]] std::expected<http::Request, http::Status> parse_head();
  void interrupt();
  void fail(const std::error_code& error, std::string_view late);

  const SessionSettings& settings_;
  std::shared_ptr<const ServerConfig> config_;
  SessionReport report_;
  std::unique_ptr<inspect::Recorder> recorder_;  // outlives the stream
  std::optional<TlsStream> stream_;
  tcp::socket socket_;  // until the stream has it
  Deadline deadline_;
  Octets buffer_;
  std::string head_;      // of the request, as far as it has come
  bool ready_ = false;    // the handshake is done
  bool reading_ = false;  // waits for application data
  bool draining_ = false;
  bool broken_ = false;  // the line is: no goodbye
  bool ended_ = false;   // the goodbye went with the last data
};

}  // namespace handfast::tool
