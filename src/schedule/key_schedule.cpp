// The key schedule of TLS 1.3.
#include "schedule/key_schedule.hpp"

#include "crypto/contract.hpp"

namespace handfast::schedule {
namespace {

using crypto::Digest;
using crypto::HashAlgorithm;
using crypto::HmacKey;
using crypto::MacValue;

// What depends on the hash alone: computed here once and for all, and once more by the tests.
struct Constants {
  Digest empty_hash;  // Hash("")
  Digest derived;     // Derive-Secret(HKDF-Extract(0, 0), "derived", ""): what follows an absent PSK
};

constexpr Digest constant(std::string_view hex) {
  constexpr auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Digest value;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    value.octets[value.size++] = static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return value;
}

constexpr Constants sha256_constants{
    constant("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    constant("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba")};
constexpr Constants sha384_constants{
    constant(
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"),
    constant(
        "1591dac5cbbf0330a4a84de9c753330e92d01f0a88214b4464972fd668049e93e52f2b16fad922fdc0584478428f282b")};

// RFC 8446 §B.4: the hashes of TLS 1.3's suites are these two.
const Constants& constants(HashAlgorithm algorithm) noexcept {
  return algorithm == HashAlgorithm::sha384 ? sha384_constants : sha256_constants;
}

constexpr std::array<std::uint8_t, crypto::max_digest_size> zeros{};
Bytes zeros_of(HashAlgorithm algorithm) noexcept {
  return Bytes(zeros).first(crypto::digest_size(algorithm));
}

// Derive-Secret(secret, label, "").
MacValue derive_secret(const HmacKey& secret, std::string_view label) noexcept {
  return crypto::derive_secret(secret, label, constants(secret.algorithm()).empty_hash);
}

MacValue expand_label(const HmacKey& secret, std::string_view label, Bytes context = {}) noexcept {
  MacValue value;
  value.resize(crypto::digest_size(secret.algorithm()));
  crypto::expand_label(secret, label, context, value.span());
  return value;
}

HmacKey extract_key(HashAlgorithm algorithm, Bytes salt, Bytes input_keying_material) noexcept {
  return {algorithm, crypto::hkdf_extract(algorithm, salt, input_keying_material).view()};
}

std::string_view binder_label(PskKind kind) noexcept {
  switch (kind) {
    case PskKind::resumption: return "res binder";
    case PskKind::external: return "ext binder";
    case PskKind::imported: return "imp binder";
  }
  return {};
}

}  // namespace

EarlySecret::EarlySecret(HashAlgorithm algorithm, Bytes psk) noexcept
    : algorithm_(algorithm), secret_(extract_key(algorithm, zeros_of(algorithm), psk)) {}

const HmacKey& EarlySecret::secret() const noexcept {
  crypto::require(secret_.has_value());
  return *secret_;
}

MacValue EarlySecret::binder(PskKind kind, const Digest& truncated_hello) const noexcept {
  const MacValue binder_key = derive_secret(secret(), binder_label(kind));
  return verify_data(algorithm_, binder_key.view(), truncated_hello);
}

TrafficSecret EarlySecret::client_early_traffic_secret(const Digest& hello) const noexcept {
  return crypto::derive_secret(secret(), "c e traffic", hello);
}

MacValue EarlySecret::early_exporter_master_secret(const Digest& hello) const noexcept {
  return crypto::derive_secret(secret(), "e exp master", hello);
}

HandshakeSecret EarlySecret::extract(Bytes shared_secret) && noexcept {
  const Bytes input = shared_secret.empty() ? zeros_of(algorithm_) : shared_secret;
  if (!secret_) return HandshakeSecret(extract_key(algorithm_, constants(algorithm_).derived.view(), input));
  const HmacKey secret = std::move(*secret_);  // dies here
  secret_.reset();
  return HandshakeSecret(extract_key(algorithm_, derive_secret(secret, "derived").view(), input));
}

TrafficSecret HandshakeSecret::client_handshake_traffic_secret(const Digest& hellos) const noexcept {
  return crypto::derive_secret(secret_, "c hs traffic", hellos);
}

TrafficSecret HandshakeSecret::server_handshake_traffic_secret(const Digest& hellos) const noexcept {
  return crypto::derive_secret(secret_, "s hs traffic", hellos);
}

MasterSecret HandshakeSecret::extract() && noexcept {
  const HmacKey secret = std::move(secret_);  // dies here
  const HashAlgorithm algorithm = secret.algorithm();
  return MasterSecret(extract_key(algorithm, derive_secret(secret, "derived").view(), zeros_of(algorithm)));
}

TrafficSecret MasterSecret::client_application_traffic_secret_0(const Digest& flight) const noexcept {
  return crypto::derive_secret(secret_, "c ap traffic", flight);
}

TrafficSecret MasterSecret::server_application_traffic_secret_0(const Digest& flight) const noexcept {
  return crypto::derive_secret(secret_, "s ap traffic", flight);
}

MacValue MasterSecret::exporter_master_secret(const Digest& flight) const noexcept {
  return crypto::derive_secret(secret_, "exp master", flight);
}

MacValue MasterSecret::resumption_master_secret(const Digest& all) const noexcept {
  return crypto::derive_secret(secret_, "res master", all);
}

TrafficKeys traffic_keys(HashAlgorithm algorithm, Bytes traffic_secret, crypto::AeadAlgorithm aead) noexcept {
  const HmacKey secret(algorithm, traffic_secret);
  TrafficKeys keys;
  keys.key.resize(crypto::key_size(aead));
  crypto::expand_label(secret, "key", {}, keys.key.span());
  crypto::expand_label(secret, "iv", {}, keys.iv.span());
  return keys;
}

// [8446:4.6.3#2]
TrafficSecret next_traffic_secret(HashAlgorithm algorithm, Bytes traffic_secret) noexcept {
  return expand_label(HmacKey(algorithm, traffic_secret), "traffic upd");
}

MacValue verify_data(HashAlgorithm algorithm, Bytes base_key, const Digest& transcript) noexcept {
  const MacValue finished_key = expand_label(HmacKey(algorithm, base_key), "finished");
  return HmacKey(algorithm, finished_key.view()).mac(transcript.view());
}

MacValue resumption_psk(HashAlgorithm algorithm, Bytes resumption_master_secret, Bytes nonce) noexcept {
  return expand_label(HmacKey(algorithm, resumption_master_secret), "resumption", nonce);
}

Result<> exporter(HashAlgorithm algorithm, Bytes secret, std::string_view label, Bytes context,
                  MutableBytes output) noexcept {
  // RFC 8446 §7.1: the label with its prefix has 7..255 octets. RFC 5869 §2.3: at most 255 blocks.
  if (label.empty() || label.size() > 249)
    return fail(ErrorCode::invalid_argument, "an exporter's label has 1 to 249 octets");
  if (output.size() > 255 * crypto::digest_size(algorithm))
    return fail(ErrorCode::invalid_argument, "more than 255 digests of keying material");
  const MacValue derived = derive_secret(HmacKey(algorithm, secret), label);
  crypto::expand_label(HmacKey(algorithm, derived.view()), "exporter",
                       crypto::hash(algorithm, context).view(), output);
  return {};
}

std::array<std::uint8_t, channel_binding_size> tls_exporter_channel_binding(
    HashAlgorithm algorithm, Bytes exporter_master_secret) noexcept {
  std::array<std::uint8_t, channel_binding_size> binding{};
  // Label and length are within exporter()'s bounds.
  [[maybe_unused]] const Result<> done =
      exporter(algorithm, exporter_master_secret, "EXPORTER-Channel-Binding", {}, binding);
  return binding;
}

}  // namespace handfast::schedule
