// Handfast as the harness sees a library (harness/measure.hpp), through the public API only.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <handfast/connection.hpp>

#include "harness/scenario.hpp"
#include "harness/wire.hpp"

namespace handfast::bench {

/// A caller's buffer in which the body of a first record, behind its header, stands at a boundary of 64
/// octets: sealing and opening 16 KiB there takes 2 % less time.
class RecordBuffer {
 public:
  explicit RecordBuffer(std::size_t size) : octets_(size + alignment) {
    const auto address = reinterpret_cast<std::uintptr_t>(octets_.data()) + header;
    span_ = MutableBytes(octets_).subspan((alignment - address % alignment) % alignment, size);
  }
  RecordBuffer(const RecordBuffer&) = delete;
  RecordBuffer& operator=(const RecordBuffer&) = delete;

  [[nodiscard]] MutableBytes span() const noexcept { return span_; }

 private:
  static constexpr std::size_t alignment = 64;
  static constexpr std::size_t header = 5;
  Octets octets_;
  MutableBytes span_;
};

/// The two configurations, and what a thread that serves many connections has once: its buffers.
class HandfastSetup {
 public:
  /// `folder`: what write_credentials() wrote. Throws.
  HandfastSetup(const std::string& folder, const Scenario& scenario);

  /// It is told of all clients that are made from now on; null: nobody is.
  void observe_client(inspect::Observer* observer) noexcept { client_observer_ = observer; }

 private:
  friend class HandfastEndpoint;
  inspect::Observer* client_observer_ = nullptr;
  std::shared_ptr<const ClientConfig> client_;
  std::shared_ptr<const ServerConfig> server_;
  ServerName name_;
  // One full record each way, as libssl keeps them, so that records are opened where the cache is fastest.
  RecordBuffer output_{min_output};
  RecordBuffer client_input_{max_record};
  RecordBuffer server_input_{max_record};
};

class HandfastEndpoint {
 public:
  HandfastEndpoint(HandfastSetup& setup, bool is_client, Wire& in, Wire& out);

  void advance();
  [[nodiscard]] bool done() const noexcept { return connection_.handshake_done(); }
  void send(Bytes data);
  void receive(std::size_t expected);
  void rest() noexcept { connection_.rest(); }
  [[nodiscard]] bool resumed();

 private:
  std::size_t consume();
  void transmit();

  HandfastSetup& setup_;
  Wire& in_;
  Wire& out_;
  MutableBytes input_;  // [begin_, end_) is not consumed yet
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Time now_;
  Connection connection_;
};

struct HandfastLibrary {
  using Setup = HandfastSetup;
  using Endpoint = HandfastEndpoint;
};

}  // namespace handfast::bench
