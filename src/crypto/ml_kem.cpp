// ML-KEM (FIPS 203 §6, §7) and the public-key encryption K-PKE inside it (§5).
#include "crypto/ml_kem.hpp"

#include <algorithm>
#include <array>

#include "crypto/contract.hpp"
#include "crypto/keccak.hpp"
#include "crypto/ml_kem_arithmetic.hpp"
#include "crypto/ml_kem_sampling.hpp"

namespace handfast::crypto::ml_kem {
namespace {

constexpr std::size_t hash_size = 32;

// FIPS 203 §8, table 2; η1 = η2 = 2 for both sets.
struct Parameters {
  std::size_t k;
  unsigned du, dv;

  [[nodiscard]] constexpr std::size_t vector_size() const noexcept { return k * encoded_size; }
  [[nodiscard]] constexpr std::size_t ek_size() const noexcept { return vector_size() + hash_size; }
  [[nodiscard]] constexpr std::size_t dk_size() const noexcept {
    return vector_size() + ek_size() + 2 * hash_size;
  }
  [[nodiscard]] constexpr std::size_t u_size() const noexcept { return 32 * du; }
  [[nodiscard]] constexpr std::size_t ciphertext_size() const noexcept { return k * u_size() + 32 * dv; }
};

constexpr Parameters parameters_of(ParameterSet set) noexcept {
  return set == ParameterSet::ml_kem_768 ? Parameters{3, 10, 4} : Parameters{4, 11, 5};
}

consteval bool sizes_agree(ParameterSet set) {
  const Parameters p = parameters_of(set);
  return p.ek_size() == encapsulation_key_size(set) && p.dk_size() == decapsulation_key_size(set) &&
         p.ciphertext_size() == ciphertext_size(set);
}
static_assert(sizes_agree(ParameterSet::ml_kem_768) && sizes_agree(ParameterSet::ml_kem_1024));

constexpr std::size_t max_ciphertext_size = ciphertext_size(ParameterSet::ml_kem_1024);

// Polynomials that are wiped: secrets, and what they were computed with.
template <class T, std::size_t count>
struct Wiped : std::array<T, count> {
  Wiped() noexcept = default;
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(this->data(), sizeof(T) * count); }
};

// What one operation works with.
struct Context {
  const Parameters p;
  const Arithmetic& arithmetic;
  const KeccakCode& keccak;
  KeccakLanes lanes;

  Context(ParameterSet set, CpuTier tier) noexcept
      : p(parameters_of(set)), arithmetic(ml_kem::arithmetic(tier)), keccak(keccak_code(tier)), lanes(tier) {}
};

// The parts of a decapsulation key: FIPS 203 Algorithm 16, line 3.
template <class View>
struct DecapsulationKey {
  View s, ek, hash, z;

  DecapsulationKey(const Parameters& p, View dk) noexcept
      : s(dk.first(p.vector_size())),
        ek(dk.subspan(p.vector_size(), p.ek_size())),
        hash(dk.subspan(p.vector_size() + p.ek_size(), hash_size)),
        z(dk.last(hash_size)) {}
};

// H of FIPS 203 §4.1.
void hash_key(KeccakLanes& lanes, Bytes ek, MutableBytes hash) noexcept {
  Sponge sponge(SpongeFunction::sha3_256, ek, {}, {}, hash);
  lanes.add(sponge);
  lanes.run_until(sponge);
}

// FIPS 203 Algorithm 13, K-PKE.KeyGen.
void generate(Context& context, Bytes d, MutableBytes s_out, MutableBytes ek_out) noexcept {
  const auto& [p, arithmetic, keccak, lanes] = context;
  Secret<64> seeds;  // ρ, σ
  const std::array k = {static_cast<std::uint8_t>(p.k)};
  Sponge expansion(SpongeFunction::sha3_512, d, {}, k, seeds.span());
  context.lanes.add(expansion);
  context.lanes.run();

  const Bytes rho = seeds.view().first(32);
  const NoiseSampler noise(context.lanes, seeds.view().subspan(32), 2 * p.k);
  const MatrixSampler sampler(context.lanes, rho, p.k, MatrixSampler::Order::as_it_is);
  context.lanes.run();

  Wiped<Polynomial, 1> secret;
  Wiped<Multiplier, max_k> s;
  for (std::size_t i = 0; i < p.k; ++i) {
    noise.polynomial(arithmetic, i, secret[0]);
    arithmetic.ntt(secret[0]);
    arithmetic.encode(secret[0], s_out.data() + i * encoded_size);
    arithmetic.prepare(secret[0], s[i]);
  }
  std::array<Polynomial, max_k * max_k> matrix;
  sampler.polynomials(arithmetic, keccak, matrix.data());
  for (std::size_t i = 0; i < p.k; ++i) {
    Polynomial t;
    arithmetic.multiply(&matrix[i * p.k], s.data(), p.k, t);
    noise.polynomial(arithmetic, p.k + i, secret[0]);
    arithmetic.ntt(secret[0]);
    arithmetic.add(t, secret[0]);
    arithmetic.encode(t, ek_out.data() + i * encoded_size);
  }
  copy(rho, ek_out.subspan(p.vector_size()));
}

// FIPS 203 Algorithm 14, K-PKE.Encrypt, once the matrix's transpose and the noise are there.
void encrypt(const Context& context, const Polynomial* t, const MatrixSampler& sampler,
             const NoiseSampler& noise, Bytes message, MutableBytes ciphertext) noexcept {
  const auto& [p, arithmetic, keccak, lanes] = context;
  Wiped<Polynomial, 2> secret;
  Wiped<Multiplier, max_k> y;
  for (std::size_t i = 0; i < p.k; ++i) {
    noise.polynomial(arithmetic, i, secret[0]);
    arithmetic.ntt(secret[0]);
    arithmetic.prepare(secret[0], y[i]);
  }
  std::array<Polynomial, max_k * max_k> matrix;
  sampler.polynomials(arithmetic, keccak, matrix.data());
  for (std::size_t i = 0; i < p.k; ++i) {
    arithmetic.multiply(&matrix[i * p.k], y.data(), p.k, secret[0]);
    arithmetic.inverse_ntt(secret[0]);
    noise.polynomial(arithmetic, p.k + i, secret[1]);
    arithmetic.add(secret[0], secret[1]);
    arithmetic.compress(p.du, secret[0], ciphertext.data() + i * p.u_size());
  }
  arithmetic.multiply(t, y.data(), p.k, secret[0]);
  arithmetic.inverse_ntt(secret[0]);
  noise.polynomial(arithmetic, 2 * p.k, secret[1]);
  arithmetic.add(secret[0], secret[1]);
  arithmetic.decompress(1, message.data(), secret[1]);
  arithmetic.add(secret[0], secret[1]);
  arithmetic.compress(p.dv, secret[0], ciphertext.data() + p.k * p.u_size());
}

// FIPS 203 Algorithm 15, K-PKE.Decrypt.
void decrypt(const Context& context, Bytes s_in, Bytes ciphertext, MutableBytes message) noexcept {
  const auto& [p, arithmetic, keccak, lanes] = context;
  Wiped<Polynomial, max_k + 1> secret;  // ŝ, and then the message with its noise
  Wiped<Multiplier, max_k> u;
  for (std::size_t i = 0; i < p.k; ++i) {
    Polynomial& polynomial = secret[max_k];
    arithmetic.decompress(p.du, ciphertext.data() + i * p.u_size(), polynomial);
    arithmetic.ntt(polynomial);
    arithmetic.prepare(polynomial, u[i]);
    (void)arithmetic.decode(s_in.data() + i * encoded_size, secret[i]);
  }
  Polynomial& w = secret[max_k];
  arithmetic.multiply(secret.data(), u.data(), p.k, w);
  arithmetic.inverse_ntt(w);
  Polynomial v;
  arithmetic.decompress(p.dv, ciphertext.data() + p.k * p.u_size(), v);
  arithmetic.subtract_from(v, w);
  arithmetic.compress(1, w, message.data());
}

// 0xff for equal octets, else 0, in a time that depends on the length only.
std::uint8_t equality_mask(Bytes a, Bytes b) noexcept {
  return static_cast<std::uint8_t>(-static_cast<int>(constant_time_equal(a, b)));
}

}  // namespace

PrivateKey PrivateKey::from_seed(ParameterSet set, std::span<const std::uint8_t, seed_size> seed,
                                 CpuTier tier) {
  Context context(set, tier);
  SecretOctets octets(decapsulation_key_size(set));
  const DecapsulationKey<MutableBytes> dk(context.p, octets);
  generate(context, seed.first(32), dk.s, dk.ek);
  hash_key(context.lanes, dk.ek, dk.hash);
  copy(seed.last(32), dk.z);
  return {set, std::move(octets)};
}

Result<PrivateKey> PrivateKey::from_decapsulation_key(ParameterSet set, Bytes decapsulation_key,
                                                      CpuTier tier) {
  // FIPS 203 §7.3: the type check, then the hash check.
  if (decapsulation_key.size() != decapsulation_key_size(set))
    return fail(ErrorCode::bad_private_key, "length of an ML-KEM decapsulation key");
  Context context(set, tier);
  const DecapsulationKey<Bytes> dk(context.p, decapsulation_key);
  std::array<std::uint8_t, hash_size> hash;
  hash_key(context.lanes, dk.ek, hash);
  if (!equal(hash, dk.hash)) return fail(ErrorCode::bad_private_key, "hash in an ML-KEM decapsulation key");
  return PrivateKey(set, SecretOctets(decapsulation_key.begin(), decapsulation_key.end()));
}

Bytes PrivateKey::encapsulation_key() const noexcept {
  return DecapsulationKey<Bytes>(parameters_of(set_), decapsulation_key_).ek;
}

Result<SharedSecret> PrivateKey::decapsulate(Bytes ciphertext, CpuTier tier) const noexcept {
  // FIPS 203 §7.3: the length is all that is checked of a ciphertext.
  if (ciphertext.size() != ciphertext_size(set_))
    return fail(ErrorCode::bad_key_share, "length of an ML-KEM ciphertext");
  Context context(set_, tier);
  const auto& [p, arithmetic, keccak, lanes] = context;
  const DecapsulationKey<Bytes> dk(p, decapsulation_key_);

  // FIPS 203 Algorithm 18. J is long and waits for nothing, so it runs beside all the rest.
  SharedSecret rejected;
  Sponge rejection(SpongeFunction::shake256, dk.z, ciphertext, {}, rejected.span());
  context.lanes.add(rejection);

  Secret<message_size> message;
  decrypt(context, dk.s, ciphertext, message.span());
  Secret<64> key_and_randomness;
  Sponge derivation(SpongeFunction::sha3_512, message.view(), dk.hash, {}, key_and_randomness.span());
  context.lanes.add(derivation);
  const MatrixSampler sampler(context.lanes, dk.ek.last(32), p.k, MatrixSampler::Order::transposed);
  context.lanes.run_until(derivation);
  const NoiseSampler noise(context.lanes, key_and_randomness.view().subspan(32), 2 * p.k + 1);
  context.lanes.run();

  std::array<Polynomial, max_k> t;
  for (std::size_t i = 0; i < p.k; ++i) (void)arithmetic.decode(dk.ek.data() + i * encoded_size, t[i]);
  Wiped<std::uint8_t, max_ciphertext_size> again;
  const MutableBytes expected(again.data(), ciphertext.size());
  encrypt(context, t.data(), sampler, noise, message.view(), expected);

  // Implicit rejection: which of the two secrets it is shows nowhere.
  const std::uint8_t valid = equality_mask(ciphertext, expected);
  SharedSecret shared(key_and_randomness.view().first(shared_secret_size));
  for (std::size_t i = 0; i < shared_secret_size; ++i) {
    shared.data()[i] = static_cast<std::uint8_t>((shared.data()[i] & valid) | (rejected.data()[i] & ~valid));
  }
  return shared;
}

Result<SharedSecret> encapsulate(ParameterSet set, Bytes encapsulation_key,
                                 std::span<const std::uint8_t, message_size> message, MutableBytes ciphertext,
                                 CpuTier tier) noexcept {
  if (ciphertext.size() != ciphertext_size(set))
    return fail(ErrorCode::invalid_argument, "room for an ML-KEM ciphertext");
  // FIPS 203 §7.2: the type check, then the modulus check.
  if (encapsulation_key.size() != encapsulation_key_size(set))
    return fail(ErrorCode::bad_key_share, "length of an ML-KEM encapsulation key");
  Context context(set, tier);
  const auto& [p, arithmetic, keccak, lanes] = context;
  std::array<Polynomial, max_k> t;
  bool all_below_q = true;
  for (std::size_t i = 0; i < p.k; ++i)
    all_below_q = arithmetic.decode(encapsulation_key.data() + i * encoded_size, t[i]) && all_below_q;
  if (!all_below_q) return fail(ErrorCode::bad_key_share, "coefficient of an ML-KEM encapsulation key");

  // FIPS 203 Algorithm 17.
  std::array<std::uint8_t, hash_size> hash;
  Sponge key_hash(SpongeFunction::sha3_256, encapsulation_key, {}, {}, hash);
  context.lanes.add(key_hash);
  const MatrixSampler sampler(context.lanes, encapsulation_key.last(32), p.k,
                              MatrixSampler::Order::transposed);
  context.lanes.run();
  Secret<64> key_and_randomness;
  Sponge derivation(SpongeFunction::sha3_512, message, hash, {}, key_and_randomness.span());
  context.lanes.add(derivation);
  context.lanes.run();
  const NoiseSampler noise(context.lanes, key_and_randomness.view().subspan(32), 2 * p.k + 1);
  context.lanes.run();
  encrypt(context, t.data(), sampler, noise, message, ciphertext);
  return SharedSecret(key_and_randomness.view().first(shared_secret_size));
}

}  // namespace handfast::crypto::ml_kem
