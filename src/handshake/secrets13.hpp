// The secrets of TLS 1.3 as both sides come to them (RFC 8446 §7.1); key log and observer hear of each.
#pragma once
#include "handshake/handshake.hpp"
#include "schedule/key_schedule.hpp"

namespace handfast::handshake {

/// What is known after the ServerHello.
struct HandshakeSecrets {
  schedule::TrafficSecret client;  ///< client_handshake_traffic_secret
  schedule::TrafficSecret server;  ///< server_handshake_traffic_secret
  schedule::MasterSecret master;
};

/// The transcript ends with the ServerHello. `shared_secret`: empty where a PSK is the only secret.
[[nodiscard]] HandshakeSecrets handshake_secrets(const Handshake& handshake, const CommonSettings& settings,
                                                 schedule::EarlySecret early_secret, Bytes shared_secret);

/// What is known after the server's Finished.
struct ApplicationSecrets {
  schedule::TrafficSecret client;  ///< client_application_traffic_secret_0
  schedule::TrafficSecret server;  ///< server_application_traffic_secret_0
};

/// The transcript ends with the server's Finished. The exporter's secret goes to the handshake.
[[nodiscard]] ApplicationSecrets application_secrets(Handshake& handshake, const CommonSettings& settings,
                                                     const schedule::MasterSecret& master_secret);

}  // namespace handfast::handshake
