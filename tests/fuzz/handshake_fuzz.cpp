// Any octets as handshake messages of the peer, below records and keys: whole handshakes of both roles and
// versions, deep into what encryption hides from the other fuzzer.
#include <algorithm>
#include <utility>

#include "fuzz/fixed_proofs.hpp"
#include "fuzz/fixed_sessions.hpp"
#include "handshake/client_handshake.hpp"
#include "handshake/server_handshake.hpp"
#include "schedule/key_schedule.hpp"

namespace handfast::fuzz {
namespace {

// A transport that sends nowhere.
class Nowhere final : public handshake::Transport {
 public:
  Octets& outgoing() override { return outgoing_; }
  void expect(std::size_t /*more*/) override {}
  void send_change_cipher_spec() override {}
  void owe_change_cipher_spec() override {}
  Result<> install(handshake::Level /*level*/, handshake::Direction direction, CipherSuite /*suite*/,
                   Bytes /*traffic_secret*/) override {
    return check(direction);
  }
  Result<> install_tls12(handshake::Direction direction, const handshake::Tls12Keys& /*keys*/,
                         RandomSource& /*random*/) override {
    return check(direction);
  }
  void limit_fragments(MaxFragmentLength /*length*/) override {}
  void limit_sent_records(std::uint16_t /*limit*/) override {}
  void limit_received_records(std::uint16_t /*limit*/) override {}
  void pad_sent_records(std::uint16_t /*multiple*/) override {}
  void limit_early_data(std::uint32_t /*octets*/) override {}
  void abandon_early_data() override {}
  void skip_early_data() override {}

  handshake::Handshake* handshake = nullptr;

 private:
  Result<> check(handshake::Direction direction) const {
    if (direction == handshake::Direction::receiving && handshake->has_unread())
      return fail(ErrorCode::excess_handshake_data);
    return {};
  }
  Octets outgoing_;
};

// The binders that a ClientHello should have for the keys of these fuzzers: the first for the ticket, the
// second for the external PSK. Without them whatever is changed ends at the binder.
void repair_binders(MutableBytes whole) {
  if (whole.size() < 4 || whole[0] != static_cast<std::uint8_t>(HandshakeType::client_hello)) return;
  const auto hello = wire::decode<message::ClientHello>(Bytes(whole).subspan(4));
  if (!hello || !hello->extensions.pre_shared_key) return;
  const Bytes covered = message::truncated(whole, *hello);
  const crypto::Digest digest = crypto::hash(crypto::HashAlgorithm::sha256, covered);
  const Session session = fixed_session(ProtocolVersion::tls13);
  const ExternalPsk psk = fixed_psk();
  using schedule::PskKind;
  const std::array wanted = {
      schedule::EarlySecret(crypto::HashAlgorithm::sha256, session.secret.view())
          .binder(PskKind::resumption, digest),
      schedule::EarlySecret(crypto::HashAlgorithm::sha256, psk.key).binder(PskKind::external, digest)};
  std::size_t index = 0;
  for (const Bytes binder : hello->extensions.pre_shared_key->binders) {
    if (index == wanted.size()) return;
    if (binder.size() == wanted[index].size())
      copy(wanted[index].view(),
           whole.subspan(static_cast<std::size_t>(binder.data() - whole.data()), binder.size()));
    ++index;
  }
}

// Chunks of the input, each with its length in two octets in front: 0 stands for a change_cipher_spec.
template <class H>
void feed(H& state, Nowhere& transport, Bytes data, bool repairs = false) {
  transport.handshake = &state;
  state.now = now;
  handshake::Task<> root = handshake::negotiate(state);
  root.start();
  while (!root.done() && data.size() >= 2) {
    const std::size_t wanted = static_cast<std::size_t>(data[0]) << 8 | data[1];
    const std::size_t count = std::min(wanted, data.size() - 2);
    if (wanted == 0) {
      if (state.change_cipher_spec == handshake::ChangeCipherSpec::awaited)
        state.change_cipher_spec = handshake::ChangeCipherSpec::received;
    } else {
      Octets chunk = to_octets(data.subspan(2, count));
      if (std::exchange(repairs, false)) repair_binders(chunk);
      if (!state.add(chunk)) return;
    }
    data = data.subspan(2 + count);
    state.run();
  }
}

void run_with_sessions(Bytes data) {
  const SessionConfigs& configs = session_configs();
  const auto mode = session_mode(data[0]);
  random_source().restart();
  Nowhere transport;
  if (mode == SessionConfigs::server || mode == SessionConfigs::repaired_server) {
    handshake::ServerHandshake state(configs.serving, transport);
    feed(state, transport, data.subspan(1), mode == SessionConfigs::repaired_server);
  } else {
    handshake::ClientHandshake state(
        mode == SessionConfigs::client13 ? configs.with_session13 : configs.with_session12,
        fixed_configs().name, transport);
    feed(state, transport, data.subspan(1));
  }
}

void run_with_proofs(Bytes data) {
  const ProofConfigs& configs = proof_configs();
  random_source().restart();
  Nowhere transport;
  if (proof_mode(data[0]) == ProofConfigs::server) {
    handshake::ServerHandshake state(configs.serving, transport);
    feed(state, transport, data.subspan(1));
  } else {
    handshake::ClientHandshake state(configs.calling, fixed_configs().name, transport);
    feed(state, transport, data.subspan(1));
  }
}

void run(Bytes data) {
  if (data.empty()) return;
  if (data[0] >= SessionConfigs::first_mode) return run_with_sessions(data);
  if (data[0] >= ProofConfigs::first_mode) return run_with_proofs(data);
  const FixedConfigs& configs = fixed_configs();
  random_source().restart();
  Nowhere transport;
  if (data[0] % 3 == 2) {
    handshake::ClientHandshake state(configs.client, configs.name, transport);
    feed(state, transport, data.subspan(1));
  } else {
    handshake::ServerHandshake state(data[0] % 3 == 0 ? configs.plain : configs.mutual, transport);
    feed(state, transport, data.subspan(1));
  }
}

}  // namespace
}  // namespace handfast::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  handfast::fuzz::run({data, size});
  return 0;
}
