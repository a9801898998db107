// Measures the primitives as a handshake calls them: through src/crypto and src/schedule, without messages.
#include "primitives.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include <handfast/credential.hpp>

#include "crypto/aead.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/private_key.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "handshake_shape.hpp"
#include "harness/measure.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/key_schedule12.hpp"
#include "schedule/suite.hpp"
#include "schedule/transcript.hpp"
#include "x509/certificate.hpp"

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

Octets read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

crypto::PrivateKey read_key(const std::string& path) {
  return value_of(crypto::PrivateKey::from_pem(read_file(path)));
}

/// tbsCertificate of the leaf, which the authority signed.
Octets read_signed(const std::string& path) {
  const auto credential = value_of(Credential::external(read_file(path)));
  const Bytes tbs = value_of(x509::Certificate::parse(credential.chain().front())).signed_octets;
  return {tbs.begin(), tbs.end()};
}

using Names = std::set<std::string, std::less<>>;

/// Behind a scenario's name: key schedule, transcript hash and protection of its messages.
constexpr const char* symmetric_suffix = "-symmetric";

/// Collects figures, each of a share of the time.
class Stopwatch {
 public:
  /// Only primitives of these names are measured.
  Stopwatch(Names wanted, double seconds)
      : wanted_(std::move(wanted)), seconds_each_(seconds / static_cast<double>(wanted_.size())) {}

  [[nodiscard]] bool wants(const std::string& name) const { return wanted_.contains(name); }

  template <class Operation>
  void measure(const std::string& name, Operation&& operation) {
    if (!wants(name)) return;
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

// The leaf's key is new in each handshake, and a new RSA key has constants to be made at its first use. The
// authority's is there since the trust store is, with its table. Both are one here.
void measure_key(Stopwatch& watch, const std::string& folder, const std::string& name,
                 SignatureScheme scheme) {
  const crypto::PrivateKey key = read_key(folder + "/" + name + "-server.key");
  const Octets transcript(130, 0x20);  // as long as what a CertificateVerify signs
  const Octets certificate = read_signed(folder + "/" + name + "-server.pem");
  const auto algorithm = crypto::algorithm_of(scheme);
  const auto sign = [&](Bytes message) { return value_of(key.sign(scheme, message, system_random())); };
  const Octets transcript_signature = sign(transcript);
  const Octets certificate_signature = sign(certificate);
  watch.measure(name + "-sign", [&] { (void)sign(transcript); });
  watch.measure(name + "-load-verify", [&] {
    require(load(key.public_key()).verify(*algorithm, transcript, transcript_signature).has_value());
  });
  const auto verify = [&](const crypto::PublicKey& authority) {
    require(authority.verify(*algorithm, certificate, certificate_signature).has_value());
  };
  watch.measure(name + "-verify", [&] { verify(key.public_key()); });
  const crypto::PublicKey ready = key.public_key().for_many_checks();
  watch.measure(name + "-verify-table", [&] { verify(ready); });
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

constexpr auto schedule_hash = HashAlgorithm::sha256;
constexpr auto schedule_aead = crypto::AeadAlgorithm::aes_128_gcm;

/// What one handshake hashes and protects, and room for it.
struct Workload {
  explicit Workload(HandshakeShape of_one)
      : shape(std::move(of_one)),
        octets(shape.longest()),
        sealed(octets.size() + sizeof(ContentType) + crypto::aead_tag_size) {}

  HandshakeShape shape;
  Octets octets;  ///< as many as the longest message or record has
  Octets sealed;
};

/// Hashes as many octets as a handshake does.
class ShapedTranscript {
 public:
  explicit ShapedTranscript(const Workload& work)
      : octets_(work.octets), next_(work.shape.messages.begin()), end_(work.shape.messages.end()) {}

  /// Transcript-Hash of all messages up to the next of this type.
  crypto::Digest through(HandshakeType type) {
    while (true) {
      require(next_ != end_);
      const HandshakeShape::Message& message = *next_++;
      transcript_.add(octets_.first(message.size));
      if (message.type == type) return transcript_.digest();
    }
  }

 private:
  Bytes octets_;
  schedule::Transcript transcript_{schedule_hash};
  std::vector<HandshakeShape::Message>::const_iterator next_;
  std::vector<HandshakeShape::Message>::const_iterator end_;
};

// To open a record takes what it takes to seal it. RFC 8446 §5.2: a content type behind what is sealed, the
// header authenticated. RFC 5246 §6.2.3.3: 13 octets are.
void protect(const crypto::AeadKey& key, Workload& work, bool is_tls12) {
  constexpr std::array<std::uint8_t, crypto::aead_nonce_size> nonce{};
  static constexpr std::array<std::uint8_t, 13> zeros{};
  const Bytes authenticated = Bytes(zeros).first(is_tls12 ? 13 : 5);
  const Bytes type = Bytes(zeros).first(is_tls12 ? 0 : 1);
  for (const std::size_t size : work.shape.protected_sizes)
    key.seal({nonce, authenticated, Bytes(work.octets).first(size), type,
              MutableBytes(work.sealed).first(size + type.size() + crypto::aead_tag_size)});
}

// All secrets of one side, both Finished, and whatever is hashed and protected. A record key is expanded for
// its first record: those for data are not in a handshake.
void symmetric13(Workload& work, bool mutual) {
  using enum HandshakeType;
  const std::array<std::uint8_t, 32> shared{};
  ShapedTranscript transcript(work);
  const auto expand = [&](const schedule::TrafficSecret& secret) {
    return schedule::traffic_keys(schedule_hash, secret.view(), schedule_aead);
  };
  const auto make_key = [&](const schedule::TrafficSecret& secret) {
    return crypto::AeadKey(schedule_aead, expand(secret).key.view());
  };
  schedule::HandshakeSecret handshake = schedule::EarlySecret(schedule_hash).extract(shared);
  const crypto::Digest hellos = transcript.through(server_hello);
  const auto client = handshake.client_handshake_traffic_secret(hellos);
  const auto server = handshake.server_handshake_traffic_secret(hellos);
  const crypto::AeadKey client_key = make_key(client);
  const crypto::AeadKey server_key = make_key(server);
  protect(server_key, work, false);
  (void)transcript.through(certificate);  // CertificateVerify signs it
  (void)schedule::verify_data(schedule_hash, server.view(), transcript.through(certificate_verify));
  schedule::MasterSecret master = std::move(handshake).extract();
  const crypto::Digest flight = transcript.through(finished);
  (void)expand(master.client_application_traffic_secret_0(flight));
  (void)expand(master.server_application_traffic_secret_0(flight));
  (void)master.exporter_master_secret(flight);
  if (mutual) (void)transcript.through(certificate);
  (void)schedule::verify_data(schedule_hash, client.view(),
                              mutual ? transcript.through(certificate_verify) : flight);
}

void symmetric12(Workload& work) {
  const std::array<std::uint8_t, 48> premaster{};
  const std::array<std::uint8_t, 32> random{};
  ShapedTranscript transcript(work);
  const crypto::Digest session_hash = transcript.through(HandshakeType::client_key_exchange);
  const auto secret = schedule::extended_master_secret12(schedule_hash, premaster, session_hash);
  const crypto::HmacKey master(schedule_hash, secret.view());
  const schedule::KeyBlock12 keys(*schedule::suite_info(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
                                  master, random, random);
  const crypto::AeadKey client(schedule_aead, keys.key(Role::client));
  const crypto::AeadKey server(schedule_aead, keys.key(Role::server));
  protect(client, work, true);
  (void)schedule::verify_data12(Role::client, master, session_hash);
  (void)schedule::verify_data12(Role::server, master, transcript.through(HandshakeType::finished));
}

void measure_symmetric(Stopwatch& watch, const std::string& folder, const Scenario& scenario) {
  const std::string name = std::string(scenario.name) + symmetric_suffix;
  if (!watch.wants(name)) return;
  Workload work(shape_of(folder, scenario));
  watch.measure(name, [&] {
    if (scenario.is_tls12())
      symmetric12(work);
    else
      symmetric13(work, scenario.mutual);
  });
}

/// What one side of a handshake is made of.
struct Sum {
  std::string_view name;           ///< scenario/side
  std::vector<std::string> parts;  ///< but for what is symmetric

  [[nodiscard]] std::string_view scenario() const { return name.substr(0, name.find('/')); }
  [[nodiscard]] std::string_view side() const { return name.substr(name.find('/') + 1); }
  [[nodiscard]] std::string symmetric() const { return std::string(scenario()) + symmetric_suffix; }
};

const std::vector<Sum>& sums() {
  static const std::vector<Sum> all = {
      {"hs13-ecdsa/server", {"x25519-encapsulate", "ecdsa-sign"}},
      {"hs13-ecdsa/client",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-load-verify", "ecdsa-verify-table"}},
      {"hs13-ecdsa/client_plain",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-load-verify", "ecdsa-verify"}},
      {"hs13-ecdsa/client_cached", {"x25519-generate", "x25519-decapsulate", "ecdsa-load-verify"}},
      {"hs13-rsa/server", {"x25519-encapsulate", "rsa-sign"}},
      {"hs13-rsa/client", {"x25519-generate", "x25519-decapsulate", "rsa-load-verify", "rsa-verify"}},
      {"hs13-rsa/client_cached", {"x25519-generate", "x25519-decapsulate", "rsa-load-verify"}},
      {"hs13-mlkem/server", {"x25519mlkem768-encapsulate", "ecdsa-sign"}},
      {"hs13-mlkem/client",
       {"x25519mlkem768-generate", "x25519mlkem768-decapsulate", "ecdsa-load-verify", "ecdsa-verify-table"}},
      {"hs13-mlkem/client_plain",
       {"x25519mlkem768-generate", "x25519mlkem768-decapsulate", "ecdsa-load-verify", "ecdsa-verify"}},
      {"hs13-mlkem/client_cached",
       {"x25519mlkem768-generate", "x25519mlkem768-decapsulate", "ecdsa-load-verify"}},
      {"hs13-mutual/server", {"x25519-encapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify-table"}},
      {"hs13-mutual/server_plain", {"x25519-encapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify"}},
      {"hs13-mutual/server_cached", {"x25519-encapsulate", "ecdsa-sign", "ecdsa-load-verify"}},
      {"hs13-mutual/client",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify-table"}},
      {"hs13-mutual/client_plain",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-sign", "ecdsa-load-verify", "ecdsa-verify"}},
      {"hs13-mutual/client_cached",
       {"x25519-generate", "x25519-decapsulate", "ecdsa-sign", "ecdsa-load-verify"}},
      {"hs12-ecdhe-ecdsa/server", {"x25519-generate", "x25519-decapsulate", "ecdsa-sign"}},
      {"hs12-ecdhe-ecdsa/client", {"x25519-encapsulate", "ecdsa-load-verify", "ecdsa-verify-table"}},
      {"hs12-ecdhe-ecdsa/client_plain", {"x25519-encapsulate", "ecdsa-load-verify", "ecdsa-verify"}},
      {"hs12-ecdhe-ecdsa/client_cached", {"x25519-encapsulate", "ecdsa-load-verify"}},
      {"hs12-rsa-kx/server", {"rsa-decrypt"}},
      {"hs12-rsa-kx/client", {"rsa-load-encrypt", "rsa-verify"}},
      {"hs12-rsa-kx/client_cached", {"rsa-load-encrypt"}},
  };
  return all;
}

void add_names(Names& names, const Sum& sum) {
  names.insert(sum.parts.begin(), sum.parts.end());
  names.insert(sum.symmetric());
}

double total_of(const Sum& sum, const Figures& primitives) {
  double total = 0;
  for (const Figure& figure : primitives) {
    total += figure.value * static_cast<double>(std::ranges::count(sum.parts, figure.name));
    if (figure.name == sum.symmetric()) total += figure.value;
  }
  return total;
}

Figures measure_named(const std::string& folder, Names names, double seconds) {
  Stopwatch watch(std::move(names), seconds);
  measure_group(watch, "x25519", NamedGroup::x25519);
  measure_group(watch, "x25519mlkem768", NamedGroup::X25519MLKEM768);
  measure_key(watch, folder, "ecdsa", SignatureScheme::ecdsa_secp256r1_sha256);
  measure_key(watch, folder, "rsa", SignatureScheme::rsa_pss_rsae_sha256);
  measure_key_transport(watch, read_key(folder + "/rsa-server.key"));
  for (const Scenario& scenario : scenarios) measure_symmetric(watch, folder, scenario);
  return std::move(watch).figures();
}

}  // namespace

Figures measure_primitives(const std::string& folder, double seconds) {
  Names names;
  for (const Sum& sum : sums()) add_names(names, sum);
  Figures figures = measure_named(folder, std::move(names), seconds);
  const Figures alone = figures;
  for (const Sum& sum : sums()) figures.push_back({std::string(sum.name), total_of(sum, alone), "us"});
  return figures;
}

Figures measure_floor(const std::string& folder, std::string_view scenario, double seconds) {
  Names names;
  for (const Sum& sum : sums())
    if (sum.scenario() == scenario) add_names(names, sum);
  if (names.empty()) return {};
  const Figures primitives = measure_named(folder, std::move(names), seconds);
  Figures floors;
  for (const Sum& sum : sums())
    if (sum.scenario() == scenario)
      floors.push_back({std::string(sum.side()), total_of(sum, primitives), "us"});
  return floors;
}

}  // namespace handfast::bench
