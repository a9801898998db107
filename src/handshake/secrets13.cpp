// From the key schedule to the two directions of a connection.
#include "handshake/secrets13.hpp"

namespace handfast::handshake {

HandshakeSecrets handshake_secrets(const Handshake& hs, const CommonSettings& settings,
                                   schedule::EarlySecret early_secret, Bytes shared_secret) {
  schedule::HandshakeSecret handshake_secret = std::move(early_secret).extract(shared_secret);
  const crypto::Digest hellos = hs.transcript.digest();
  HandshakeSecrets secrets{handshake_secret.client_handshake_traffic_secret(hellos),
                           handshake_secret.server_handshake_traffic_secret(hellos),
                           std::move(handshake_secret).extract()};
  hs.tell_secret("shared_secret", shared_secret);
  hs.log_secret(settings, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", secrets.client.view());
  hs.log_secret(settings, "SERVER_HANDSHAKE_TRAFFIC_SECRET", secrets.server.view());
  return secrets;
}

ApplicationSecrets application_secrets(Handshake& hs, const CommonSettings& settings,
                                       const schedule::MasterSecret& master_secret) {
  const crypto::Digest flight = hs.transcript.digest();
  ApplicationSecrets secrets{master_secret.client_application_traffic_secret_0(flight),
                             master_secret.server_application_traffic_secret_0(flight)};
  hs.exporter_secret = master_secret.exporter_master_secret(flight);
  hs.log_secret(settings, "CLIENT_TRAFFIC_SECRET_0", secrets.client.view());
  hs.log_secret(settings, "SERVER_TRAFFIC_SECRET_0", secrets.server.view());
  hs.log_secret(settings, "EXPORTER_SECRET", hs.exporter_secret.view());
  return secrets;
}

}  // namespace handfast::handshake
