// A socket that notes when octets went and came, so that each flight of a handshake can be timed.
#pragma once
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include <asio/compose.hpp>

#include "net.hpp"

namespace handfast::tool {

/// Octets in one direction without an answer between them.
struct ObservedFlight {
  bool sent = false;  ///< by this side
  std::size_t octets = 0;
  std::chrono::steady_clock::time_point first;
  std::chrono::steady_clock::time_point last;
};

/// A next layer for TLS streams: tcp::socket, and a record of its flights until stop().
class ObservedSocket {
 public:
  using executor_type = tcp::socket::executor_type;

  explicit ObservedSocket(tcp::socket socket) : socket_(std::move(socket)) {}

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] tcp::socket& socket() noexcept { return socket_; }
  /// What was noted; nothing is from now on.
  std::vector<ObservedFlight> stop() {
    observing_ = false;
    return std::move(flights_);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return net::async_compose<Token, void(std::error_code, std::size_t)>(
        [this, buffers, started = false](auto& self, std::error_code error = {},
                                         std::size_t count = 0) mutable {
          if (!std::exchange(started, true)) return socket_.async_read_some(buffers, std::move(self));
          note(false, count);
          self.complete(error, count);
        },
        token, socket_);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return net::async_compose<Token, void(std::error_code, std::size_t)>(
        [this, buffers, started = false](auto& self, std::error_code error = {},
                                         std::size_t count = 0) mutable {
          if (!std::exchange(started, true)) return socket_.async_write_some(buffers, std::move(self));
          note(true, count);
          self.complete(error, count);
        },
        token, socket_);
  }

 private:
  void note(bool sent, std::size_t count) {
    if (!observing_ || count == 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (flights_.empty() || flights_.back().sent != sent) flights_.push_back({sent, 0, now, now});
    flights_.back().octets += count;
    flights_.back().last = now;
  }

  tcp::socket socket_;
  std::vector<ObservedFlight> flights_;
  bool observing_ = true;
};

}  // namespace handfast::tool
