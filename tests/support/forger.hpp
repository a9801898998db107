// A peer that breaks the rules after the handshake: records of any content under a connection's own keys.
#pragma once
#include <map>
#include <string>

#include "record/writer.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/key_schedule12.hpp"
#include "schedule/suite.hpp"
#include "support/pair.hpp"

namespace handfast::test {

/// Keeps what a key log is told.
class SecretLog final : public KeyLog {
 public:
  void write(std::string_view label, Bytes random, Bytes secret) noexcept override {
    client_random = to_octets(random);
    secrets[std::string(label)] = to_octets(secret);
  }
  Octets client_random;
  std::map<std::string, Octets> secrets;
};

/// A finished connection of AES-128-GCM, and what its other end, played by the test, says to `victim`.
class Forger {
 public:
  Forger(ProtocolVersion version, Role victim)
      : Forger(version, victim, client_settings(), server_settings()) {}
  Forger(ProtocolVersion version, Role victim, ClientSettings client, ServerSettings server)
      : version_(version),
        forged_(victim == Role::client ? Role::server : Role::client),
        log_(std::make_shared<SecretLog>()),
        pair(make_pair(version, log_, std::move(client), std::move(server))) {
    finish();
    if (pair.done()) install();
  }

  /// The end that is lied to.
  [[nodiscard]] End& victim() noexcept { return forged_ == Role::server ? pair.client : pair.server; }
  /// One record (or more, when it is long) of this content; without content: of application data.
  [[nodiscard]] Octets seal(ContentType type, Bytes content) {
    Octets out(std::max(writer.written_size(content.size()), min_output));
    std::size_t size = 0;
    if (content.empty()) {
      const auto written = writer.write_empty(out);
      EXPECT_TRUE(written) << (written ? "" : describe(written.error()));
      size = written.value_or(0);
    } else {
      const auto written = writer.write(type, content, out);
      EXPECT_TRUE(written) << (written ? "" : describe(written.error()));
      if (written) size = written->written;
    }
    out.resize(size);
    return out;
  }
  /// seal(), and the victim takes it.
  void say(ContentType type, Bytes content) { victim().deliver(seal(type, content)); }

 private:
  static constexpr CipherSuite suite12 = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
  static constexpr CipherSuite suite13 = CipherSuite::TLS_AES_128_GCM_SHA256;

  static Pair make_pair(ProtocolVersion version, const std::shared_ptr<KeyLog>& log, ClientSettings client,
                        ServerSettings server) {
    client.policy.min_version = client.policy.max_version = version;
    client.policy.cipher_suites = {version == ProtocolVersion::tls13 ? suite13 : suite12};
    client.key_log = log;
    return test::pair(std::move(client), std::move(server));
  }
  // What the server says after the handshake (tickets) is not delivered: the forger speaks first.
  void finish() {
    pair.server.deliver(pair.client.transmit());
    const Octets flight = pair.server.transmit();
    if (flight.size() > 43) server_random_.assign(flight.begin() + 11, flight.begin() + 43);
    pair.client.deliver(flight);
    pair.server.deliver(pair.client.transmit());
    if (version_ == ProtocolVersion::tls12) pair.client.deliver(pair.server.transmit());
    EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  }
  void install() {
    if (version_ == ProtocolVersion::tls13) {
      const schedule::SuiteInfo* suite = schedule::suite_info(suite13);
      const Octets& secret =
          log_->secrets[forged_ == Role::server ? "SERVER_TRAFFIC_SECRET_0" : "CLIENT_TRAFFIC_SECRET_0"];
      const auto keys = schedule::traffic_keys(suite->hash, secret, *suite->aead);
      writer.install(record::RecordKey::tls13(*suite->aead, keys.key.view(), keys.iv.view()));
      return;
    }
    const schedule::SuiteInfo* suite = schedule::suite_info(suite12);
    const schedule::KeyBlock12 block(*suite, crypto::HmacKey(suite->hash, log_->secrets["CLIENT_RANDOM"]),
                                     log_->client_random, server_random_);
    writer.install(record::RecordKey::tls12(*suite->aead, block.key(forged_), block.iv(forged_)));
    [[maybe_unused]] const Octets finished =
        seal(ContentType::handshake, Octets(16));  // the first number is used
  }

  ProtocolVersion version_;
  Role forged_;
  Octets server_random_;
  std::shared_ptr<SecretLog> log_;

 public:
  Pair pair;
  record::RecordWriter writer;
};

}  // namespace handfast::test
