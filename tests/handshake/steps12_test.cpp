// The nine steps of TLS 1.2, each message in every wrong form: missing, twice, out of order, cut, too long,
// with octets behind it. Whatever the form, the side that meets it ends the handshake with the alert that RFC
// 5246 §7.2.2 names [5246:7.4#1] [5246:7.4.2#1] [5246:7.4.7#1,2] [5246:7.4.8#1] [5246:7.4.9#1].
#include <gtest/gtest.h>

#include "support/message_pair.hpp"

namespace handfast::test {
namespace {

enum class Form { missing, twice, late, truncated, trailing, oversized };

struct Step {
  const char* name;
  HandshakeType type;
  bool from_server;
  bool rsa;      // key exchange
  bool mutual;   // with a client certificate
  bool stapled;  // with a CertificateStatus

  [[nodiscard]] bool ends_flight() const {
    return type == HandshakeType::finished || type == HandshakeType::server_hello_done;
  }
};
struct Case {
  Step step;
  Form form;
};

std::vector<Case> cases() {
  using enum HandshakeType;
  static constexpr std::array steps = {
      Step{"1_ClientHello", client_hello, false, true, false, false},
      Step{"2_ServerHello", server_hello, true, true, false, false},
      Step{"3_Certificate", certificate, true, true, false, false},
      Step{"3_CertificateStatus", certificate_status, true, false, false, true},
      Step{"3_ServerKeyExchange", server_key_exchange, true, false, false, false},
      Step{"3_CertificateRequest", certificate_request, true, true, true, false},
      Step{"3_ServerHelloDone", server_hello_done, true, true, false, false},
      Step{"4_ClientCertificate", certificate, false, true, true, false},
      Step{"5_ClientKeyExchangeRsa", client_key_exchange, false, true, false, false},
      Step{"5_ClientKeyExchangeEcdhe", client_key_exchange, false, false, false, false},
      Step{"5_CertificateVerify", certificate_verify, false, true, true, false},
      Step{"7_ClientFinished", finished, false, true, false, false},
      Step{"8_ServerFinished", finished, true, true, false, false},
  };
  std::vector<Case> all;
  for (const Step& step : steps)
    for (const Form form :
         {Form::missing, Form::twice, Form::late, Form::truncated, Form::trailing, Form::oversized}) {
      // The first message cannot be missing or late: nothing would happen at all.
      if (step.type == client_hello && (form == Form::missing || form == Form::late)) continue;
      // Nothing follows these in their flights; what comes behind a Finished belongs to the finished
      // connection (tests/engine/late_messages_test.cpp).
      if (step.ends_flight() && form == Form::late) continue;
      if (step.type == finished && form == Form::twice) continue;
      // A status may be left out (RFC 6066 §8), and a request is the server's choice.
      if (form == Form::missing && (step.type == certificate_status || step.type == certificate_request))
        continue;
      all.push_back({step, form});
    }
  return all;
}

std::string name(const testing::TestParamInfo<Case>& test) {
  static constexpr std::array forms = {"Missing", "Twice", "Late", "Truncated", "Trailing", "Oversized"};
  return std::string("Step") + test.param.step.name + forms[static_cast<std::size_t>(test.param.form)];
}

// Applies the form once, to the first message of the type.
class Distortion {
 public:
  Distortion(HandshakeType type, Form form) : type_(type), form_(form) {}
  bool operator()(MessageEnd::Message& message) {
    if (held_) {  // late: behind the one that should have followed
      message.octets.insert(message.octets.end(), held_->begin(), held_->end());
      held_.reset();
      return true;
    }
    if (done_ || message.type() != type_) return true;
    done_ = true;
    switch (form_) {
      case Form::missing: return false;
      case Form::twice: {
        const Octets copy = message.octets;
        message.octets.insert(message.octets.end(), copy.begin(), copy.end());
        return true;
      }
      case Form::late: held_ = message.octets; return false;
      case Form::truncated:
        if (message.octets.size() == 4) {  // an empty body is cut by claiming one octet that never comes
          message.octets = {
              message.octets[0], 0, 0, 0, static_cast<std::uint8_t>(HandshakeType::hello_request), 0};
          return true;
        }
        message.octets.pop_back();
        shrink(message.octets, -1);
        return true;
      case Form::trailing:
        message.octets.push_back(0);
        shrink(message.octets, 1);
        return true;
      case Form::oversized: message.octets[1] = 0x7f; return true;
    }
    return true;
  }

 private:
  static void shrink(Octets& octets, int by) {
    const int size = (octets[1] << 16 | octets[2] << 8 | octets[3]) + by;
    octets[1] = static_cast<std::uint8_t>(size >> 16);
    octets[2] = static_cast<std::uint8_t>(size >> 8);
    octets[3] = static_cast<std::uint8_t>(size);
  }
  HandshakeType type_;
  Form form_;
  bool done_ = false;
  std::optional<Octets> held_;
};

class NineSteps : public testing::TestWithParam<Case> {};

TEST_P(NineSteps, RefuseTheMessage) {
  const auto& [step, form] = GetParam();
  ClientSettings client = client_settings();
  client.policy = policies::classic;
  client.policy.max_version = ProtocolVersion::tls12;
  client.policy.cipher_suites = {step.rsa ? CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA
                                          : CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
  if (step.mutual) client.credentials = {rsa_credential()};
  ServerSettings server = server_settings();
  server.policy = policies::classic;
  server.credentials = {step.stapled ? rsa_credential().with_ocsp_response(as_bytes("x")) : rsa_credential()};
  if (step.mutual) {
    server.client_authentication = ClientAuthentication::require;
    server.trust = authority().trust();
  }
  MessagePair pair(client, server);
  auto distortion = std::make_shared<Distortion>(step.type, form);
  const Edit edit = [distortion](MessageEnd::Message& message) { return (*distortion)(message); };
  (step.from_server ? pair.to_client : pair.to_server) = edit;
  pair.run();
  const MessageEnd& receiver = step.from_server ? pair.client : pair.server;
  if (form == Form::missing && step.ends_flight()) {  // nothing came in its place: the other side waits
    EXPECT_FALSE(receiver.failed() || receiver.done());
    return;
  }
  ASSERT_TRUE(receiver.failed());
  const Error error = receiver.error();
  const AlertDescription alert = error.alert;
  switch (form) {
    case Form::missing:
    case Form::twice:
    case Form::late:
      // An absent status_request answer aside, order is everything. A second Finished meets the end of the
      // handshake or a change of keys.
      EXPECT_TRUE(alert == AlertDescription::unexpected_message) << describe(error);
      break;
    case Form::truncated:
      EXPECT_TRUE(
          alert == AlertDescription::decode_error ||
          (step.type == HandshakeType::server_hello_done && alert == AlertDescription::unexpected_message) ||
          // A signature or an RSA ciphertext of another length is only wrong when it is used.
          (step.type == HandshakeType::client_hello && alert == AlertDescription::decode_error))
          << describe(error);
      break;
    case Form::trailing: EXPECT_EQ(alert, AlertDescription::decode_error) << describe(error); break;
    case Form::oversized:
      EXPECT_EQ(error.code, ErrorCode::message_too_large) << describe(error);
      EXPECT_EQ(alert, AlertDescription::illegal_parameter);
      break;
  }
}
INSTANTIATE_TEST_SUITE_P(Tls12, NineSteps, testing::ValuesIn(cases()), name);

// ---- step 7 and 8: change_cipher_spec

struct ClassicPair {
  explicit ClassicPair(bool mutual = false) : pair(client(mutual), server(mutual)) {}
  static ClientSettings client(bool mutual) {
    ClientSettings settings = client_settings();
    settings.policy = policies::classic;
    settings.policy.max_version = ProtocolVersion::tls12;
    if (mutual) settings.credentials = {rsa_credential()};
    return settings;
  }
  static ServerSettings server(bool mutual) {
    ServerSettings settings = server_settings();
    settings.policy = policies::classic;
    settings.credentials = {rsa_credential()};
    if (mutual) {
      settings.client_authentication = ClientAuthentication::require;
      settings.trust = authority().trust();
    }
    return settings;
  }
  MessagePair pair;
};

TEST(ChangeCipherSpec12, MissingIsNoticed) {  // CVE-2014-0224's other half
  ClassicPair classic;
  classic.pair.drop_change_cipher_spec = true;
  classic.pair.run();
  ASSERT_TRUE(classic.pair.server.failed());
  EXPECT_EQ(classic.pair.server.error().alert, AlertDescription::unexpected_message);
}

TEST(ChangeCipherSpec12, InjectedEarlyIsRefusedEverywhere) {  // CVE-2014-0224
  for (const HandshakeType before :
       {HandshakeType::certificate, HandshakeType::client_key_exchange, HandshakeType::certificate_verify}) {
    ClassicPair classic(true);
    classic.pair.to_server = [&](MessageEnd::Message& message) {
      if (message.type() == before) classic.pair.server.deliver({handshake::Level::initial, {}});
      return true;
    };
    classic.pair.run();
    ASSERT_TRUE(classic.pair.server.failed()) << to_string(before);
    EXPECT_EQ(classic.pair.server.error().alert, AlertDescription::unexpected_message);
  }
  for (const HandshakeType before :
       {HandshakeType::server_hello, HandshakeType::certificate, HandshakeType::server_key_exchange,
        HandshakeType::certificate_request, HandshakeType::server_hello_done}) {
    ClassicPair classic(true);
    classic.pair.to_client = [&](MessageEnd::Message& message) {
      if (message.type() == before) classic.pair.client.deliver({handshake::Level::initial, {}});
      return true;
    };
    classic.pair.run();
    ASSERT_TRUE(classic.pair.client.failed()) << to_string(before);
    EXPECT_EQ(classic.pair.client.error().alert, AlertDescription::unexpected_message) << to_string(before);
  }
}

}  // namespace
}  // namespace handfast::test
