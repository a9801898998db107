// The shim's end of one connection to the runner: a socket, and TLS over it.
#pragma once
#include <functional>

#include <handfast/blocking.hpp>

#include "bogo/flags.hpp"

namespace handfast::bogo {

/// A connected socket, or the end of the process.
class Socket {
 public:
  /// To the runner on the loopback; says at once which test this is about.
  explicit Socket(const Flags& flags);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&&) = delete;
  Socket& operator=(Socket&&) = delete;
  /// Ends our direction and takes in what the peer still sends, so that no reset overtakes our last octets.
  ~Socket();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// How octets get to the runner.
struct Line {
  bool octet_by_octet = false;  ///< read no more than one at a time
  bool hold = false;            ///< let one octet of a write out and keep the rest
  Octets held;
  std::function<Result<>()> before_reading;  ///< called whenever the stream waits for the peer
};

/// Sends all of it past any stream.
Result<> write_all(const Socket& socket, Bytes octets);

/// The transport over a socket; both must outlive it.
BlockingTransport transport_over(const Socket& socket, Line& line);

}  // namespace handfast::bogo
