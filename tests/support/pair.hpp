// Two connections joined by buffers, for tests that need both ends.
#pragma once
#include <functional>

#include <handfast/connection.hpp>

#include <gtest/gtest.h>

#include "support/pki.hpp"

namespace handfast::test {

/// One end: a connection with the octets that have arrived and not been consumed.
struct End {
  explicit End(Connection made) : connection(std::move(made)) {}

  Connection connection;
  Octets input;       ///< arrived, not yet consumed
  Octets received;    ///< application data
  Octets early_data;  ///< of a server
  bool closed = false;
  std::optional<Error> error;

  /// Everything that this end wants to send now.
  Octets transmit(std::size_t room = 32768) {
    Octets out;
    Octets buffer(room);
    while (const std::size_t count = connection.transmit(buffer))
      out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
    return out;
  }
  /// Takes what arrived, as far as it goes.
  void deliver(Bytes octets, Time when = now) {
    input.insert(input.end(), octets.begin(), octets.end());
    for (;;) {
      auto result = connection.receive(input, when);
      if (!result) {
        error = result.error();
        return;
      }
      received.insert(received.end(), result->data.begin(), result->data.end());
      early_data.insert(early_data.end(), result->early_data.begin(), result->early_data.end());
      closed = closed || result->closed;
      input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(result->used));
      if (result->used == 0) return;
    }
  }
  /// Sends as much of `data` early as may go; gives the records, the ClientHello before them.
  Octets send_early(Bytes data) {
    Octets buffer(40000 + 2 * data.size());
    const auto sent = connection.send_early_data(data, buffer);
    if (!sent) {
      error = sent.error();
      return {};
    }
    buffer.resize(sent->written);
    return buffer;
  }
  /// Sends all of `data`; gives the records.
  Octets send(Bytes data) {
    Octets out;
    Octets buffer(40000);
    while (!data.empty()) {
      const auto sent = connection.send(data, buffer);
      if (!sent) {
        error = sent.error();
        return out;
      }
      out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(sent->written));
      data = data.subspan(sent->taken);
    }
    return out;
  }
};

/// A client and a server. Filters see, change or drop what travels.
struct Pair {
  Pair(Connection client_end, Connection server_end)
      : client(std::move(client_end)), server(std::move(server_end)) {}

  End client;
  End server;
  std::function<void(Octets&)> to_server;
  std::function<void(Octets&)> to_client;

  /// Lets octets travel until nobody has anything to say. `step`: octets delivered at once; 0: all.
  void run(std::size_t step = 0) {
    for (int rounds = 0; rounds < 1000; ++rounds) {
      Octets up = client.transmit();
      if (to_server && !up.empty()) to_server(up);
      pour(up, server, step);
      Octets down = server.transmit();
      if (to_client && !down.empty()) to_client(down);
      pour(down, client, step);
      if (up.empty() && down.empty()) return;
    }
    FAIL() << "the two ends never fall silent";
  }
  [[nodiscard]] bool done() const {
    return client.connection.handshake_done() && server.connection.handshake_done();
  }

 private:
  static void pour(const Octets& octets, End& end, std::size_t step) {
    if (octets.empty() || end.error) return;
    if (step == 0) step = octets.size();
    for (std::size_t at = 0; at < octets.size() && !end.error; at += step)
      end.deliver(Bytes(octets).subspan(at, std::min(step, octets.size() - at)));
  }
};

inline std::shared_ptr<const ClientConfig> make(ClientSettings settings) {
  auto config = ClientConfig::make(std::move(settings));
  EXPECT_TRUE(config) << (config ? "" : describe(config.error()));
  return config ? *config : nullptr;
}
inline std::shared_ptr<const ServerConfig> make(ServerSettings settings) {
  auto config = ServerConfig::make(std::move(settings));
  EXPECT_TRUE(config) << (config ? "" : describe(config.error()));
  return config ? *config : nullptr;
}

/// The authority of most tests (made once a process) and settings that work with it.
inline const Authority& authority() {
  static const Authority made;
  return made;
}
inline const Credential& localhost() {
  static const Credential made = authority().credential();
  return made;
}
/// For TLS 1.2 with RSA key transport, too.
inline const Credential& rsa_credential() {
  static const Credential made = [] {
    x509::CertificateTemplate content = Authority::leaf_template();
    content.key_usage = x509::KeyUsage::digital_signature | x509::KeyUsage::key_encipherment;
    return authority().credential(x509::KeyKind::rsa_2048, content);
  }();
  return made;
}
inline ClientSettings client_settings() {
  ClientSettings settings;
  settings.trust = authority().trust();
  return settings;
}
/// A client that speaks TLS 1.2 alone.
inline ClientSettings client12(const Policy& policy = policies::standard) {
  ClientSettings settings = client_settings();
  settings.policy = policy;
  settings.policy.max_version = ProtocolVersion::tls12;
  return settings;
}
inline ServerSettings server_settings() {
  ServerSettings settings;
  settings.credentials = {localhost()};
  return settings;
}

inline Pair pair(ClientSettings client, ServerSettings server, std::string_view name = "localhost") {
  auto client_end = Connection::client(make(std::move(client)), *ServerName::parse(name), now);
  auto server_end = Connection::server(make(std::move(server)), now);
  EXPECT_TRUE(client_end && server_end);
  return {std::move(*client_end), std::move(*server_end)};
}

inline std::string failure(const End& end) { return end.error ? describe(*end.error) : "no error"; }

}  // namespace handfast::test
