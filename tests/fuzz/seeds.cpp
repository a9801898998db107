// Seeds for the fuzzers of handshakes: what an honest peer sends in each kind of handshake, up to the last
// Finished and data behind it. Since all randomness of those fuzzers repeats, these octets are right in every
// run, and mutation starts from the far end of a handshake.
//   seeds FOLDER: writes FOLDER/connection/NAME, FOLDER/handshake/NAME and FOLDER/capture/NAME
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "fuzz/capture_seeds.hpp"
#include "fuzz/fixed_proofs.hpp"
#include "fuzz/fixed_sessions.hpp"
#include "handshake/client_handshake.hpp"
#include "handshake/server_handshake.hpp"

namespace handfast::fuzz {
namespace {

// What the honest peer speaks; the fuzzed end takes all of it.
struct Kind {
  const char* name;
  ProtocolVersion version;
  Preferences<NamedGroup, 12> groups;
  Preferences<NamedGroup, 8> key_shares;     // of a client; none leads to a HelloRetryRequest
  Preferences<CipherSuite, 32> suites = {};  // none: the policy's
};
constexpr std::array kinds = {
    Kind{"tls13", ProtocolVersion::tls13, {NamedGroup::x25519}, {NamedGroup::x25519}},
    Kind{"hybrid", ProtocolVersion::tls13, {NamedGroup::X25519MLKEM768}, {NamedGroup::X25519MLKEM768}},
    Kind{"retry", ProtocolVersion::tls13, {NamedGroup::secp384r1}, {}},
    Kind{"tls12",
         ProtocolVersion::tls12,
         {NamedGroup::x25519},
         {NamedGroup::x25519},
         {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}},
    Kind{"rsa_cbc",
         ProtocolVersion::tls12,
         {NamedGroup::secp256r1},
         {NamedGroup::secp256r1},
         {CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA256}},
};

// As kinds, of ends that have sessions.
struct SessionKind {
  const char* name;
  Kind kind;
  bool external;  // the PSK is the external one
};
constexpr std::array session_kinds = {
    SessionKind{"resumed", {"", ProtocolVersion::tls13, {NamedGroup::x25519}, {NamedGroup::x25519}}, false},
    SessionKind{"resumed_retry", {"", ProtocolVersion::tls13, {NamedGroup::secp384r1}, {}}, false},
    SessionKind{"psk", {"", ProtocolVersion::tls13, {NamedGroup::x25519}, {NamedGroup::x25519}}, true},
    SessionKind{"resumed12",
                {"",
                 ProtocolVersion::tls12,
                 {NamedGroup::x25519},
                 {NamedGroup::x25519},
                 {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}},
                false},
};

// As kinds, of ends that prove themselves in other ways.
struct ProofKind {
  const char* name;
  ProtocolVersion version;
  bool raw;                                     // a raw public key, and none else
  std::size_t credential;                       // of fixed_proofs.hpp, shown alone
  std::optional<std::size_t> compression = {};  // of certificate_compression::all(); none: as it is
};
constexpr std::array proof_kinds = {
    ProofKind{"delegated", ProtocolVersion::tls13, false, 0},
    ProofKind{"delegated_compressed", ProtocolVersion::tls13, false, 0, 0},
    ProofKind{"zstd", ProtocolVersion::tls13, false, 2, 1},
    ProofKind{"zlib", ProtocolVersion::tls13, false, 2, 2},
    ProofKind{"raw", ProtocolVersion::tls13, true, 1},
    ProofKind{"raw12", ProtocolVersion::tls12, true, 1},
};

template <class Settings>
Settings limited(Settings settings, const Kind& kind) {
  settings.policy.min_version = settings.policy.max_version = kind.version;
  settings.policy.groups = kind.groups;
  settings.policy.key_shares = kind.key_shares;
  if (!kind.suites.empty()) settings.policy.cipher_suites = kind.suites;
  return settings;
}

void write(const std::filesystem::path& folder, const std::string& name, const Octets& octets) {
  std::filesystem::create_directories(folder);
  std::ofstream file(folder / name, std::ios::binary);
  file.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  if (!file.flush()) std::abort();
}

void append(Octets& to, Bytes octets) { to.insert(to.end(), octets.begin(), octets.end()); }

Octets transmitted(Connection& from) {
  Octets all;
  std::array<std::uint8_t, 4096> out{};
  while (const std::size_t count = from.transmit(out)) append(all, Bytes(out).first(count));
  return all;
}

// Delivers to an end, and keeps what it has not consumed.
void deliver(Connection& to, Octets& input, Bytes octets) {
  append(input, octets);
  for (;;) {
    const auto received = must(to.receive(input, now));
    input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(received.used));
    if (std::holds_alternative<ConfigurationQuestion>(to.pending()))
      must(to.choose_configuration(fixed_configs().plain, now));
    else if (received.used == 0)
      return;
  }
}

Connection honest_peer(std::uint8_t mode, const Kind& kind, RandomSource& random) {
  if (mode == 3)
    return must(Connection::server(must(ServerConfig::make(limited(server_settings(random), kind))), now));
  return must(Connection::client(must(ClientConfig::make(limited(client_settings(random), kind))),
                                 fixed_configs().name, now));
}

ClientSettings honest_client(const SessionKind& kind, RandomSource& random) {
  ClientSettings settings = limited(session_client_settings(random, kind.kind.version), kind.kind);
  if (kind.external) settings.session_store.reset();
  return settings;
}
ServerSettings honest_server(const SessionKind& kind, RandomSource& random) {
  ServerSettings settings = limited(session_server_settings(random), kind.kind);
  if (kind.external) settings.ticket_keys.reset();
  return settings;
}

// What the honest peer shows and asks for, of all that the fuzzed end takes.
template <class Settings>
Settings limited(Settings settings, const ProofKind& kind) {
  settings.policy.min_version = settings.policy.max_version = kind.version;
  settings.credentials = {settings.credentials[kind.credential]};
  settings.peer_certificate_types = {kind.raw ? CertificateType::RawPublicKey : CertificateType::X509};
  const auto compressions = std::exchange(settings.certificate_compression, {});
  if (kind.compression && *kind.compression < compressions.size())
    settings.certificate_compression = {compressions[*kind.compression]};
  return settings;
}

Connection honest_peer(std::uint8_t mode, const SessionKind& kind, RandomSource& random) {
  if (mode == SessionConfigs::client13 || mode == SessionConfigs::client12)
    return must(Connection::server(must(ServerConfig::make(honest_server(kind, random))), now));
  return must(
      Connection::client(must(ClientConfig::make(honest_client(kind, random))), fixed_configs().name, now));
}

// The octets of the peer in a whole connection: early data, handshake, data, new keys, data, end.
Octets connection_seed(std::uint8_t mode, Connection fuzzed, Connection peer, ProtocolVersion version) {
  Octets seed = {mode, 0};
  Octets to_peer, to_fuzzed;
  if (peer.early_data_room() != 0) {
    Octets out(1024);
    const auto sent = must(peer.send_early_data(as_bytes("early"), out));
    append(seed, Bytes(out).first(sent.written));
    deliver(fuzzed, to_fuzzed, Bytes(out).first(sent.written));
  }
  const auto exchange = [&] {
    for (;;) {
      const Octets up = transmitted(peer);
      const Octets down = transmitted(fuzzed);
      if (up.empty() && down.empty()) return;
      append(seed, up);
      deliver(fuzzed, to_fuzzed, up);
      deliver(peer, to_peer, down);
    }
  };
  const auto send = [&](std::string_view data) {
    Octets out(1024);
    const auto sent = must(peer.send(as_bytes(data), out));
    append(seed, Bytes(out).first(sent.written));
    deliver(fuzzed, to_fuzzed, Bytes(out).first(sent.written));
  };
  exchange();
  send("data");
  if (version == ProtocolVersion::tls13) {
    must(peer.update_keys(KeyUpdateRequest::update_requested));
    exchange();
    send("more");
  }
  peer.close();
  exchange();
  if (!fuzzed.handshake_done() || fuzzed.error()) std::abort();
  return seed;
}

// One end at the level of messages, which says what it sends, one chunk a message.
class Sending final : public handshake::Transport {
 public:
  Octets& outgoing() override { return outgoing_; }
  void expect(std::size_t /*more*/) override {}
  void send_change_cipher_spec() override {
    cut();
    chunks.push_back({});
  }
  void owe_change_cipher_spec() override { send_change_cipher_spec(); }
  Result<> install(handshake::Level /*level*/, handshake::Direction /*direction*/, CipherSuite /*suite*/,
                   Bytes /*traffic_secret*/) override {
    return {};
  }
  Result<> install_tls12(handshake::Direction /*direction*/, const handshake::Tls12Keys& /*keys*/,
                         RandomSource& /*random*/) override {
    return {};
  }
  void limit_fragments(MaxFragmentLength /*length*/) override {}
  void limit_sent_records(std::uint16_t /*limit*/) override {}
  void limit_received_records(std::uint16_t /*limit*/) override {}
  void pad_sent_records(std::uint16_t /*multiple*/) override {}
  void limit_early_data(std::uint32_t /*octets*/) override {}
  void abandon_early_data() override {}
  void skip_early_data() override {}

  std::vector<Octets> take() {
    cut();
    return std::exchange(chunks, {});
  }

 private:
  void cut() {
    Bytes rest = outgoing_;
    while (!rest.empty()) {
      const std::size_t size =
          4 + (static_cast<std::size_t>(rest[1]) << 16 | static_cast<std::size_t>(rest[2]) << 8 | rest[3]);
      chunks.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
      rest = rest.subspan(size);
    }
    outgoing_.clear();
  }
  Octets outgoing_;
  std::vector<Octets> chunks;
};

void take_chunk(handshake::Handshake& state, const Octets& chunk) {
  using handshake::ChangeCipherSpec;
  if (!chunk.empty())
    must(state.add(chunk));
  else if (state.change_cipher_spec == ChangeCipherSpec::awaited)
    state.change_cipher_spec = ChangeCipherSpec::received;
  state.run();
}

// Both ends talk until nobody has anything to say; what the peer said is the seed.
template <class Fuzzed, class Peer>
Octets talk(std::uint8_t mode, Fuzzed& fuzzed, Sending& from_fuzzed, Peer& peer, Sending& from_peer) {
  fuzzed.now = peer.now = now;
  handshake::Task<> fuzzed_root = handshake::negotiate(fuzzed);
  handshake::Task<> peer_root = handshake::negotiate(peer);
  fuzzed_root.start();
  peer_root.start();
  Octets seed = {mode};
  for (;;) {
    const auto up = from_peer.take();
    const auto down = from_fuzzed.take();
    if (up.empty() && down.empty()) break;
    for (const Octets& chunk : up) {
      seed.push_back(static_cast<std::uint8_t>(chunk.size() >> 8));
      seed.push_back(static_cast<std::uint8_t>(chunk.size()));
      append(seed, chunk);
      take_chunk(fuzzed, chunk);
    }
    for (const Octets& chunk : down) take_chunk(peer, chunk);
  }
  if (!fuzzed_root.done() || fuzzed_root.failure()) std::abort();
  return seed;
}

Octets handshake_seed(std::uint8_t mode, const Kind& kind) {
  const FixedConfigs& configs = fixed_configs();
  RepeatingSource random;
  Sending from_fuzzed, from_peer;
  random_source().restart();
  if (mode == 2) {
    handshake::ClientHandshake fuzzed(configs.client, configs.name, from_fuzzed);
    handshake::ServerHandshake peer(must(ServerConfig::make(limited(server_settings(random), kind))),
                                    from_peer);
    return talk(mode, fuzzed, from_fuzzed, peer, from_peer);
  }
  handshake::ServerHandshake fuzzed(mode == 0 ? configs.plain : configs.mutual, from_fuzzed);
  handshake::ClientHandshake peer(must(ClientConfig::make(limited(client_settings(random), kind))),
                                  configs.name, from_peer);
  return talk(mode, fuzzed, from_fuzzed, peer, from_peer);
}

Octets handshake_seed(std::uint8_t mode, const SessionKind& kind) {
  const SessionConfigs& configs = session_configs();
  RepeatingSource random;
  Sending from_fuzzed, from_peer;
  random_source().restart();
  if (mode == SessionConfigs::client13 || mode == SessionConfigs::client12) {
    handshake::ClientHandshake fuzzed(
        mode == SessionConfigs::client13 ? configs.with_session13 : configs.with_session12,
        fixed_configs().name, from_fuzzed);
    handshake::ServerHandshake peer(must(ServerConfig::make(honest_server(kind, random))), from_peer);
    return talk(mode, fuzzed, from_fuzzed, peer, from_peer);
  }
  handshake::ServerHandshake fuzzed(configs.serving, from_fuzzed);
  handshake::ClientHandshake peer(must(ClientConfig::make(honest_client(kind, random))), fixed_configs().name,
                                  from_peer);
  return talk(mode, fuzzed, from_fuzzed, peer, from_peer);
}

Octets handshake_seed(std::uint8_t mode, const ProofKind& kind) {
  const ProofConfigs& configs = proof_configs();
  RepeatingSource random;
  Sending from_fuzzed, from_peer;
  random_source().restart();
  if (mode == ProofConfigs::client) {
    handshake::ClientHandshake fuzzed(configs.calling, fixed_configs().name, from_fuzzed);
    handshake::ServerHandshake peer(must(ServerConfig::make(limited(proof_server_settings(random), kind))),
                                    from_peer);
    return talk(mode, fuzzed, from_fuzzed, peer, from_peer);
  }
  handshake::ServerHandshake fuzzed(configs.serving, from_fuzzed);
  handshake::ClientHandshake peer(must(ClientConfig::make(limited(proof_client_settings(random), kind))),
                                  fixed_configs().name, from_peer);
  return talk(mode, fuzzed, from_fuzzed, peer, from_peer);
}

void write_proof_seeds(const std::filesystem::path& folder) {
  for (const ProofKind& kind : proof_kinds)
    for (const std::uint8_t mode : {ProofConfigs::server, ProofConfigs::client})
      write(folder / "handshake", std::string(kind.name) + '_' + std::to_string(mode),
            handshake_seed(mode, kind));
}

void write_session_seeds(const std::filesystem::path& folder) {
  using enum SessionConfigs::Mode;
  for (const SessionKind& kind : session_kinds) {
    for (const std::uint8_t mode : {server, repaired_server, client13, client12}) {
      // Clients bring the session of their version.
      const bool tls12 = kind.kind.version == ProtocolVersion::tls12;
      if (mode == (tls12 ? client13 : client12)) continue;
      RepeatingSource random;
      Connection fuzzed = make_session_connection(mode);
      write(folder / "connection", std::string(kind.name) + '_' + std::to_string(mode),
            connection_seed(mode, std::move(fuzzed), honest_peer(mode, kind, random), kind.kind.version));
      write(folder / "handshake", std::string(kind.name) + '_' + std::to_string(mode),
            handshake_seed(mode, kind));
    }
  }
}

void write_all(const std::filesystem::path& folder) {
  write_session_seeds(folder);
  write_proof_seeds(folder);
  for (const Kind& kind : kinds) {
    RepeatingSource capture_random;
    write(folder / "capture", kind.name,
          capture_seed(limited(client_settings(capture_random), kind), server_settings(capture_random)));
    for (std::uint8_t mode = 0; mode < 4; ++mode) {
      RepeatingSource random;
      Connection fuzzed = make_connection(mode);
      write(folder / "connection", std::string(kind.name) + '_' + std::to_string(mode),
            connection_seed(mode, std::move(fuzzed), honest_peer(mode, kind, random), kind.version));
    }
    for (std::uint8_t mode = 0; mode < 3; ++mode)
      write(folder / "handshake", std::string(kind.name) + '_' + std::to_string(mode),
            handshake_seed(mode, kind));
  }
}

}  // namespace
}  // namespace handfast::fuzz

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: seeds FOLDER\n");
    return 2;
  }
  handfast::fuzz::write_all(arguments[1]);
  return 0;
}
