// Configurations whose certificates are valid by this machine's clock: adapters read it.
#pragma once
#include <memory>
#include <utility>

#include <handfast/certificate.hpp>
#include <handfast/client_session_store.hpp>
#include <handfast/config.hpp>
#include <handfast/connection.hpp>
#include <handfast/issue.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/ticket_keys.hpp>
#include <handfast/time.hpp>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace handfast::test {

/// A root and what it issued, made once a process.
struct Live {
  x509::IssuerKey root_key = *x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random());
  x509::IssuerKey leaf_key = *x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random());
  Octets root = *x509::issue_self_signed(content(true), root_key, system_random());
  Octets leaf = *x509::issue_certificate(content(false), leaf_key.subject_public_key_info(), {root, root_key},
                                         system_random());
  std::string chain = x509::certificate_to_pem(leaf);

  static const Live& get() {
    static const Live live;
    return live;
  }

  static x509::CertificateTemplate content(bool is_ca) {
    x509::CertificateTemplate content;
    content.common_name = is_ca ? "Live Root" : "localhost";
    content.not_before = system_now() - std::chrono::hours{1};
    content.not_after = system_now() + std::chrono::hours{24};
    content.is_ca = is_ca;
    if (!is_ca) {
      content.dns_names = {"localhost"};
      content.server_auth = true;
      content.client_auth = true;
    }
    return content;
  }

  [[nodiscard]] Credential credential() const {
    return *Credential::from_pem(as_bytes(chain), leaf_key.to_pem());
  }
  [[nodiscard]] std::shared_ptr<const TrustStore> trust() const {
    TrustStore::Builder builder;
    EXPECT_TRUE(builder.add_certificate(root));
    return builder.build();
  }
};

inline ClientSettings live_client_settings() {
  ClientSettings settings;
  settings.trust = Live::get().trust();
  return settings;
}
inline ServerSettings live_server_settings() {
  ServerSettings settings;
  settings.credentials = {Live::get().credential()};
  return settings;
}

inline std::shared_ptr<const ClientConfig> live_client() {
  return *ClientConfig::make(live_client_settings());
}
inline std::shared_ptr<const ServerConfig> live_server() {
  return *ServerConfig::make(live_server_settings());
}
inline ServerName localhost_name() { return *ServerName::parse("localhost"); }

inline Connection client_connection(std::shared_ptr<const ClientConfig> config = live_client()) {
  return *Connection::client(std::move(config), localhost_name(), system_now());
}
inline Connection server_connection(std::shared_ptr<const ServerConfig> config = live_server()) {
  return *Connection::server(std::move(config), system_now());
}

/// A client with a ticket that allows early data, and the server that gave it.
struct LiveEarlyBirds {
  std::shared_ptr<const ClientConfig> client = [] {
    ClientSettings settings = live_client_settings();
    settings.session_store = std::make_shared<ClientSessionCache>();
    settings.early_data = true;
    return *ClientConfig::make(std::move(settings));
  }();
  std::shared_ptr<const ServerConfig> server = [] {
    ServerSettings settings = live_server_settings();
    settings.ticket_keys = *TicketKeys::make(system_now());
    settings.max_early_data_size = 100'000;
    settings.replay_guard = *StrikeRegister::make();
    return *ServerConfig::make(std::move(settings));
  }();

  /// A full handshake, which brings the tickets.
  LiveEarlyBirds() {
    Connection ours = client_connection(client);
    Connection theirs = server_connection(server);
    for (int turns = 0; turns < 3; ++turns) {
      pass(ours, theirs);
      pass(theirs, ours);
    }
    EXPECT_TRUE(ours.handshake_done() && theirs.handshake_done());
  }

 private:
  static void pass(Connection& from, Connection& to) {
    Octets octets(40'000);
    octets.resize(from.transmit(octets));
    while (!octets.empty()) {
      const auto received = to.receive(octets, system_now());
      ASSERT_TRUE(received) << describe(received.error());
      ASSERT_NE(received->used, 0U);
      octets.erase(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(received->used));
    }
  }
};

/// Two connected sockets, closed at the end unless released.
class SocketPair {
 public:
  SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_), 0); }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    close(0);
    close(1);
  }
  [[nodiscard]] int operator[](int end) const noexcept { return ends_[end]; }
  int release(int end) noexcept { return std::exchange(ends_[end], -1); }
  void close(int end) noexcept {
    if (ends_[end] >= 0) ::close(std::exchange(ends_[end], -1));
  }

 private:
  int ends_[2] = {-1, -1};
};

/// Octets that are not all the same.
inline Octets pattern(std::size_t size) {
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 31 + (i >> 8));
  return octets;
}

}  // namespace handfast::test
