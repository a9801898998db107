// The primitives as a handshake calls them: through src/crypto and src/schedule, without messages.
#include "primitives.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <handfast/credential.hpp>

#include "crypto/aead.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/private_key.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "handshake_shape.hpp"
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

/// Makes the operations that are wanted.
class Collector {
 public:
  explicit Collector(const Names& wanted) : wanted_(wanted) {}

  [[nodiscard]] bool wants(const std::string& name) const { return wanted_.contains(name); }
  [[nodiscard]] bool wants_of(const std::string& prefix) const {
    const auto next = wanted_.lower_bound(prefix);
    return next != wanted_.end() && next->starts_with(prefix);
  }
  /// `operation` holds all that it needs.
  void add(const std::string& name, std::function<void()> operation) {
    if (wants(name)) operations_.emplace(name, std::move(operation));
  }
  [[nodiscard]] Operations operations() && { return std::move(operations_); }

 private:
  const Names& wanted_;
  Operations operations_;
};

void add_group(Collector& collector, const std::string& name, NamedGroup group) {
  if (!collector.wants_of(name + "-")) return;
  RandomSource& random = system_random();
  const auto client =
      std::make_shared<crypto::PrivateShare>(value_of(crypto::PrivateShare::generate(group, random)));
  const auto server = std::make_shared<crypto::Encapsulation>(
      value_of(crypto::encapsulate(group, client->public_share(), random)));
  collector.add(name + "-generate",
                [=, &random] { require(crypto::PrivateShare::generate(group, random).has_value()); });
  collector.add(name + "-encapsulate", [=, &random] {
    require(crypto::encapsulate(group, client->public_share(), random).has_value());
  });
  collector.add(name + "-decapsulate", [=] { require(client->decapsulate(server->share).has_value()); });
}

crypto::PublicKey load(const crypto::PublicKey& key) {
  if (key.type() == crypto::KeyType::rsa)
    return value_of(crypto::PublicKey::rsa(key.modulus(), key.exponent()));
  return value_of(crypto::PublicKey::ec(NamedGroup::secp256r1, key.point()));
}

/// A key, and signatures of it as they stand in a CertificateVerify and on a certificate.
struct Signed {
  crypto::PrivateKey key;
  crypto::PublicKey ready;             ///< its public key, with a table
  SignatureScheme scheme;              ///< of the one
  SignatureScheme certificate_scheme;  ///< of the other
  Octets transcript;
  Octets certificate;
  Octets transcript_signature = sign(transcript);
  Octets certificate_signature = value_of(key.sign(certificate_scheme, certificate, system_random()));

  [[nodiscard]] Octets sign(Bytes message) const {
    return value_of(key.sign(scheme, message, system_random()));
  }
  void verify_transcript(const crypto::PublicKey& by) const {
    require(by.verify(*crypto::algorithm_of(scheme), transcript, transcript_signature).has_value());
  }
  void verify_certificate(const crypto::PublicKey& by) const {
    require(
        by.verify(*crypto::algorithm_of(certificate_scheme), certificate, certificate_signature).has_value());
  }
};

// The leaf's key is new in each handshake, and a new RSA key has constants to be made at its first use. The
// authority's is there since the trust store is, with its table. Both are one here.
void add_key(Collector& collector, const std::string& folder, const std::string& name, SignatureScheme scheme,
             SignatureScheme certificate_scheme) {
  if (!collector.wants_of(name + "-")) return;
  crypto::PrivateKey key = read_key(folder + "/" + name + "-server.key");
  const std::string with_table = name + "-verify-table";
  crypto::PublicKey ready =
      collector.wants(with_table) ? key.public_key().for_many_checks() : key.public_key();
  const auto of = std::make_shared<const Signed>(
      Signed{.key = std::move(key),
             .ready = std::move(ready),
             .scheme = scheme,
             .certificate_scheme = certificate_scheme,
             .transcript = Octets(130, 0x20),  // as long as what a CertificateVerify signs
             .certificate = read_signed(folder + "/" + name + "-server.pem")});
  collector.add(name + "-sign", [of] { (void)of->sign(of->transcript); });
  collector.add(name + "-load-verify", [of] { of->verify_transcript(load(of->key.public_key())); });
  collector.add(name + "-verify", [of] { of->verify_certificate(of->key.public_key()); });
  collector.add(with_table, [of] { of->verify_certificate(of->ready); });
}

struct KeyTransport {
  crypto::PrivateKey key;
  crypto::PremasterSecret premaster{};
  Octets encrypted{};
};

void add_key_transport(Collector& collector, const std::string& folder) {
  if (!collector.wants("rsa-load-encrypt") && !collector.wants("rsa-decrypt")) return;
  RandomSource& random = system_random();
  const auto of = std::make_shared<KeyTransport>(KeyTransport{.key = read_key(folder + "/rsa-server.key")});
  of->premaster.resize(crypto::premaster_secret_size);
  of->encrypted = value_of(crypto::encrypt_premaster(of->key.public_key(), of->premaster, random));
  collector.add("rsa-load-encrypt", [of, &random] {
    require(crypto::encrypt_premaster(load(of->key.public_key()), of->premaster, random).has_value());
  });
  collector.add("rsa-decrypt", [of, &random] {
    require(crypto::decrypt_premaster(of->key, of->encrypted, ProtocolVersion::tls12, random).has_value());
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
// its first record: those for data are not in a handshake. A resumption has a binder in the place of
// certificates, and a ticket comes behind it, under the key for data; the ticket's own protection is not
// here.
void symmetric13(Workload& work, const Scenario& scenario) {
  using enum HandshakeType;
  const std::array<std::uint8_t, 32> zeros{};
  ShapedTranscript transcript(work);
  const auto expand = [&](const schedule::TrafficSecret& secret) {
    return schedule::traffic_keys(schedule_hash, secret.view(), schedule_aead);
  };
  const auto make_key = [&](const schedule::TrafficSecret& secret) {
    return crypto::AeadKey(schedule_aead, expand(secret).key.view());
  };
  const auto certify = [&] {  // CertificateVerify signs what comes before it, a Finished what comes with it
    (void)transcript.through(certificate);
    return transcript.through(certificate_verify);
  };
  schedule::EarlySecret early =
      scenario.resumed ? schedule::EarlySecret(schedule_hash, zeros) : schedule::EarlySecret(schedule_hash);
  if (scenario.resumed) (void)early.binder(schedule::PskKind::resumption, transcript.through(client_hello));
  schedule::HandshakeSecret handshake = std::move(early).extract(zeros);
  const crypto::Digest hellos = transcript.through(server_hello);
  const auto client = handshake.client_handshake_traffic_secret(hellos);
  const auto server = handshake.server_handshake_traffic_secret(hellos);
  const crypto::AeadKey client_key = make_key(client);
  const crypto::AeadKey server_key = make_key(server);
  protect(server_key, work, false);
  (void)schedule::verify_data(schedule_hash, server.view(),
                              scenario.resumed ? transcript.through(encrypted_extensions) : certify());
  schedule::MasterSecret master = std::move(handshake).extract();
  const crypto::Digest flight = transcript.through(finished);
  (void)expand(master.client_application_traffic_secret_0(flight));
  const auto server_data = master.server_application_traffic_secret_0(flight);
  (void)master.exporter_master_secret(flight);
  (void)schedule::verify_data(schedule_hash, client.view(), scenario.mutual ? certify() : flight);
  if (!scenario.resumed) {
    (void)expand(server_data);
    return;
  }
  (void)make_key(server_data);
  const auto resumption = master.resumption_master_secret(transcript.through(finished));
  (void)schedule::resumption_psk(schedule_hash, resumption.view(), Bytes(zeros).first(1));
}

// What follows the master secret. `before_finished`: Transcript-Hash of what the first Finished verifies.
void symmetric12(Workload& work, Bytes master_secret, ShapedTranscript& transcript,
                 const crypto::Digest& before_finished, Role first) {
  const std::array<std::uint8_t, 32> random{};
  const crypto::HmacKey master(schedule_hash, master_secret);
  const schedule::KeyBlock12 keys(*schedule::suite_info(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
                                  master, random, random);
  const crypto::AeadKey client(schedule_aead, keys.key(Role::client));
  const crypto::AeadKey server(schedule_aead, keys.key(Role::server));
  protect(client, work, true);
  (void)schedule::verify_data12(first, master, before_finished);
  const Role second = first == Role::client ? Role::server : Role::client;
  (void)schedule::verify_data12(second, master, transcript.through(HandshakeType::finished));
}

void full12(Workload& work) {
  const std::array<std::uint8_t, 48> premaster{};
  ShapedTranscript transcript(work);
  const crypto::Digest session_hash = transcript.through(HandshakeType::client_key_exchange);
  const auto secret = schedule::extended_master_secret12(schedule_hash, premaster, session_hash);
  symmetric12(work, secret.view(), transcript, session_hash, Role::client);
}

void resumed12(Workload& work) {
  const std::array<std::uint8_t, schedule::master_secret12_size> master{};
  ShapedTranscript transcript(work);
  const crypto::Digest hellos = transcript.through(HandshakeType::server_hello);
  symmetric12(work, master, transcript, hellos, Role::server);
}

void add_symmetric(Collector& collector, const std::string& folder, const Scenario& scenario) {
  const std::string name = symmetric_name(scenario);
  if (!collector.wants(name)) return;
  const auto work = std::make_shared<Workload>(shape_of(folder, scenario));
  if (!scenario.is_tls12())
    collector.add(name, [work, &scenario] { symmetric13(*work, scenario); });
  else if (scenario.resumed)
    collector.add(name, [work] { resumed12(*work); });
  else
    collector.add(name, [work] { full12(*work); });
}

}  // namespace

std::string symmetric_name(const Scenario& scenario) { return std::string(scenario.name) + "-symmetric"; }

Operations make_operations(const std::string& folder, const Names& wanted) {
  Collector collector(wanted);
  add_group(collector, "x25519", NamedGroup::x25519);
  add_group(collector, "x25519mlkem768", NamedGroup::X25519MLKEM768);
  using enum SignatureScheme;
  add_key(collector, folder, "ecdsa", ecdsa_secp256r1_sha256, ecdsa_secp256r1_sha256);
  add_key(collector, folder, "rsa", rsa_pss_rsae_sha256, rsa_pkcs1_sha256);
  add_key_transport(collector, folder);
  for (const Scenario& scenario : scenarios) add_symmetric(collector, folder, scenario);
  return std::move(collector).operations();
}

}  // namespace handfast::bench
