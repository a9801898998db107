// Both ends of a connection, with certificates that live as long as it does.
#include "explain_self.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <handfast/certificate.hpp>
#include <handfast/client_session_store.hpp>
#include <handfast/connection.hpp>
#include <handfast/issue.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/session_store.hpp>
#include <handfast/ticket_keys.hpp>

#include <fmt/format.h>

namespace handfast::tool {
namespace {

constexpr std::string_view host = "localhost";
constexpr std::string_view question = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nHello\n";

/// A CA that is forgotten when the handshake is over.
class ShortLivedAuthority {
 public:
  static Result<ShortLivedAuthority> make(Time now) {
    auto key = x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random());
    if (!key) return fail(key.error());
    x509::CertificateTemplate root;
    root.common_name = "Handfast explain: a root for one handshake";
    root.not_before = now - std::chrono::hours{1};
    root.not_after = now + std::chrono::hours{24};
    root.is_ca = true;
    auto certificate = x509::issue_self_signed(root, *key, system_random());
    if (!certificate) return fail(certificate.error());
    return ShortLivedAuthority(std::move(*key), std::move(*certificate), now);
  }

  [[nodiscard]] Result<Credential> issue(x509::KeyKind kind, std::string name, bool server) const {
    auto key = x509::IssuerKey::generate(kind, system_random());
    if (!key) return fail(key.error());
    x509::CertificateTemplate leaf;
    leaf.common_name = name;
    if (server) leaf.dns_names = {std::move(name)};
    leaf.not_before = now_ - std::chrono::hours{1};
    leaf.not_after = now_ + std::chrono::hours{12};
    leaf.server_auth = server;
    leaf.client_auth = !server;
    leaf.key_usage = x509::KeyUsage::digital_signature;
    if (kind == x509::KeyKind::rsa_2048) leaf.key_usage |= x509::KeyUsage::key_encipherment;
    auto certificate =
        x509::issue_certificate(leaf, key->subject_public_key_info(), {certificate_, key_}, system_random());
    if (!certificate) return fail(certificate.error());
    return Credential::from_pem(as_bytes(x509::certificate_to_pem(*certificate)), key->to_pem());
  }

  [[nodiscard]] Result<std::shared_ptr<const TrustStore>> trust() const {
    TrustStore::Builder builder;
    if (auto added = builder.add_certificate(certificate_); !added) return fail(added.error());
    return builder.build();
  }

 private:
  ShortLivedAuthority(x509::IssuerKey key, Octets certificate, Time now)
      : key_(std::move(key)), certificate_(std::move(certificate)), now_(now) {}

  x509::IssuerKey key_;
  Octets certificate_;
  Time now_;
};

std::string_view name_of_suite(CipherSuite suite) { return name_of(suite); }

// `classic` is there to show RSA key transport, which a real server would choose last.
void prefer_the_classic(Policy& policy) {
  const auto all = policy.cipher_suites;
  policy.cipher_suites.clear();
  for (const CipherSuite suite : all)
    if (!name_of_suite(suite).contains("ECDHE")) policy.cipher_suites.add(suite);
}

bool needs_rsa(const Policy& policy) {
  return policy.allows(ProtocolVersion::tls12) &&
         std::ranges::any_of(policy.cipher_suites,
                             [](CipherSuite suite) { return name_of_suite(suite).contains("_RSA_"); });
}

Outcome<Policy> client_policy(const ExplainOptions& options) {
  TlsOptions tls = options.tls;
  if (!options.version.empty()) tls.min_version = tls.max_version = options.version;
  auto policy = make_policy(tls);
  if (policy && tls.ciphers.empty() && policy->name.starts_with("classic")) prefer_the_classic(*policy);
  return policy;
}

// A server that knows only groups for which no share comes.
Outcome<Policy> server_policy(const ExplainOptions& options, const Policy& client) {
  Policy policy = client;
  if (options.early_data && !client.allows(ProtocolVersion::tls13))
    return usage_failure("early data is a part of TLS 1.3", "Leave --early-data out, or give --tls 1.3.");
  if (!options.retry) return policy;
  if (!client.allows(ProtocolVersion::tls13))
    return usage_failure("HelloRetryRequest is a message of TLS 1.3",
                         "Leave --retry out, or give --tls 1.3.");
  policy.groups.clear();
  for (const NamedGroup group : client.groups)
    if (!client.key_shares.contains(group)) policy.groups.add(group);
  if (policy.groups.empty())
    return usage_failure("--retry needs a group that the client knows and sends no share for",
                         "Give two groups or more: --groups x25519,secp256r1.");
  return policy;
}

/// One end of the connection and what has arrived there.
struct End {
  Connection connection;
  Octets input;
  bool has_early_data = false;  ///< a server: the question came with the first flight

  /// Sends to `peer` what is to be sent; whether there was something.
  bool send_to(End& peer) {
    bool sent = false;
    std::array<std::uint8_t, 16384> buffer;
    while (const std::size_t count = connection.transmit(buffer)) {
      peer.arrive(Bytes(buffer).first(count));
      sent = true;
    }
    return sent;
  }
  void say(std::string_view text, End& peer) {
    Octets buffer(1024);
    if (const auto sent = connection.send(as_bytes(text), buffer))
      peer.arrive(Bytes(buffer).first(sent->written));
  }
  /// A client: as say(), if it may, before the handshake.
  void say_early(std::string_view text, End& peer) {
    Octets buffer(16384);
    if (const auto sent = connection.send_early_data(as_bytes(text), buffer))
      peer.arrive(Bytes(buffer).first(sent->written));
  }
  void arrive(Bytes octets) { input.insert(input.end(), octets.begin(), octets.end()); }
  /// Errors are sticky, and found later.
  void receive(Time now) {
    for (;;) {
      const auto received = connection.receive(input, now);
      if (!received || received->used == 0) return;
      has_early_data = has_early_data || !received->early_data.empty();
      input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(received->used));
    }
  }
};

void talk(End& client, End& server, Time now) {
  for (bool busy = true; busy;) {
    busy = client.send_to(server);
    server.receive(now);
    busy = server.send_to(client) || busy;
    client.receive(now);
  }
}

void converse(End& client, End& server, Time now) {
  client.say_early(question, server);
  talk(client, server, now);
  if (!client.connection.handshake_done() || !server.connection.handshake_done()) return;
  if (!server.has_early_data) client.say(question, server);
  server.receive(now);
  server.say(answer, client);
  client.receive(now);
  client.connection.close();
  talk(client, server, now);
}

struct Settings {
  ClientSettings client;
  ServerSettings server;
};

Result<> add_credentials(Settings& settings, const ExplainOptions& options, Time now) {
  auto authority = ShortLivedAuthority::make(now);
  if (!authority) return fail(authority.error());
  auto trust = authority->trust();
  if (!trust) return fail(trust.error());
  settings.client.trust = *trust;
  for (const auto kind : {x509::KeyKind::ec_p256, x509::KeyKind::rsa_2048}) {
    if (kind == x509::KeyKind::rsa_2048 && !needs_rsa(settings.server.policy)) continue;
    auto credential = authority->issue(kind, std::string(host), true);
    if (!credential) return fail(credential.error());
    settings.server.credentials.push_back(std::move(*credential));
  }
  if (!options.mutual) return {};
  auto credential = authority->issue(x509::KeyKind::ec_p256, "a client", false);
  if (!credential) return fail(credential.error());
  settings.client.credentials.push_back(std::move(*credential));
  settings.server.client_authentication = ClientAuthentication::require;
  settings.server.trust = *trust;
  return {};
}

bool connects_twice(const ExplainOptions& options) { return !options.resume.empty() || options.early_data; }

// What the first connection leaves behind for the second.
Result<> add_sessions(Settings& settings, const ExplainOptions& options, Time now) {
  settings.client.session_store = std::make_shared<ClientSessionCache>();
  if (options.resume == "id") {
    settings.server.session_store = std::make_shared<SessionCache>();
  } else {
    auto keys = TicketKeys::make(now);
    if (!keys) return fail(keys.error());
    settings.server.ticket_keys = std::move(*keys);
  }
  if (!options.early_data) return {};
  auto guard = StrikeRegister::make();
  if (!guard) return fail(guard.error());
  settings.client.early_data = true;
  settings.server.replay_guard = std::move(*guard);
  settings.server.max_early_data_size = 16384;
  return {};
}

Outcome<Settings> make_settings(const ExplainOptions& options, Time now) {
  Settings settings;
  auto client = client_policy(options);
  if (!client) return std::unexpected(client.error());
  auto server = server_policy(options, *client);
  if (!server) return std::unexpected(server.error());
  settings.client.policy = *client;
  settings.server.policy = *server;
  settings.client.application_protocols = options.tls.application_protocols;
  settings.server.application_protocols = options.tls.application_protocols;
  if (auto filled = fill_compressions(options.tls, settings.client); !filled)
    return std::unexpected(filled.error());
  settings.server.certificate_compression = settings.client.certificate_compression;
  if (auto added = add_credentials(settings, options, now); !added)
    return usage_failure("certificates for the two ends", added.error());
  if (!connects_twice(options)) return settings;
  if (auto added = add_sessions(settings, options, now); !added)
    return usage_failure("sessions of the two ends", added.error());
  return settings;
}

/// The two ends, each watched by whom it may concern.
struct Ends {
  End client;
  End server;
};

Outcome<Ends> connect(const std::shared_ptr<const ClientConfig>& client_config,
                      const std::shared_ptr<const ServerConfig>& server_config, Time now,
                      inspect::Observer* of_client, inspect::Observer* of_server) {
  auto client = Connection::client(client_config, *ServerName::parse(host), now, of_client);
  if (!client) return usage_failure("a client", client.error());
  auto server = Connection::server(server_config, now, of_server);
  if (!server) return usage_failure("a server", server.error());
  Ends ends{{std::move(*client), {}}, {std::move(*server), {}}};
  converse(ends.client, ends.server, now);
  return ends;
}

}  // namespace

Outcome<Explained> explain_self(const ExplainOptions& options) {
  const Time now = system_now();
  auto settings = make_settings(options, now);
  if (!settings) return std::unexpected(settings.error());
  auto client_config = ClientConfig::make(std::move(settings->client));
  if (!client_config) return usage_failure("the client's options do not fit together", client_config.error());
  auto server_config = ServerConfig::make(std::move(settings->server));
  if (!server_config) return usage_failure("the server's options do not fit together", server_config.error());
  if (connects_twice(options)) {
    const auto first = connect(*client_config, *server_config, now, nullptr, nullptr);
    if (!first) return std::unexpected(first.error());
  }

  inspect::Recorder seen(true, stopwatch());
  inspect::Recorder chosen(false);
  const auto ends = connect(*client_config, *server_config, now, &seen, &chosen);
  if (!ends) return std::unexpected(ends.error());

  Explained explained;
  explained.what = connects_twice(options) ? "The second connection of a client and a server in memory"
                                           : "Between a client and a server in memory";
  seen.recording().choices = chosen.recording().choices;
  explained.story = inspect::explain(seen.recording());
  // Who noticed first knows why.
  const auto& error = ends->server.connection.error();
  if (error && error->code != ErrorCode::peer_alert && error->code != ErrorCode::peer_refused_certificate) {
    explained.failure = tls_failure(*error, Role::server);
  } else if (const auto& own = ends->client.connection.error()) {
    explained.failure = tls_failure(*own, Role::client, explained.story.verification);
  }
  return explained;
}

}  // namespace handfast::tool
