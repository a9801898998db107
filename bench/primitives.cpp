// Measures the primitives as a handshake calls them: through src/crypto and src/schedule, without messages.
#include "primitives.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "crypto/key_exchange.hpp"
#include "crypto/private_key.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "harness/measure.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/key_schedule12.hpp"
#include "schedule/suite.hpp"
#include "schedule/transcript.hpp"

namespace handfast::bench {
namespace {

using crypto::HashAlgorithm;

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

void require(bool good) {
  if (!good) throw std::runtime_error("a primitive failed");
}

crypto::PrivateKey read_key(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const Octets text{std::istreambuf_iterator<char>(file), {}};
  return value_of(crypto::PrivateKey::from_pem(text));
}

using Names = std::set<std::string, std::less<>>;

/// Collects figures, each of a share of the time.
class Stopwatch {
 public:
  /// Only primitives of these names are measured.
  Stopwatch(Names wanted, double seconds)
      : wanted_(std::move(wanted)), seconds_each_(seconds / static_cast<double>(wanted_.size())) {}

  template <class Operation>
  void measure(const std::string& name, Operation&& operation) {
    if (!wanted_.contains(name)) return;
    std::vector<double> samples;
    repeat(seconds_each_, [&](bool counts) {
      const std::uint64_t begin = ticks();
      operation();
      if (counts) samples.push_back(static_cast<double>(ticks() - begin));
    });
    figures_.push_back({name, median(std::move(samples)) * nanoseconds_per_tick() / 1000, "us"});
  }
  [[nodiscard]] Figures figures() && { return std::move(figures_); }

 private:
  Names wanted_;
  double seconds_each_;
  Figures figures_;
};

void measure_group(Stopwatch& watch, const std::string& name, NamedGroup group) {
  RandomSource& random = system_random();
  const auto client = value_of(crypto::PrivateShare::generate(group, random));
  const auto server = value_of(crypto::encapsulate(group, client.public_share(), random));
  watch.measure(name + "-generate",
                [&] { require(crypto::PrivateShare::generate(group, random).has_value()); });
  watch.measure(name + "-encapsulate",
                [&] { require(crypto::encapsulate(group, client.public_share(), random).has_value()); });
  watch.measure(name + "-decapsulate", [&] { require(client.decapsulate(server.share).has_value()); });
}

crypto::PublicKey load(const crypto::PublicKey& key) {
  if (key.type() == crypto::KeyType::rsa)
    return value_of(crypto::PublicKey::rsa(key.modulus(), key.exponent()));
  return value_of(crypto::PublicKey::ec(NamedGroup::secp256r1, key.point()));
}

void measure_key(Stopwatch& watch, const std::string& name, const crypto::PrivateKey& key,
                 SignatureScheme scheme) {
  const Octets message(130, 0x20);  // as long as what a CertificateVerify signs
  const auto algorithm = crypto::algorithm_of(scheme);
  const Octets signature = value_of(key.sign(scheme, message, system_random()));
  watch.measure(name + "-load-verify",
                [&] { require(load(key.public_key()).verify(*algorithm, message, signature).has_value()); });
  watch.measure(name + "-sign", [&] { require(key.sign(scheme, message, system_random()).has_value()); });
  watch.measure(name + "-verify",
                [&] { require(key.public_key().verify(*algorithm, message, signature).has_value()); });
  const crypto::PublicKey ready = key.public_key().for_many_checks();
  watch.measure(name + "-verify-table",
                [&] { require(ready.verify(*algorithm, message, signature).has_value()); });
}

void measure_key_transport(Stopwatch& watch, const crypto::PrivateKey& key) {
  RandomSource& random = system_random();
  crypto::PremasterSecret premaster;
  premaster.resize(crypto::premaster_secret_size);
  const Octets encrypted = value_of(crypto::encrypt_premaster(key.public_key(), premaster, random));
  watch.measure("rsa-load-encrypt", [&] {
    require(crypto::encrypt_premaster(load(key.public_key()), premaster, random).has_value());
  });
  watch.measure("rsa-decrypt", [&] {
    require(crypto::decrypt_premaster(key, encrypted, ProtocolVersion::tls12, random).has_value());
  });
}

// All secrets and record keys of one side, both Finished, and the hash of as much as is hashed.
void schedule13() {
  constexpr auto hash = HashAlgorithm::sha256;
  constexpr auto aead = crypto::AeadAlgorithm::aes_128_gcm;
  const std::array<std::uint8_t, 32> shared{};
  const std::array<std::uint8_t, 1100> messages{};
  schedule::Transcript transcript(hash);
  const auto next = [&](std::size_t octets) {
    transcript.add(Bytes(messages).first(octets));
    return transcript.digest();
  };
  const auto expand = [&](const schedule::TrafficSecret& secret) {
    const auto keys = schedule::traffic_keys(hash, secret.view(), aead);
    const crypto::AeadKey key(aead, keys.key.view());
  };
  schedule::HandshakeSecret handshake = schedule::EarlySecret(hash).extract(shared);
  const crypto::Digest hellos = next(400);
  const auto client = handshake.client_handshake_traffic_secret(hellos);
  const auto server = handshake.server_handshake_traffic_secret(hellos);
  expand(client);
  expand(server);
  (void)next(450);  // CertificateVerify signs it
  (void)schedule::verify_data(hash, server.view(), next(80));
  schedule::MasterSecret master = std::move(handshake).extract();
  const crypto::Digest flight = next(36);
  expand(master.client_application_traffic_secret_0(flight));
  expand(master.server_application_traffic_secret_0(flight));
  (void)master.exporter_master_secret(flight);
  (void)schedule::verify_data(hash, client.view(), flight);
}

void schedule12() {
  constexpr auto hash = HashAlgorithm::sha256;
  const std::array<std::uint8_t, 1100> messages{};
  const std::array<std::uint8_t, 48> premaster{};
  const std::array<std::uint8_t, 32> random{};
  schedule::Transcript transcript(hash);
  transcript.add(messages);
  const crypto::Digest digest = transcript.digest();
  const auto secret = schedule::extended_master_secret12(hash, premaster, digest);
  const crypto::HmacKey master(hash, secret.view());
  const schedule::KeyBlock12 keys(*schedule::suite_info(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
                                  master, random, random);
  const crypto::AeadKey client(crypto::AeadAlgorithm::aes_128_gcm, keys.key(Role::client));
  const crypto::AeadKey server(crypto::AeadAlgorithm::aes_128_gcm, keys.key(Role::server));
  (void)schedule::verify_data12(Role::client, master, digest);
  (void)schedule::verify_data12(Role::server, master, digest);
}

/// What one side of a handshake is made of.
struct Sum {
  std::string_view name;  ///< scenario/side
  std::vector<std::string> parts;
};

// The leaf's key is loaded in each handshake, and a new RSA key has constants to be made at its first use;
// the authority's is there since the trust store is, with its table.
const std::vector<Sum>& sums() {
  static const std::vector<Sum> all = {
      {"hs13-ecdsa/server", {"x25519-encapsulate", "ecdsa-sign", "tls13-schedule"}},
      {"hs13-ecdsa/client",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-load-verify", "ecdsa-verify-table",
        "tls13-schedule"}},
      {"hs13-ecdsa/client_plain",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-load-verify", "ecdsa-verify", "tls13-schedule"}},
      {"hs13-ecdsa/client_cached",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-load-verify", "tls13-schedule"}},
      {"hs13-rsa/server", {"x25519-encapsulate", "rsa-sign", "tls13-schedule"}},
      {"hs13-rsa/client",
       {"x25519-generate", "x25519-decapsulate", "rsa-load-verify", "rsa-verify", "tls13-schedule"}},
      {"hs13-rsa/client_cached",
       {"x25519-generate", "x25519-decapsulate", "rsa-load-verify", "tls13-schedule"}},
      {"hs13-mlkem/server", {"x25519mlkem768-encapsulate", "ecdsa-sign", "tls13-schedule"}},
      {"hs13-mlkem/client",
       {"x25519mlkem768-generate", "x25519mlkem768-decapsulate", "ecdsa-load-verify", "ecdsa-verify-table",
        "tls13-schedule"}},
      {"hs13-mlkem/client_plain",
       {"x25519mlkem768-generate", "x25519mlkem768-decapsulate", "ecdsa-load-verify", "ecdsa-verify",
        "tls13-schedule"}},
      {"hs13-mlkem/client_cached",
       {"x25519mlkem768-generate", "x25519mlkem768-decapsulate", "ecdsa-load-verify", "tls13-schedule"}},
      {"hs13-mutual/server",
       {"x25519-encapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify-table", "tls13-schedule"}},
      {"hs13-mutual/server_plain",
       {"x25519-encapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify", "tls13-schedule"}},
      {"hs13-mutual/server_cached",
       {"x25519-encapsulate", "ecdsa-sign", "ecdsa-load-verify", "tls13-schedule"}},
      {"hs13-mutual/client",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify-table",
        "tls13-schedule"}},
      {"hs13-mutual/client_plain",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify",
        "tls13-schedule"}},
      {"hs13-mutual/client_cached",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-sign", "ecdsa-load-verify", "tls13-schedule"}},
      {"hs12-ecdhe-ecdsa/server", {"x25519-generate", "x25519-decapsulate", "ecdsa-sign", "tls12-schedule"}},
      {"hs12-ecdhe-ecdsa/client",
       {"x25519-encapsulate", "ecdsa-load-verify", "ecdsa-verify-table", "tls12-schedule"}},
      {"hs12-ecdhe-ecdsa/client_plain",
       {"x25519-encapsulate", "ecdsa-load-verify", "ecdsa-verify", "tls12-schedule"}},
      {"hs12-ecdhe-ecdsa/client_cached", {"x25519-encapsulate", "ecdsa-load-verify", "tls12-schedule"}},
      {"hs12-rsa-kx/server", {"rsa-decrypt", "tls12-schedule"}},
      {"hs12-rsa-kx/client", {"rsa-load-encrypt", "rsa-verify", "tls12-schedule"}},
      {"hs12-rsa-kx/client_cached", {"rsa-load-encrypt", "tls12-schedule"}},
  };
  return all;
}

double total_of(const Sum& sum, const Figures& primitives) {
  double total = 0;
  for (const std::string& part : sum.parts)
    for (const Figure& figure : primitives)
      if (figure.name == part) total += figure.value;
  return total;
}

Figures measure_named(const std::string& folder, Names names, double seconds) {
  Stopwatch watch(std::move(names), seconds);
  measure_group(watch, "x25519", NamedGroup::x25519);
  measure_group(watch, "x25519mlkem768", NamedGroup::X25519MLKEM768);
  measure_key(watch, "ecdsa", read_key(folder + "/ecdsa-server.key"),
              SignatureScheme::ecdsa_secp256r1_sha256);
  const crypto::PrivateKey rsa = read_key(folder + "/rsa-server.key");
  measure_key(watch, "rsa", rsa, SignatureScheme::rsa_pss_rsae_sha256);
  measure_key_transport(watch, rsa);
  watch.measure("tls13-schedule", schedule13);
  watch.measure("tls12-schedule", schedule12);
  return std::move(watch).figures();
}

}  // namespace

Figures measure_primitives(const std::string& folder, double seconds) {
  Names names;
  for (const Sum& sum : sums()) names.insert(sum.parts.begin(), sum.parts.end());
  Figures figures = measure_named(folder, std::move(names), seconds);
  const Figures alone = figures;
  for (const Sum& sum : sums()) figures.push_back({std::string(sum.name), total_of(sum, alone), "us"});
  return figures;
}

Figures measure_floor(const std::string& folder, std::string_view scenario, double seconds) {
  const std::string prefix = std::string(scenario) + "/";
  Names names;
  for (const Sum& sum : sums())
    if (sum.name.starts_with(prefix)) names.insert(sum.parts.begin(), sum.parts.end());
  if (names.empty()) return {};
  const Figures primitives = measure_named(folder, std::move(names), seconds);
  Figures floors;
  for (const Sum& sum : sums())
    if (sum.name.starts_with(prefix))
      floors.push_back({std::string(sum.name.substr(prefix.size())), total_of(sum, primitives), "us"});
  return floors;
}

}  // namespace handfast::bench
