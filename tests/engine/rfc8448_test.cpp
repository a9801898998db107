// The real server in RFC 8448's traces: fed the client's records, with the trace's randomness and signature,
// it says the same ServerHello and derives the same handshake secrets. (The traces' EncryptedExtensions name
// FFDHE groups, which are not spoken here; from there on tests/schedule and tests/record follow the traces.)
#include <map>

#include <gtest/gtest.h>

#include "support/pair.hpp"
#include "support/vectors.hpp"

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

class Rfc8448 : public testing::TestWithParam<const char*> {};

TEST_P(Rfc8448, ServerDerivesTheTracesSecrets) {
  HANDFAST_VECTORS_OR_SKIP(traces, "rfc8448.json");
  const auto& trace = traces["traces"][GetParam()];
  const Octets server_hello = from_hex(value(trace, "server", "construct a ServerHello", "ServerHello"));
  PreparedSource random({from_hex(value(trace, "server", "create an ephemeral", "private key")),
                         to_octets(Bytes(server_hello).subspan(6, 32))});
  const auto log = std::make_shared<SecretsByLabel>();

  ServerSettings settings;
  settings.policy = policies::modern;
  settings.policy.min_rsa_bits = 1024;  // the trace's key
  settings.credentials = {*Credential::external(
      as_bytes(pem_chain(from_hex(value(trace, "server", "construct a Certificate ", "Certificate")))))};
  settings.random = &random;
  settings.key_log = log;
  std::array<std::uint8_t, 32> unused{};
  unused.fill(1);
  settings.cookie_key = unused;  // so that nothing else is drawn
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

}  // namespace
}  // namespace handfast::test
