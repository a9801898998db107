// The real server in RFC 8448's traces: fed the client's records, with the trace's randomness, key and
// signature, it derives the same secrets and sends the same records, octet for octet.
#include <map>

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "crypto/hash.hpp"
#include "engine/handshake_run.hpp"
#include "message/messages.hpp"
#include "record/reader.hpp"
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

// The ServerHello that goes on, which the step of a HelloRetryRequest may precede.
Octets server_hello_of(const nlohmann::json& trace) {
  Octets last;
  for (const auto& entry : trace)
    if (entry["who"] == "server" && entry.contains("values") && entry["values"].contains("ServerHello"))
      last = from_hex(entry["values"]["ServerHello"].get<std::string>());
  EXPECT_GE(last.size(), 6U + 32U);
  return last;
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

std::string certificate_of(const nlohmann::json& trace, std::string_view who = "server") {
  return pem_chain(from_hex(value(trace, who, "construct a Certificate ", "Certificate")));
}

// What a trace's server draws at random, but for signatures.
std::vector<Octets> draws_of(const nlohmann::json& trace, const char* key_pair = "create an ephemeral") {
  return {from_hex(value(trace, "server", key_pair, "private key")),
          to_octets(Bytes(server_hello_of(trace)).subspan(6, 32))};
}

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

// The extensions of a trace's message in their order: `ours` are for the server to write, the others stand as
// they are. Views into `message`.
template <class M>
std::vector<wire::ExtensionSlot> foreign_slots(Bytes message, std::initializer_list<ExtensionType> ours) {
  std::vector<wire::ExtensionSlot> slots;
  const auto decoded = wire::decode<M>(message.subspan(4));
  EXPECT_TRUE(decoded);
  if (!decoded) return slots;
  for (const wire::RawExtension& each : decoded->extensions.received()) {
    const bool is_ours = std::find(ours.begin(), ours.end(), each.extension_type) != ours.end();
    slots.push_back(is_ours ? wire::ExtensionSlot::member(each.extension_type)
                            : wire::ExtensionSlot::raw(each.extension_type, each.extension_data));
  }
  return slots;
}

class WholeTrace : public testing::Test {
 protected:
  void start(ServerSettings settings) {
    settings.record_size_limit = 16385;
    ASSERT_TRUE(run_.start_server(make(std::move(settings)), now_));
    // The trace's server also names its groups there, FFDHE among them, and the name without a certificate
    // for it.
    encrypted_extensions_ =
        from_hex(value(trace_, "server", "construct an EncryptedExtensions", "EncryptedExtensions"));
    slots_ = foreign_slots<message::EncryptedExtensions>(
        encrypted_extensions_, {ExtensionType::record_size_limit, ExtensionType::early_data});
    run_.server()->encrypted_extensions = slots_;
    for (const Sent& sent : sent_by(trace_, "server")) expected_ += sent.record;
  }

  // Another of the client's records. Gives the application data in it.
  std::string take(const Sent& sent) {
    Octets record = from_hex(sent.record);
    const auto received = channel_.receive(record, channel_.handshake_done ? nullptr : &run_, now_);
    EXPECT_TRUE(received) << sent.step << ": " << (received ? "" : describe(received.error()));
    if (!received) return {};
    early_data_ += to_hex(received->early_data);
    return to_hex(received->data);
  }
  // The client's records to the end, without data.
  void play_handshake() {
    for (const Sent& sent : sent_by(trace_, "client")) {
      EXPECT_EQ(take(sent), "");
      if (run_.asks()) { ASSERT_NO_FATAL_FAILURE(sign()); }
      transmit();
    }
  }
  // A signature that only the trace's server could make.
  void sign() {
    ASSERT_TRUE(std::holds_alternative<SignatureQuestion>(run_.handshake()->question));
    const Octets verify =
        from_hex(value(trace_, "server", "construct a CertificateVerify", "CertificateVerify"));
    run_.handshake()->signature = to_octets(Bytes(verify).subspan(8));
    run_.handshake()->question = {};
    ASSERT_TRUE(run_.run());
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

  // The client is gone; so are we. All that was said is the trace's.
  void end() {
    finish();
    EXPECT_EQ(said_, expected_);
  }
  void finish() {
    EXPECT_TRUE(random_->used_up());
    EXPECT_TRUE(channel_.handshake_done);
    EXPECT_TRUE(channel_.receiving.closed);
    channel_.close();
    transmit();
    expect_secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "tls13 c hs traffic");
    expect_secret("SERVER_HANDSHAKE_TRAFFIC_SECRET", "tls13 s hs traffic");
    expect_secret("CLIENT_TRAFFIC_SECRET_0", "tls13 c ap traffic");
    expect_secret("SERVER_TRAFFIC_SECRET_0", "tls13 s ap traffic");
    expect_secret("EXPORTER_SECRET", "tls13 exp master");
  }
  // The messages in records of the server's flight, ServerHello first.
  [[nodiscard]] std::string messages_in(std::string_view records) const {
    constexpr std::string_view keys = "derive write traffic keys for handshake";
    record::RecordReader reader;
    Octets octets = from_hex(records);
    std::string messages;
    for (MutableBytes rest = octets; !rest.empty();) {
      const auto read = reader.read(rest);
      if (!read || read->kind != record::Record::Kind::whole) {
        ADD_FAILURE() << "a record does not open";
        break;
      }
      messages += to_hex(read->content);
      rest = rest.subspan(read->size);
      if (reader.key() == nullptr)
        reader.install(record::RecordKey::tls13(crypto::AeadAlgorithm::aes_128_gcm,
                                                from_hex(value(trace_, "server", keys, "key expanded")),
                                                from_hex(value(trace_, "server", keys, "iv expanded"))));
    }
    return messages;
  }
  void expect_secret(const char* name, const char* label, const char* who = "server") {
    EXPECT_EQ(log_->secrets[name], value(trace_, who, label, "expanded")) << name;
  }

  nlohmann::json trace_;
  std::shared_ptr<SecretsByLabel> log_ = std::make_shared<SecretsByLabel>();
  std::optional<PreparedSource> random_;
  Octets encrypted_extensions_;
  std::vector<wire::ExtensionSlot> slots_;
  Time now_ = now;
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
  std::vector<Octets> prepared = draws_of(trace_);
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

// ---- hello_retry_request: P-256 is asked for, under a cookie that the trace's server made

TEST_F(WholeTrace, HelloRetryRequestIsPlayedByTheServerOctetForOctet) {
  HANDFAST_VECTORS_OR_SKIP(traces, "rfc8448.json");
  trace_ = traces["traces"]["hello_retry_request"];
  const Octets verify =
      from_hex(value(trace_, "server", "construct a CertificateVerify", "CertificateVerify"));
  std::vector<Octets> prepared = draws_of(trace_, "create an ephemeral P-256");
  prepared.push_back(salt_of(Bytes(verify).subspan(8), traces["server_rsa_key"]));
  random_.emplace(std::move(prepared));
  ServerSettings settings = settings_of(*random_, log_);
  settings.policy.groups = {NamedGroup::secp256r1};
  settings.tickets = 0;
  settings.credentials = {
      *Credential::from_pem(as_bytes(certificate_of(trace_)), as_bytes(pem_key(traces["server_rsa_key"])))};
  ASSERT_NO_FATAL_FAILURE(start(std::move(settings)));

  const Octets request = from_hex(value(trace_, "server", "construct a ServerHello", "ServerHello"));
  const auto retry = wire::decode<message::HelloRetryRequest>(Bytes(request).subspan(4));
  ASSERT_TRUE(retry && retry->extensions.cookie);
  run_.server()->retry_cookie = retry->extensions.cookie->cookie;
  play_handshake();
  EXPECT_FALSE(run_.asks());
  const auto summary = run_.take_summary();
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->hello_retry);
  EXPECT_EQ(summary->group, NamedGroup::secp256r1);
  end();
}

// ---- client_auth: both ends show certificates, and the server's list of schemes is longer than ours

// The server's ECDSA key is not told, so that its signature is asked for; what stands before it goes out at
// once, in a record of its own. All messages are the trace's, and the records around that flight.
TEST_F(WholeTrace, ClientAuthenticationIsPlayedByTheServerMessageForMessage) {
  HANDFAST_VECTORS_OR_SKIP(traces, "rfc8448.json");
  trace_ = traces["traces"]["client_auth"];
  now_ = Time{std::chrono::sys_days{std::chrono::year{2018} / 9 / 20}};  // when the certificates are valid
  random_.emplace(draws_of(trace_));
  ServerSettings settings = settings_of(*random_, log_);
  settings.tickets = 0;
  settings.credentials = {*Credential::external(as_bytes(certificate_of(trace_)))};
  settings.client_authentication = ClientAuthentication::require;
  settings.policy.signature_schemes.add(SignatureScheme::rsa_pkcs1_sha256);  // signs the client's certificate
  settings.trust = *TrustStore::from_pem(as_bytes(certificate_of(trace_, "client")));
  settings.send_certificate_authorities = false;
  ASSERT_NO_FATAL_FAILURE(start(std::move(settings)));

  const Octets request =
      from_hex(value(trace_, "server", "construct a CertificateRequest", "CertificateRequest"));
  const auto slots = foreign_slots<message::CertificateRequest>(request, {});
  run_.server()->certificate_request = slots;
  play_handshake();
  const auto summary = run_.take_summary();
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->peer_verified);
  EXPECT_EQ(summary->client_signature, SignatureScheme::rsa_pss_rsae_sha256);
  finish();
  const std::vector<Sent> records = sent_by(trace_, "server");
  const std::string last = records.back().record;
  ASSERT_TRUE(said_.starts_with(records.front().record) && said_.ends_with(last));
  EXPECT_EQ(messages_in(said_.substr(0, said_.size() - last.size())),
            records.front().payload + records[1].payload);
}

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
  random_.emplace(draws_of(trace_));
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
