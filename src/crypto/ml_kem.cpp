// ML-KEM (FIPS 203 §6 and §7): K-PKE made safe against chosen ciphertexts.
#include "crypto/ml_kem.hpp"

#include <array>

#include "crypto/constant_time.hpp"
#include "crypto/contract.hpp"
#include "crypto/keccak.hpp"
#include "crypto/ml_kem_arithmetic.hpp"
#include "crypto/ml_kem_pke.hpp"
#include "crypto/ml_kem_sampling.hpp"
#include "crypto/stack.hpp"

namespace handfast::crypto::ml_kem {
namespace {

constexpr std::size_t hash_size = 32;
constexpr std::size_t max_ciphertext_size = ciphertext_size(ParameterSet::ml_kem_1024);

consteval bool sizes_agree(ParameterSet set) {
  const Parameters p = parameters_of(set);
  return p.encapsulation_key_size() == encapsulation_key_size(set) &&
         p.vector_size() + p.encapsulation_key_size() + 2 * hash_size == decapsulation_key_size(set) &&
         p.ciphertext_size() == ciphertext_size(set);
}
static_assert(sizes_agree(ParameterSet::ml_kem_768) && sizes_agree(ParameterSet::ml_kem_1024));

// The parts of a decapsulation key: FIPS 203 Algorithm 16, line 3. View is Bytes or MutableBytes.
template <class View>
struct Parts {
  View s, encapsulation_key, hash, z;

  Parts(ParameterSet set, View key) noexcept {
    const Parameters p = parameters_of(set);
    s = key.first(p.vector_size());
    encapsulation_key = key.subspan(p.vector_size(), p.encapsulation_key_size());
    hash = key.last(2 * hash_size).first(hash_size);
    z = key.last(hash_size);
  }
};

using DecodedKey = std::array<Polynomial, max_k>;

// t̂ of an encapsulation key. False if a coefficient is not below q (FIPS 203 §7.2, the modulus check).
bool decode(const Context& context, Bytes encapsulation_key, DecodedKey& t) noexcept {
  bool all_below_q = true;
  for (std::size_t i = 0; i < context.parameters.k; ++i)
    all_below_q &= context.arithmetic.decode(encapsulation_key.data() + i * encoded_size, t[i]);
  return all_below_q;
}

// A hash of secrets: what it leaves on the stack is wiped before it lies in a gap of a larger frame.
void run(KeccakLanes& lanes, Sponge&& sponge) noexcept {
  lanes.add(sponge);
  lanes.run_until(sponge);
  wipe_stack_below();
}

// All lanes, noise among them.
void run(KeccakLanes& lanes) noexcept {
  lanes.run();
  wipe_stack_below();
}

// H of FIPS 203 §4.1.
void hash(KeccakLanes& lanes, Bytes encapsulation_key, MutableBytes digest) noexcept {
  run(lanes, Sponge(SpongeFunction::sha3_256, encapsulation_key, {}, {}, digest));
}

}  // namespace

PrivateKey PrivateKey::ephemeral(ParameterSet set, std::span<const std::uint8_t, seed_size> seed,
                                 CpuTier tier) {
  Context context(set, tier);
  SecretOctets octets(decapsulation_key_size(set));
  const Parts<MutableBytes> key(set, octets);
  // FIPS 203 Algorithm 13, line 1.
  Secret<64> rho_and_sigma;
  const std::array k = {static_cast<std::uint8_t>(context.parameters.k)};
  run(context.lanes, Sponge(SpongeFunction::sha3_512, seed.first(32), {}, k, rho_and_sigma.span()));
  k_pke::generate(context, rho_and_sigma.view().first(32), rho_and_sigma.view().last(32), key.s,
                  key.encapsulation_key);
  copy(seed.last(32), key.z);
  return {set, std::move(octets), false};
}

PrivateKey PrivateKey::from_seed(ParameterSet set, std::span<const std::uint8_t, seed_size> seed,
                                 CpuTier tier) {
  PrivateKey made = ephemeral(set, seed, tier);
  const Parts<MutableBytes> key(set, made.decapsulation_key_);
  KeccakLanes lanes(tier);
  hash(lanes, key.encapsulation_key, key.hash);
  made.has_hash_ = true;
  return made;
}

Result<PrivateKey> PrivateKey::from_decapsulation_key(ParameterSet set, Bytes decapsulation_key,
                                                      CpuTier tier) {
  // FIPS 203 §7.3: the length, then the hash.
  if (decapsulation_key.size() != decapsulation_key_size(set))
    return fail(ErrorCode::bad_private_key, "length of an ML-KEM decapsulation key");
  KeccakLanes lanes(tier);
  const Parts<Bytes> key(set, decapsulation_key);
  std::array<std::uint8_t, hash_size> digest;
  hash(lanes, key.encapsulation_key, digest);
  if (!equal(digest, key.hash))
    return fail(ErrorCode::bad_private_key, "hash in an ML-KEM decapsulation key");
  return PrivateKey(set, SecretOctets(decapsulation_key.begin(), decapsulation_key.end()), true);
}

Bytes PrivateKey::decapsulation_key() const noexcept {
  require(has_hash_);
  return decapsulation_key_;
}

Bytes PrivateKey::encapsulation_key() const noexcept {
  return Parts<Bytes>(set_, decapsulation_key_).encapsulation_key;
}

Result<SharedSecret> PrivateKey::decapsulate(Bytes ciphertext, CpuTier tier) const noexcept {
  // FIPS 203 §7.3: the length is all that is checked of a ciphertext.
  if (ciphertext.size() != ciphertext_size(set_))
    return fail(ErrorCode::bad_key_share, "length of an ML-KEM ciphertext");
  Context context(set_, tier);
  const Parts<Bytes> key(set_, decapsulation_key_);

  // FIPS 203 Algorithm 18. J is long and waits for nothing, so it runs beside all the rest, and so does H.
  SharedSecret rejection;
  Sponge j(SpongeFunction::shake256, key.z, ciphertext, {}, rejection.span());
  context.lanes.add(j);
  std::array<std::uint8_t, hash_size> digest;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by h
  Sponge h(SpongeFunction::sha3_256, key.encapsulation_key, {}, {}, digest);
  if (!has_hash_) context.lanes.add(h);

  Secret<message_size> message;
  k_pke::decrypt(context, key.s, ciphertext, message.span());
  const MatrixSampler matrix(context.lanes, key.encapsulation_key.last(32), context.parameters.k,
                             MatrixSampler::Order::transposed);
  if (!has_hash_) context.lanes.run_until(h);
  Secret<64> shared_and_r;
  run(context.lanes, Sponge(SpongeFunction::sha3_512, message.view(), has_hash_ ? key.hash : Bytes(digest),
                            {}, shared_and_r.span()));
  const NoiseSampler noise(context.lanes, shared_and_r.view().last(32), 2 * context.parameters.k + 1);
  run(context.lanes);

  DecodedKey t;
  (void)decode(context, key.encapsulation_key, t);
  Secret<max_ciphertext_size> again;
  again.resize(ciphertext.size());
  k_pke::encrypt(context, t.data(), matrix, noise, message.view(), again.span());

  // Implicit rejection: which of the two secrets it is shows nowhere.
  SharedSecret shared;
  Choice::equal(ciphertext, again.view())
      .select(shared_and_r.view().first(shared_secret_size), rejection.view(), shared.span());
  return shared;
}

Result<SharedSecret> encapsulate(ParameterSet set, Bytes encapsulation_key,
                                 std::span<const std::uint8_t, message_size> message, MutableBytes ciphertext,
                                 CpuTier tier) noexcept {
  if (ciphertext.size() != ciphertext_size(set))
    return fail(ErrorCode::invalid_argument, "room for an ML-KEM ciphertext");
  // FIPS 203 §7.2: the length, then the coefficients.
  if (encapsulation_key.size() != encapsulation_key_size(set))
    return fail(ErrorCode::bad_key_share, "length of an ML-KEM encapsulation key");
  Context context(set, tier);
  DecodedKey t;
  if (!decode(context, encapsulation_key, t))
    return fail(ErrorCode::bad_key_share, "coefficient of an ML-KEM encapsulation key");

  // FIPS 203 Algorithm 17. H is the longest, so it comes first and the matrix runs beside it.
  std::array<std::uint8_t, hash_size> digest;
  Sponge h(SpongeFunction::sha3_256, encapsulation_key, {}, {}, digest);
  context.lanes.add(h);
  const MatrixSampler matrix(context.lanes, encapsulation_key.last(32), context.parameters.k,
                             MatrixSampler::Order::transposed);
  context.lanes.run();
  Secret<64> shared_and_r;
  run(context.lanes, Sponge(SpongeFunction::sha3_512, message, digest, {}, shared_and_r.span()));
  const NoiseSampler noise(context.lanes, shared_and_r.view().last(32), 2 * context.parameters.k + 1);
  run(context.lanes);
  k_pke::encrypt(context, t.data(), matrix, noise, message, ciphertext);
  return SharedSecret(shared_and_r.view().first(shared_secret_size));
}

}  // namespace handfast::crypto::ml_kem
