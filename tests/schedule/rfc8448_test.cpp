// Every secret, key and Finished of RFC 8448's five traces, from their messages and shared secrets.
#include "schedule/hashes.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/trace.hpp"
#include "schedule/transcript.hpp"
#include "wire/big_endian.hpp"

namespace handfast::schedule {
namespace {

using crypto::HashAlgorithm;
using test::to_hex;
using test::TraceStep;

// SHA-256("HelloRetryRequest"), which stands for the random of a HelloRetryRequest (RFC 8446 §4.1.3).
bool is_retry(Bytes server_hello) {
  return equal(server_hello.subspan(6, 32), crypto::hash(sha256, as_bytes("HelloRetryRequest")).view());
}

// Plays both sides of a trace: the steps give messages, shared secret and PSK, everything else is computed.
class Replay {
 public:
  void play(const TraceStep& step) {
    if (step.values.empty()) return;
    SCOPED_TRACE(step.who + ": " + step.name);
    if (step.is("construct a"))
      message(step);
    else if (step.is("send handshake record"))
      hello(step);
    else if (step.is("extract secret"))
      extract(step);
    else if (step.is("derive secret"))
      derive(step);
    else if (step.is("calculate finished"))
      finished(step);
    else if (step.is("calculate PSK binder"))
      binder(step);
    else if (step.name.find("traffic keys") != std::string::npos)
      keys(step);
    else if (step.is("generate resumption secret"))
      ticket(step);
  }

  int checked = 0;
  Octets resumption_psk_of_ticket;

 private:
  void expect(const crypto::MacValue& computed, const Octets& expected) {
    EXPECT_EQ(to_hex(computed.view()), to_hex(expected));
    ++checked;
  }

  // A ClientHello is constructed without its binders; what is sent is what counts.
  void hello(const TraceStep& step) {
    if (step["payload"][0] == static_cast<std::uint8_t>(HandshakeType::client_hello))
      transcript_.add(step["payload"]);
  }

  void message(const TraceStep& step) {
    const Octets& octets = step.values.begin()->second;
    if (step.has("ClientHello")) {
      hello_without_binders_ = octets;
      return;
    }
    if (step.has("NewSessionTicket")) {
      const std::size_t nonce_size = octets.at(4 + 8);
      EXPECT_EQ(to_hex(Bytes(octets).subspan(4 + 9, nonce_size)), to_hex(nonce_));
      return;
    }
    if (step.has("ServerHello")) {
      transcript_.select(sha256);
      if (is_retry(octets)) transcript_.replace_with_message_hash();
    }
    transcript_.add(octets);
  }

  void extract(const TraceStep& step) {
    // The stage secrets themselves never leave their types: what comes from them proves them.
    EXPECT_EQ(to_hex(crypto::hkdf_extract(sha256, step["salt"], step["IKM"]).view()), to_hex(step["secret"]));
    if (step.is("extract secret \"early\"")) {
      const bool without_psk = step["IKM"] == Octets(32, 0);
      early_.emplace(without_psk ? EarlySecret(sha256) : EarlySecret(sha256, step["IKM"]));
    } else if (step.is("extract secret \"handshake\"")) {
      if (!early_) early_.emplace(sha256);
      handshake_.emplace(std::move(*early_).extract(step["IKM"]));
    } else {
      // What the trace derives from the handshake secret stands before this step.
      master_.emplace(std::move(*handshake_).extract());
    }
  }

  void derive(const TraceStep& step) {
    if (step.name.find("derived") != std::string::npos) return;  // inside extract()
    Transcript branch = transcript_;
    branch.select(sha256);
    const crypto::Digest digest = branch.digest();
    EXPECT_EQ(to_hex(digest.view()), to_hex(step["hash"]));
    const std::string label = step.name.substr(step.name.find('"'));
    if (label.starts_with("\"tls13 c e traffic\""))
      expect(early_->client_early_traffic_secret(digest), step["expanded"]);
    else if (label.starts_with("\"tls13 e exp master\""))
      expect(early_->early_exporter_master_secret(digest), step["expanded"]);
    else if (label.starts_with("\"tls13 c hs traffic\""))
      expect(handshake_->client_handshake_traffic_secret(digest), step["expanded"]);
    else if (label.starts_with("\"tls13 s hs traffic\""))
      expect(handshake_->server_handshake_traffic_secret(digest), step["expanded"]);
    else if (label.starts_with("\"tls13 c ap traffic\""))
      expect(master_->client_application_traffic_secret_0(digest), step["expanded"]);
    else if (label.starts_with("\"tls13 s ap traffic\""))
      expect(master_->server_application_traffic_secret_0(digest), step["expanded"]);
    else if (label.starts_with("\"tls13 exp master\""))
      expect(master_->exporter_master_secret(digest), step["expanded"]);
    else if (label.starts_with("\"tls13 res master\""))
      expect(master_->resumption_master_secret(digest), step["expanded"]);
    else
      ADD_FAILURE() << "a secret that nothing here computes: " << label;
  }

  void finished(const TraceStep& step) {
    expect(verify_data(sha256, step["PRK"], transcript_.digest()), step["finished"]);
  }

  void binder(const TraceStep& step) {
    EXPECT_EQ(step["ClientHello prefix"], hello_without_binders_);
    Transcript branch = transcript_;
    branch.select(sha256);
    const crypto::Digest digest = branch.digest_with(hello_without_binders_);
    EXPECT_EQ(to_hex(digest.view()), to_hex(step["binder hash"]));
    expect(early_->binder(PskKind::resumption, digest), step["finished"]);
  }

  void keys(const TraceStep& step) {
    const TrafficKeys keys = traffic_keys(sha256, step["PRK"], crypto::AeadAlgorithm::aes_128_gcm);
    EXPECT_EQ(to_hex(keys.key.view()), to_hex(step["key expanded"]));
    EXPECT_EQ(to_hex(keys.iv.view()), to_hex(step["iv expanded"]));
    ++checked;
  }

  void ticket(const TraceStep& step) {
    nonce_ = step["hash"];
    const crypto::MacValue psk = resumption_psk(sha256, step["PRK"], nonce_);
    expect(psk, step["expanded"]);
    resumption_psk_of_ticket = to_octets(psk.view());
  }

  Transcript transcript_;
  std::optional<EarlySecret> early_;
  std::optional<HandshakeSecret> handshake_;
  std::optional<MasterSecret> master_;
  Octets hello_without_binders_;
  Octets nonce_;
};

class Rfc8448 : public testing::TestWithParam<std::string> {};

TEST_P(Rfc8448, EverySecretKeyAndFinished) {
  HANDFAST_VECTORS_OR_SKIP(file, "rfc8448.json");
  Replay replay;
  int expected = 0;
  for (const TraceStep& step : test::read_trace(file, GetParam())) {
    replay.play(step);
    const bool inner = step.name.find("derived") != std::string::npos;
    const bool checkable = (step.has("expanded") && !inner) || step.has("key expanded");
    expected += checkable;
  }
  EXPECT_EQ(replay.checked, expected);
  EXPECT_GE(expected, 12);
}

INSTANTIATE_TEST_SUITE_P(Traces, Rfc8448, testing::ValuesIn(test::trace_names),
                         [](const auto& trace) { return trace.param; });

TEST(Rfc8448Resumption, TicketOfTheFirstTraceIsThePskOfTheSecond) {
  HANDFAST_VECTORS_OR_SKIP(file, "rfc8448.json");
  Replay replay;
  for (const TraceStep& step : test::read_trace(file, "simple_1rtt")) replay.play(step);
  for (const TraceStep& step : test::read_trace(file, "resumed_0rtt")) {
    if (!step.is("extract secret \"early\"") || step.values.empty()) continue;
    EXPECT_EQ(to_hex(step["IKM"]), to_hex(replay.resumption_psk_of_ticket));
    return;
  }
  FAIL() << "the second trace extracts no early secret";
}

}  // namespace
}  // namespace handfast::schedule
