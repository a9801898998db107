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

class WholeTrace : public testing::TestWithParam<const char*> {
 protected:
  void start(const nlohmann::json& traces) {
    trace_ = traces["traces"][GetParam()];
    const Octets hello = from_hex(value(trace_, "server", "construct a ServerHello", "ServerHello"));
    const Octets verify =
        from_hex(value(trace_, "server", "construct a CertificateVerify", "CertificateVerify"));
    random_.emplace(std::vector{from_hex(value(trace_, "server", "create an ephemeral", "private key")),
                                to_octets(Bytes(hello).subspan(6, 32)),
                                salt_of(Bytes(verify).subspan(8), traces["server_rsa_key"])});
    ServerSettings settings = settings_of(*random_, log_);
    settings.credentials = {
        *Credential::from_pem(as_bytes(certificate_of(trace_)), as_bytes(pem_key(traces["server_rsa_key"])))};
    settings.record_size_limit = 16385;
    ASSERT_TRUE(run_.start_server(make(std::move(settings)), now));
    // The trace's server also names its groups there, FFDHE among them, and the name without a certificate
    // for it.
    encrypted_extensions_ =
        from_hex(value(trace_, "server", "construct an EncryptedExtensions", "EncryptedExtensions"));
    order_ = {wire::ExtensionSlot::raw(ExtensionType::supported_groups,
                                       Bytes(encrypted_extensions_).subspan(10, 20)),
              wire::ExtensionSlot::member(ExtensionType::record_size_limit),
              wire::ExtensionSlot::raw(ExtensionType::server_name, {})};
    run_.server()->encrypted_extensions = order_;
    for (const Sent& sent : sent_by(trace_, "server")) expected_ += sent.record;
  }

  // Another of the client's records. Gives the application data in it.
  std::string take(const Sent& sent) {
    Octets record = from_hex(sent.record);
    const auto received = channel_.receive(record, channel_.handshake_done ? nullptr : &run_, now);
    EXPECT_TRUE(received) << sent.step << ": " << (received ? "" : describe(received.error()));
    return received ? to_hex(received->data) : "";
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

  nlohmann::json trace_;
  std::shared_ptr<SecretsByLabel> log_ = std::make_shared<SecretsByLabel>();
  std::optional<PreparedSource> random_;
  Octets encrypted_extensions_;
  std::array<wire::ExtensionSlot, 3> order_ = {wire::ExtensionSlot::others(), wire::ExtensionSlot::others(),
                                               wire::ExtensionSlot::others()};
  engine::Channel channel_{Role::server};
  engine::HandshakeRun run_{channel_};
  std::string said_;
  std::string expected_;
};

TEST_P(WholeTrace, IsPlayedByTheServerOctetForOctet) {
  HANDFAST_VECTORS_OR_SKIP(traces, "rfc8448.json");
  ASSERT_NO_FATAL_FAILURE(start(traces));
  for (const Sent& sent : sent_by(trace_, "client")) {
    const bool is_data = sent.step.starts_with("send application_data");
    // The ticket is the trace's, and goes first.
    if (is_data) {
      const Octets ticket =
          from_hex(value(trace_, "server", "construct a NewSessionTicket", "NewSessionTicket"));
      ASSERT_TRUE(channel_.write_handshake(ticket));
      transmit();
    }
    EXPECT_EQ(take(sent), is_data ? sent.payload : "");
    if (is_data) send(from_hex(sent.payload));
    transmit();
  }
  EXPECT_TRUE(random_->used_up());
  EXPECT_TRUE(channel_.handshake_done);
  EXPECT_TRUE(channel_.receiving.closed);
  channel_.close();
  transmit();
  EXPECT_EQ(said_, expected_);

  const auto secret = [this](const char* label) { return value(trace_, "server", label, "expanded"); };
  EXPECT_EQ(log_->secrets["CLIENT_HANDSHAKE_TRAFFIC_SECRET"], secret("tls13 c hs traffic"));
  EXPECT_EQ(log_->secrets["SERVER_HANDSHAKE_TRAFFIC_SECRET"], secret("tls13 s hs traffic"));
  EXPECT_EQ(log_->secrets["CLIENT_TRAFFIC_SECRET_0"], secret("tls13 c ap traffic"));
  EXPECT_EQ(log_->secrets["SERVER_TRAFFIC_SECRET_0"], secret("tls13 s ap traffic"));
  EXPECT_EQ(log_->secrets["EXPORTER_SECRET"], secret("tls13 exp master"));
}

INSTANTIATE_TEST_SUITE_P(Rfc8448, WholeTrace, testing::Values("simple_1rtt", "compatibility_mode"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace handfast::test
