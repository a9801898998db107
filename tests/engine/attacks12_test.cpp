// The attacks on TLS 1.2 that have names: each is played against a whole connection and comes to nothing.
#include <memory>

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "config/credential_contents.hpp"
#include "crypto/fake_random.hpp"
#include "support/forger.hpp"
#include "support/message_pair.hpp"

namespace handfast::test {
namespace {

using message::ClientHello;
using message::ServerHello;
using message::ServerKeyExchange;

ClientSettings classic_client(CipherSuite suite) {
  ClientSettings settings = client_settings();
  settings.policy = policies::classic;
  settings.policy.max_version = ProtocolVersion::tls12;
  settings.policy.cipher_suites = {suite};
  return settings;
}
ServerSettings classic_server() {
  ServerSettings settings = server_settings();
  settings.policy = policies::classic;
  settings.credentials = {rsa_credential()};
  return settings;
}
Octets record(ContentType type, Bytes content) {
  Octets octets = {static_cast<std::uint8_t>(type), 3, 3, static_cast<std::uint8_t>(content.size() >> 8),
                   static_cast<std::uint8_t>(content.size())};
  octets.insert(octets.end(), content.begin(), content.end());
  return octets;
}

// ---- Bleichenbacher (1998), ROBOT (2017): the server as an oracle for PKCS #1 padding

class Bleichenbacher : public testing::Test {
 protected:
  using Spoil = std::function<void(Octets&)>;

  // The public operation on a block, without any padding of its own.
  static Octets encrypt(const Octets& block) {
    const crypto::PublicKey& key = rsa_credential().contents().public_key;
    const auto number = [](Bytes octets) {
      return std::unique_ptr<BIGNUM, decltype(&BN_free)>(
          BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr), BN_free);
    };
    const auto n = number(key.modulus());
    const auto e = number(key.exponent());
    const auto m = number(block);
    const auto c = number({});
    const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
    EXPECT_EQ(BN_mod_exp(c.get(), m.get(), e.get(), n.get(), context.get()), 1);
    Octets out(size);
    EXPECT_EQ(BN_bn2binpad(c.get(), out.data(), size), size);
    return out;
  }
  // 0, 2, padding, 0, version, random: what a client that does not know the right secret would send.
  static Octets well_formed() {
    Octets block(size, 0x77);
    block[0] = 0;
    block[1] = 2;
    block[size - 49] = 0;
    block[size - 48] = 3;
    block[size - 47] = 3;
    return block;
  }

  // Everything that the server says to this ciphertext, step by step, each in front of a mark.
  static Octets answers(const Octets& ciphertext, bool shortened) {
    Pair pair = test::pair(classic_client(CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256), classic_server());
    pair.server.deliver(pair.client.transmit());
    pair.client.deliver(pair.server.transmit());
    const Octets genuine = pair.client.transmit();
    const std::size_t key_exchange_end = 5U + (static_cast<std::size_t>(genuine[3]) << 8 | genuine[4]);
    Octets message = {16, 0, 0, 0, 0, 0};
    message.insert(message.end(), ciphertext.begin(), ciphertext.end());
    const std::size_t length = ciphertext.size();
    message[2] = static_cast<std::uint8_t>((length + 2) >> 8);
    message[3] = static_cast<std::uint8_t>(length + 2);
    message[4] = static_cast<std::uint8_t>(length >> 8);
    message[5] = static_cast<std::uint8_t>(length);
    Octets seen;
    const auto step = [&](const Octets& octets) {
      pair.server.deliver(octets);
      const Octets said = pair.server.transmit();
      seen.insert(seen.end(), said.begin(), said.end());
      seen.push_back(0xff);
    };
    step(record(ContentType::handshake, message));
    if (shortened) return seen;
    // change_cipher_spec and Finished as the client has them: under another secret.
    step(Octets(genuine.begin() + static_cast<std::ptrdiff_t>(key_exchange_end), genuine.end()));
    EXPECT_TRUE(pair.server.error);
    seen.push_back(static_cast<std::uint8_t>(pair.server.error ? pair.server.error->code : ErrorCode{}));
    return seen;
  }

  static constexpr int size = 256;
};

TEST_F(Bleichenbacher, RobotGetsOneAnswerToAllVariants) {  // [5246:7.4.7.1#2,3,4]
  const std::vector<std::pair<std::string, Spoil>> variants = {
      {"well formed", [](Octets&) {}},
      {"wrong version", [](Octets& m) { m[size - 47] = 2; }},
      {"wrong first octet", [](Octets& m) { m[0] = 0x41; }},
      {"block type 1", [](Octets& m) { m[1] = 1; }},
      {"no delimiter", [](Octets& m) { m[size - 49] = 0x77; }},
      {"delimiter too early", [](Octets& m) { m[size - 50] = 0; }},
      {"delimiter in the first padding", [](Octets& m) { m[3] = 0; }},
      {"delimiter too late",
       [](Octets& m) {
         m[size - 49] = 0x77;
         m[size - 20] = 0;
       }},
      {"delimiter at the end",
       [](Octets& m) {
         m[size - 49] = 0x77;
         m[size - 1] = 0;
       }},
      {"nothing but zeros", [](Octets& m) { std::ranges::fill(m, std::uint8_t{0}); }},
      {"a signature's padding", [](Octets& m) { std::fill_n(m.begin() + 1, 100, std::uint8_t{0xff}); }},
  };
  for (const bool shortened : {false, true}) {
    const Octets expected = answers(encrypt(well_formed()), shortened);
    for (const auto& [name, spoil] : variants) {
      Octets block = well_formed();
      spoil(block);
      EXPECT_EQ(answers(encrypt(block), shortened), expected) << name << shortened;
    }
    // Of other lengths, and beyond the modulus.
    for (const Octets& other : {Octets(), Octets(size - 1, 0x5a), Octets(size + 1, 0x5a), Octets(size, 0xff)})
      EXPECT_EQ(answers(other, shortened), expected) << other.size() << shortened;
  }
}

// ---- FREAK, Logjam (2015): other parameters than those that were agreed on

// [5246:A.5#1,2] [8446:D.5#1,2] [8446:4.1.3#5]
TEST(Freak, SuitesOfExportGradeAreNeitherOfferedNorTaken) {
  for (const std::uint16_t weak :
       std::initializer_list<std::uint16_t>{0x0003, 0x0008, 0x0014, 0x0011, 0x0005, 0x000a, 0x0000, 0x0002}) {
    MessagePair pair(classic_client(CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA), classic_server());
    pair.to_client = edit_message<ServerHello>(
        [weak](ServerHello& hello) { hello.cipher_suite = static_cast<CipherSuite>(weak); });
    pair.run();
    EXPECT_EQ(pair.client.error().code, ErrorCode::illegal_value) << weak;
    EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter) << weak;
  }
}

// The client took a temporary RSA key of 512 bits though it had asked for plain RSA.
TEST(Freak, ServerKeyExchangeDoesNotBelongToRsaKeyTransport) {
  MessagePair pair(classic_client(CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA), classic_server());
  pair.to_client = [](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::server_hello_done) {
      Octets exchange = {12, 0, 0, 4, 0, 64, 0, 3};
      exchange.insert(exchange.end(), message.octets.begin(), message.octets.end());
      message.octets = exchange;
    }
    return true;
  };
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message);
}

// [8422:2.1#2] [5246:7.4.3#2,4]
class Logjam
    : public testing::TestWithParam<std::pair<std::string, std::function<void(ServerKeyExchange&)>>> {};
TEST_P(Logjam, ParametersThatWereSwappedAreRefused) {
  MessagePair pair(classic_client(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), classic_server());
  pair.to_client = edit_message<ServerKeyExchange>(GetParam().second);
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  const AlertDescription alert = pair.client.error().alert;
  EXPECT_TRUE(alert == AlertDescription::illegal_parameter || alert == AlertDescription::decrypt_error)
      << describe(pair.client.error());
}
const Octets& other_share() {
  static const Octets octets(32, 9);
  return octets;
}
INSTANTIATE_TEST_SUITE_P(
    Tls12, Logjam,
    testing::Values(
        std::pair{
            "AGroupThatWasNotOffered",
            [](ServerKeyExchange& m) { m.params.curve_params.namedcurve = static_cast<NamedGroup>(1); }},
        std::pair{"AnotherGroup",
                  [](ServerKeyExchange& m) { m.params.curve_params.namedcurve = NamedGroup::secp256r1; }},
        std::pair{
            "AHybrid",
            [](ServerKeyExchange& m) { m.params.curve_params.namedcurve = NamedGroup::X25519MLKEM768; }},
        std::pair{"AnotherShare", [](ServerKeyExchange& m) { m.params.public_ = other_share(); }},
        std::pair{
            "AWeakHash",
            [](ServerKeyExchange& m) { m.signed_params.algorithm = static_cast<SignatureScheme>(0x0101); }},
        std::pair{"Sha1",
                  [](ServerKeyExchange& m) { m.signed_params.algorithm = SignatureScheme::rsa_pkcs1_sha1; }},
        std::pair{"NoSignature", [](ServerKeyExchange& m) { m.signed_params.signature = Bytes(); }}),
    [](const auto& test) { return test.param.first; });

// Parameters and signature of another connection: the signature covers both randoms.
TEST(LogjamReplay, ParametersOfAnotherConnectionAreRefused) {
  Octets earlier;
  for (const bool replay : {false, true}) {
    MessagePair pair(classic_client(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), classic_server());
    pair.to_client = [&](MessageEnd::Message& message) {
      if (message.type() != HandshakeType::server_key_exchange) return true;
      if (replay) message.octets = earlier;
      earlier = message.octets;
      return true;
    };
    pair.run();
    EXPECT_EQ(pair.client.done(), !replay);
    if (replay) { EXPECT_EQ(pair.client.error().code, ErrorCode::bad_signature); }
  }
}

// The weaker of two suites that were offered both: each side's Finished knows what the ClientHello was.
TEST(CipherSuiteRollback, IsNoticedInTheFinished) {
  ClientSettings client = classic_client(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384);
  client.policy.cipher_suites.add(CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA);
  MessagePair pair(client, classic_server());
  static const std::array<CipherSuite, 1> weak = {CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA};
  pair.to_server = edit_message<ClientHello>([](ClientHello& hello) { hello.cipher_suites = weak; });
  pair.run();
  EXPECT_FALSE(pair.client.done() || pair.server.done());
  EXPECT_EQ(pair.server.error().code, ErrorCode::bad_finished);
}

// ---- triple handshake (2014)

/// The master secret that a client gets who draws always the same, from a server who draws always the same
/// and shows `credential`.
Octets master_secret_of(const Credential& credential, bool extended) {
  crypto::test::SeededRandom same_client("client");
  crypto::test::ConstantRandom same_server(7);
  const auto log = std::make_shared<SecretLog>();
  ClientSettings client = classic_client(CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256);
  client.random = &same_client;
  client.key_log = log;
  ServerSettings server = classic_server();
  server.credentials = {credential};
  server.random = &same_server;
  MessagePair pair(client, server);
  if (!extended)
    pair.to_client = edit_message<ServerHello>(
        [](ServerHello& hello) { hello.extensions.extended_master_secret.reset(); });
  pair.run();
  return log->secrets["CLIENT_RANDOM"];
}

// A man in the middle gives two connections the same randoms and the same pre-master secret. Their
// certificates differ, and with RFC 7627 so do their master secrets.
TEST(TripleHandshake, MasterSecretsOfTwoConnectionsAreNeverTheSame) {  // [7627:5.1#1] [7627:5.2#1,2,4]
  x509::CertificateTemplate content = Authority::leaf_template();
  content.key_usage = x509::KeyUsage::digital_signature | x509::KeyUsage::key_encipherment;
  const Credential attacker = authority().credential(x509::KeyKind::rsa_2048, content);
  ASSERT_FALSE(master_secret_of(attacker, false).empty());
  EXPECT_EQ(master_secret_of(attacker, false), master_secret_of(rsa_credential(), false))
      << "this is the attack";
  EXPECT_EQ(master_secret_of(attacker, true), master_secret_of(attacker, true));
  EXPECT_NE(master_secret_of(attacker, true), master_secret_of(rsa_credential(), true));
}

TEST(TripleHandshake, TheDefaultPolicyInsistsOnExtendedMasterSecret) {
  for (const bool lies_to_client : {true, false}) {
    ClientSettings client = client_settings();
    client.policy.max_version = ProtocolVersion::tls12;
    MessagePair pair(client, server_settings());
    if (lies_to_client) {
      pair.to_client = edit_message<ServerHello>(
          [](ServerHello& hello) { hello.extensions.extended_master_secret.reset(); });
    } else {
      pair.to_server = edit_message<ClientHello>(
          [](ClientHello& hello) { hello.extensions.extended_master_secret.reset(); });
    }
    pair.run();
    const MessageEnd& victim = lies_to_client ? pair.client : pair.server;
    EXPECT_EQ(victim.error().code, ErrorCode::missing_extension);
    EXPECT_EQ(victim.error().alert, AlertDescription::handshake_failure);
  }
}

// ---- SKIP (2015): a message left out makes a state machine do without what it stood for

// Every choice of messages of one flight is left out; no handshake ends well.
TEST(Skip, NoChoiceOfMessagesCanBeLeftOut) {
  for (const bool from_server : {true, false}) {
    const unsigned messages = from_server ? 6 : 4;
    for (unsigned left_out = 1; left_out < 1U << messages; ++left_out) {
      ClientSettings client = classic_client(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
      client.credentials = {rsa_credential()};
      ServerSettings server = classic_server();
      server.credentials = {rsa_credential().with_ocsp_response(as_bytes("x"))};
      server.client_authentication = ClientAuthentication::require;
      server.trust = authority().trust();
      MessagePair pair(client, server);
      unsigned number = 0;
      (from_server ? pair.to_client : pair.to_server) = [&](MessageEnd::Message& message) {
        if (message.type() == HandshakeType::client_hello) return true;
        return number >= messages || (left_out >> number++ & 1) == 0;
      };
      pair.run();
      EXPECT_FALSE(from_server ? pair.client.done() : pair.server.done()) << from_server << ' ' << left_out;
    }
  }
}

// SKIP-TLS: the server's Finished right behind its Certificate, in the clear.
TEST(Skip, AnEarlyFinishedIsRefused) {
  for (const HandshakeType behind : {HandshakeType::server_hello, HandshakeType::certificate,
                                     HandshakeType::server_key_exchange, HandshakeType::server_hello_done}) {
    MessagePair pair(classic_client(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), classic_server());
    pair.to_client = [&](MessageEnd::Message& message) {
      if (message.type() != behind) return true;
      message.octets.insert(message.octets.end(), {20, 0, 0, 12});
      message.octets.insert(message.octets.end(), 12, 0);
      return true;
    };
    pair.run();
    EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message) << to_string(behind);
  }
}

// ---- floods

TEST(EmptyRecordFlood, IsEndedInBothVersionsOnBothSides) {
  for (const auto version : {ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    for (const Role victim : {Role::client, Role::server}) {
      Forger forger(version, victim);
      for (int i = 0; i < 1000 && !forger.victim().error; ++i)
        forger.say(ContentType::application_data, Bytes());
      ASSERT_TRUE(forger.victim().error);
      EXPECT_EQ(forger.victim().error->code, ErrorCode::too_many_empty_records);
    }
  }
}

TEST(WarningAlertFlood, IsEndedInBothVersionsOnBothSides) {
  static constexpr std::array<std::uint8_t, 2> user_canceled = {1, 90};
  static constexpr std::array<std::uint8_t, 2> no_renegotiation = {1, 100};
  for (const auto version : {ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    for (const Role victim : {Role::client, Role::server}) {
      for (const Bytes warning : {Bytes(user_canceled), Bytes(no_renegotiation)}) {
        if (version == ProtocolVersion::tls13 && warning[1] == 100) continue;  // it has no such warning
        Forger forger(version, victim);
        forger.say(ContentType::alert, warning);
        EXPECT_FALSE(forger.victim().error) << failure(forger.victim());
        for (int i = 0; i < 100 && !forger.victim().error; ++i) forger.say(ContentType::alert, warning);
        ASSERT_TRUE(forger.victim().error);
        EXPECT_EQ(forger.victim().error->code, ErrorCode::too_many_warnings);
      }
    }
  }
}

TEST(WarningAlertFlood, IsEndedDuringTheHandshake) {
  End server(*Connection::server(make(server_settings()), now));
  static constexpr std::array<std::uint8_t, 2> warning = {1, 90};
  for (int i = 0; i < 100 && !server.error; ++i) server.deliver(record(ContentType::alert, warning));
  ASSERT_TRUE(server.error);
  EXPECT_EQ(server.error->code, ErrorCode::too_many_warnings);
}

// ---- CRIME (2012), SLOTH (2016)

TEST(Crime, CompressionIsNeitherOfferedNorTaken) {
  MessagePair pair(classic_client(CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256), classic_server());
  pair.to_server = [](MessageEnd::Message& message) {
    if (message.type() != HandshakeType::client_hello) return true;
    const auto hello = wire::decode<ClientHello>(Bytes(message.octets).subspan(4));
    EXPECT_TRUE(equal(hello->legacy_compression_methods, Octets{0}));
    return true;
  };
  pair.to_client = edit_message<ServerHello>([](ServerHello& hello) { hello.legacy_compression_method = 1; });
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter);
}

TEST(Sloth, Md5AndSha1AreNeitherOfferedNorTaken) {  // [8446:4.2.3#13,14] [5246:7.4.1.4.1#1] [8446:4.4.3#8]
  for (const Policy* policy : policies::all()) {
    for (const SignatureScheme scheme : policy->signature_schemes) {
      const auto hash = static_cast<std::uint16_t>(scheme) >> 8;
      EXPECT_TRUE(hash >= 4 && hash <= 8) << to_string(scheme);
    }
  }
  ClientSettings client = classic_client(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
  client.credentials = {rsa_credential()};
  ServerSettings server = classic_server();
  server.client_authentication = ClientAuthentication::require;
  server.trust = authority().trust();
  for (const std::uint16_t weak : std::initializer_list<std::uint16_t>{0x0101, 0x0201}) {
    MessagePair pair(client, server);
    pair.to_server = edit_message<message::CertificateVerify>(
        [weak](message::CertificateVerify& m) { m.algorithm = static_cast<SignatureScheme>(weak); });
    pair.run();
    EXPECT_EQ(pair.server.error().alert, AlertDescription::illegal_parameter) << weak;
  }
}

}  // namespace
}  // namespace handfast::test
