// Handfast as the harness sees a library (harness/measure.hpp), through the public API only.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <handfast/connection.hpp>

#include "harness/scenario.hpp"
#include "harness/wire.hpp"

namespace handfast::bench {

/// The two configurations, and what a thread that serves many connections has once: its buffers.
class HandfastSetup {
 public:
  /// `folder`: what write_credentials() wrote. Throws.
  HandfastSetup(const std::string& folder, const Scenario& scenario);

 private:
  friend class HandfastEndpoint;
  std::shared_ptr<const ClientConfig> client_;
  std::shared_ptr<const ServerConfig> server_;
  ServerName name_;
  // One full record each way, as libssl keeps them, so that records are opened where the cache is fastest.
  Octets output_ = Octets(min_output);
  Octets client_input_ = Octets(max_record);
  Octets server_input_ = Octets(max_record);
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
  Octets& input_;  // [begin_, end_) is not consumed yet
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
