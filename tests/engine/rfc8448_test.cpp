// The real server in RFC 8448's traces: fed the client's records, with the trace's randomness, key and
// signature, it derives the same secrets and sends the same records, octet for octet.
#include <map>

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "crypto/hash.hpp"
#include "engine/handshake_run.hpp"
#include "support/pair.hpp"
#include "support/vectors.hpp"
#include "x509/der_writer.hpp"

namespace handfast::test {
namespace {

// Gives prepared octets in the order they are asked for.
class PreparedSource final : public RandomSource {
 public:
  explicit PreparedSource(std::vector<Octets> prepared) : prepared_(std::move(prepared)) {}
  Result<> fill(MutableBytes output) noexcept override {
    // What comes behind the prepared draws (signing needs none here) is zeros.
    if (next_ < prepared_.size() && prepared_[next_].size() == output.size()) {
      copy(prepared_[next_++], output);
    } else {
      std::fill(output.begin(), output.end(), std::uint8_t{0});
    }
    return {};
  }
  [[nodiscard]] bool used_up() const { return next_ == prepared_.size(); }

 private:
  std::vector<Octets> prepared_;
  std::size_t next_ = 0;
};

class SecretsByLabel final : public KeyLog {
 public:
  void write(std::string_view label, Bytes /*client_random*/, Bytes secret) noexcept override {
    secrets[std::string(label)] = to_hex(secret);
  }
  std::map<std::string, std::string> secrets;
};

// The value of the first step whose text holds `step`, told by `who`.
std::string value(const nlohmann::json& trace, std::string_view who, std::string_view step,
                  const char* name) {
  for (const auto& entry : trace)
    if (entry["who"] == who && entry["step"].get<std::string>().find(step) != std::string::npos &&
        entry.contains("values") && entry["values"].contains(name))
      return entry["values"][name];
  ADD_FAILURE() << "the trace has no " << step << " / " << name;
  return {};
}

std::string pem_chain(Bytes certificate_message) {
  // context, list length, then one certificate with an empty extension block.
  const std::size_t size = static_cast<std::size_t>(certificate_message[8]) << 16 |
                           static_cast<std::size_t>(certificate_message[9]) << 8 | certificate_message[10];
  return x509::to_pem("CERTIFICATE", certificate_message.subspan(11, size));
}

// The settings of a trace's server, whose key has 1024 bits. Its certificate is the trace's; its key is to be
// added.
ServerSettings settings_of(RandomSource& random, std::shared_ptr<KeyLog> log) {
  ServerSettings settings;
  settings.policy = policies::modern;
  settings.policy.min_rsa_bits = 1024;
  settings.random = &random;
  settings.key_log = std::move(log);
  settings.cookie_key.fill(1);  // so that nothing else is drawn
  return settings;
}

std::string certificate_of(const nlohmann::json& trace) {
  return pem_chain(from_hex(value(trace, "server", "construct a Certificate ", "Certificate")));
}

class Rfc8448 : public testing::TestWithParam<const char*> {};

TEST_P(Rfc8448, ServerDerivesTheTracesSecrets) {
  HANDFAST_VECTORS_OR_SKIP(traces, "rfc8448.json");
  const auto& trace = traces["traces"][GetParam()];
  const Octets server_hello = from_hex(value(trace, "server", "construct a ServerHello", "ServerHello"));
  PreparedSource random({from_hex(value(trace, "server", "create an ephemeral", "private key")),
                         to_octets(Bytes(server_hello).subspan(6, 32))});
  const auto log = std::make_shared<SecretsByLabel>();

  ServerSettings settings = settings_of(random, log);
  settings.credentials = {*Credential::external(as_bytes(certificate_of(trace)))};
  End server(*Connection::server(make(std::move(settings)), now));

  server.deliver(from_hex(value(trace, "client", "send handshake record", "complete record")));
  ASSERT_TRUE(std::holds_alternative<SignatureQuestion>(server.connection.pending())) << failure(server);
  EXPECT_TRUE(random.used_up());
  EXPECT_EQ(log->secrets["CLIENT_HANDSHAKE_TRAFFIC_SECRET"],
            value(trace, "server", "tls13 c hs traffic", "expanded"));
  EXPECT_EQ(log->secrets["SERVER_HANDSHAKE_TRAFFIC_SECRET"],
            value(trace, "server", "tls13 s hs traffic", "expanded"));
  const Octets verify =
      from_hex(value(trace, "server", "construct a CertificateVerify", "CertificateVerify"));
  ASSERT_TRUE(server.connection.answer_signature(Bytes(verify).subspan(8), now));
  const Octets flight = server.transmit();
  const std::string record = value(trace, "server", "send handshake record", "complete record");
  EXPECT_EQ(to_hex(Bytes(flight).first(record.size() / 2)), record) << "the ServerHello's record";
}

INSTANTIATE_TEST_SUITE_P(Traces, Rfc8448, testing::Values("simple_1rtt", "client_auth", "compatibility_mode"),
                         [](const auto& test) { return std::string(test.param); });

// ---- to the last octet

// The server's key as PKCS #1 (RFC 8017 §A.1.2).
std::string pem_key(const nlohmann::json& numbers) {
  namespace der = x509::der;
  Octets contents = der::integer(0);
  for (const char* name : {"modulus", "public exponent", "private exponent", "prime1", "prime2", "exponent1",
                           "exponent2", "coefficient"}) {
    const Octets number = der::integer(from_hex(numbers.at(name).get<std::string>()));
    contents.insert(contents.end(), number.begin(), number.end());
  }
  return x509::to_pem("RSA PRIVATE KEY", der::sequence({contents}));
}

// The salt inside a signature (RFC 8017 §9.1.2): with it, signing again gives the same signature.
Octets salt_of(Bytes signature, const nlohmann::json& numbers) {
  const auto number = [](Bytes octets) {
    return std::unique_ptr<BIGNUM, decltype(&BN_free)>(
        BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr), BN_free);
  };
  const auto base = number(signature);
  const auto exponent = number(from_hex(numbers.at("public exponent").get<std::string>()));
  const auto modulus = number(from_hex(numbers.at("modulus").get<std::string>()));
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
  BN_mod_exp(base.get(), base.get(), exponent.get(), modulus.get(), context.get());
  Octets encoded(signature.size());
  BN_bn2binpad(base.get(), encoded.data(), static_cast<int>(encoded.size()));

  constexpr std::size_t hash_size = 32;
  const std::size_t masked = encoded.size() - hash_size - 1;
  const Bytes seed = Bytes(encoded).subspan(masked, hash_size);
  Octets salt(encoded.begin() + static_cast<std::ptrdiff_t>(masked - hash_size),
              encoded.begin() + static_cast<std::ptrdiff_t>(masked));
  for (std::size_t i = 0; i < hash_size; ++i) {
    const std::size_t at = masked - hash_size + i;
    const std::array<std::uint8_t, 4> counter = {0, 0, 0, static_cast<std::uint8_t>(at / hash_size)};
    salt[i] ^= crypto::hash(crypto::HashAlgorithm::sha256, {seed, counter}).octets[at % hash_size];
  }
  return salt;
}

struct Sent {
  std::string record;
  std::string payload;
  std::string step;
};
std::vector<Sent> sent_by(const nlohmann::json& trace, std::string_view who) {
  std::vector<Sent> records;
  for (const auto& entry : trace)
    if (entry["who"] == who && entry.contains("values") && entry["values"].contains("complete record"))
      records.push_back({entry["values"]["complete record"], entry["values"]["payload"], entry["step"]});
  return records;
}

class WholeTrace : public testing::Test {
 protected:
  // What a trace's server draws at random, but for signatures.
  [[nodiscard]] std::vector<Octets> draws() const {
    const Octets hello = from_hex(value(trace_, "server", "construct a ServerHello", "ServerHello"));
    return {from_hex(value(trace_, "server", "create an ephemeral", "private key")),
            to_octets(Bytes(hello).subspan(6, 32))};
  }
  void start(ServerSettings settings) {
    settings.record_size_limit = 16385;
    ASSERT_TRUE(run_.start_server(make(std::move(settings)), now));
    // The trace's server also names its groups there, FFDHE among them, and the name without a certificate
    // for it.
    encrypted_extensions_ =
        from_hex(value(trace_, "server", "construct an EncryptedExtensions", "EncryptedExtensions"));
    order_ = {wire::ExtensionSlot::raw(ExtensionType::supported_groups,
                                       Bytes(encrypted_extensions_).subspan(10, 20)),
              wire::ExtensionSlot::member(ExtensionType::record_size_limit),
              wire::ExtensionSlot::raw(ExtensionType::server_name, {}), wire::ExtensionSlot::others()};
    run_.server()->encrypted_extensions = order_;
    for (const Sent& sent : sent_by(trace_, "server")) expected_ += sent.record;
  }

  // Another of the client's records. Gives the application data in it.
  std::string take(const Sent& sent) {
    Octets record = from_hex(sent.record);
    const auto received = channel_.receive(record, channel_.handshake_done ? nullptr : &run_, now);
    EXPECT_TRUE(received) << sent.step << ": " << (received ? "" : describe(received.error()));
    if (!received) return {};
    early_data_ += to_hex(received->early_data);
    return to_hex(received->data);
  }
  // Everything that the server has to say now.
  void transmit() {
    Octets output(4096);
    const std::size_t count = channel_.transmit(output);
    said_ += to_hex(Bytes(output).first(count));
  }
  void send(Bytes data) {
    Octets output(4096);
    const auto sent = channel_.send(data, output);
    ASSERT_TRUE(sent);
    said_ += to_hex(Bytes(output).first(sent->written));
  }

  // The client is gone; so are we.
  void end() {
    EXPECT_TRUE(random_->used_up());
    EXPECT_TRUE(channel_.handshake_done);
    EXPECT_TRUE(channel_.receiving.closed);
    channel_.close();
    transmit();
    EXPECT_EQ(said_, expected_);
    expect_secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "tls13 c hs traffic");
    expect_secret("SERVER_HANDSHAKE_TRAFFIC_SECRET", "tls13 s hs traffic");
    expect_secret("CLIENT_TRAFFIC_SECRET_0", "tls13 c ap traffic");
    expect_secret("SERVER_TRAFFIC_SECRET_0", "tls13 s ap traffic");
    expect_secret("EXPORTER_SECRET", "tls13 exp master");
  }
  void expect_secret(const char* name, const char* label, const char* who = "server") {
    EXPECT_EQ(log_->secrets[name], value(trace_, who, label, "expanded")) << name;
  }

  nlohmann::json trace_;
  std::shared_ptr<SecretsByLabel> log_ = std::make_shared<SecretsByLabel>();
  std::optional<PreparedSource> random_;
  Octets encrypted_extensions_;
  std::array<wire::ExtensionSlot, 4> order_ = {wire::ExtensionSlot::others(), wire::ExtensionSlot::others(),
                                               wire::ExtensionSlot::others(), wire::ExtensionSlot::others()};
  engine::Channel channel_{Role::server};
  engine::HandshakeRun run_{channel_};
  std::string said_;
  std::string expected_;
  std::string early_data_;
};

class FullHandshake : public WholeTrace, public testing::WithParamInterface<const char*> {};

TEST_P(FullHandshake, IsPlayedByTheServerOctetForOctet) {
  HANDFAST_VECTORS_OR_SKIP(traces, "rfc8448.json");
  trace_ = traces["traces"][GetParam()];
  const nlohmann::json& key = traces["server_rsa_key"];
  const Octets verify =
      from_hex(value(trace_, "server", "construct a CertificateVerify", "CertificateVerify"));
  std::vector<Octets> prepared = draws();
  prepared.push_back(salt_of(Bytes(verify).subspan(8), key));
  random_.emplace(std::move(prepared));
  ServerSettings settings = settings_of(*random_, log_);
  settings.credentials = {*Credential::from_pem(as_bytes(certificate_of(trace_)), as_bytes(pem_key(key)))};
  ASSERT_NO_FATAL_FAILURE(start(std::move(settings)));
  for (const Sent& sent : sent_by(trace_, "client")) {
    const bool is_data = sent.step.starts_with("send application_data");
    // The ticket is the trace's, and goes first.
    if (is_data) {
      const Octets ticket =
          from_hex(value(trace_, "server", "construct a NewSessionTicket", "NewSessionTicket"));
      Octets& outgoing = channel_.open_messages();
      outgoing.insert(outgoing.end(), ticket.begin(), ticket.end());
      ASSERT_TRUE(channel_.seal_messages());
      transmit();
    }
    EXPECT_EQ(take(sent), is_data ? sent.payload : "");
    if (is_data) send(from_hex(sent.payload));
    transmit();
  }
  end();
}

INSTANTIATE_TEST_SUITE_P(Rfc8448, FullHandshake, testing::Values("simple_1rtt", "compatibility_mode"),
                         [](const auto& test) { return std::string(test.param); });

// ---- resumed_0rtt: the ticket of simple_1rtt and six octets of early data

// Knows one ticket, under the trace's name for it.
class OneTicket final : public SessionStore {
 public:
  OneTicket(Octets ticket, Session session) : ticket_(std::move(ticket)), session_(std::move(session)) {}
  Reply<std::optional<Session>> find(Bytes id, Time /*now*/) override {
    return equal(id, ticket_) ? std::optional(session_.clone()) : std::nullopt;
  }
  void put(Bytes /*id*/, const Session& /*session*/, Time /*now*/) override {}
  void remove(Bytes /*id*/) override {}

 private:
  Octets ticket_;
  Session session_;
};

TEST_F(WholeTrace, ResumedWithEarlyDataIsPlayedByTheServerOctetForOctet) {
  HANDFAST_VECTORS_OR_SKIP(traces, "rfc8448.json");
  const nlohmann::json& before = traces["traces"]["simple_1rtt"];
  trace_ = traces["traces"]["resumed_0rtt"];
  random_.emplace(draws());
  const auto guard = *StrikeRegister::make();

  // NewSessionTicket: its head, lifetime, age_add, nonce, ticket, extensions (RFC 8446 §4.6.1).
  const Octets message =
      from_hex(value(before, "server", "construct a NewSessionTicket", "NewSessionTicket"));
  const auto number = [&message](std::size_t at, std::size_t octets) {
    std::uint32_t whole = 0;
    for (std::size_t i = 0; i < octets; ++i) whole = whole << 8 | message.at(at + i);
    return whole;
  };
  constexpr std::size_t ticket_at = 4 + 4 + 4 + 3 + 2;
  const std::size_t size = number(ticket_at - 2, 2);
  Session session;
  session.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  session.secret = Secret<48>(from_hex(value(before, "server", "generate resumption secret", "expanded")));
  session.server_name = "server";
  session.lifetime = std::chrono::seconds(number(4, 4));
  session.age_add = number(8, 4);
  session.max_early_data_size = number(message.size() - 4, 4);
  session.register_id = guard->register_id();
  session.issued = session.authenticated = now - std::chrono::milliseconds(6);

  ServerSettings settings = settings_of(*random_, log_);
  settings.credentials = {
      *Credential::from_pem(as_bytes(certificate_of(before)), as_bytes(pem_key(traces["server_rsa_key"])))};
  settings.session_store =
      std::make_shared<OneTicket>(to_octets(Bytes(message).subspan(ticket_at, size)), std::move(session));
  settings.tickets = 0;
  settings.replay_guard = guard;
  settings.max_early_data_size = 1024;
  ASSERT_NO_FATAL_FAILURE(start(std::move(settings)));

  for (const Sent& sent : sent_by(trace_, "client")) {
    const bool is_data = channel_.handshake_done && sent.step.starts_with("send application_data");
    EXPECT_EQ(take(sent), is_data ? sent.payload : "");
    if (is_data) send(from_hex(sent.payload));
    transmit();
  }
  EXPECT_EQ(early_data_, to_hex(as_bytes("ABCDEF")));
  expect_secret("CLIENT_EARLY_TRAFFIC_SECRET", "tls13 c e traffic", "client");
  end();
}

}  // namespace
}  // namespace handfast::test
