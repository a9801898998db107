// Private keys: made of their numbers, generated, and signing.
#include "crypto/private_key.hpp"

#include <array>

#include "crypto/contract.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/emsa.hpp"
#include "crypto/private_key_state.hpp"
#include "crypto/sodium.hpp"
#include "crypto/stack.hpp"

namespace handfast::crypto {
namespace {

using Kind = SignatureAlgorithm::Kind;

Octets octets_of(const BIGNUM* number) {
  Octets octets(static_cast<std::size_t>(BN_num_bytes(number)));
  write_number(number, octets);
  return octets;
}

/// Whether `product` = 1 modulo `modulus` - 1, and `reduced` = `exponent` modulo the same.
bool exponent_fits(const BIGNUM* e, const BIGNUM* d, const BIGNUM* prime, const BIGNUM* reduced,
                   BN_CTX* context) {
  const BigNumber less_one = owned<BigNumber>(BN_dup(prime));
  must(BN_sub_word(less_one.get(), 1));
  if (BN_is_zero(less_one.get())) return false;
  const BigNumber value = new_number();
  must(BN_mod_mul(value.get(), e, d, less_one.get(), context));
  if (!BN_is_one(value.get())) return false;
  must(BN_nnmod(value.get(), d, less_one.get(), context));
  return BN_cmp(value.get(), reduced) == 0;
}

/// The relations of RFC 8017 §3.2 among the numbers, but for the primality of the factors.
bool rsa_numbers_fit(const RSA* key) {
  const BIGNUM *n = nullptr, *e = nullptr, *d = nullptr, *p = nullptr, *q = nullptr;
  const BIGNUM *dp = nullptr, *dq = nullptr, *coefficient = nullptr;
  RSA_get0_key(key, &n, &e, &d);
  RSA_get0_factors(key, &p, &q);
  RSA_get0_crt_params(key, &dp, &dq, &coefficient);
  for (const BIGNUM* number : {n, e, d, p, q, dp, dq, coefficient})
    if (number == nullptr || BN_is_negative(number) != 0 || BN_is_zero(number)) return false;
  if (BN_cmp(p, q) == 0 || BN_is_one(p) || BN_is_one(q)) return false;

  const auto context = owned<BigNumberContext>(BN_CTX_new());
  const BigNumber value = new_number();
  must(BN_mul(value.get(), p, q, context.get()));
  if (BN_cmp(value.get(), n) != 0) return false;
  must(BN_mod_mul(value.get(), q, coefficient, p, context.get()));
  return BN_is_one(value.get()) && exponent_fits(e, d, p, dp, context.get()) &&
         exponent_fits(e, d, q, dq, context.get());
}

/// The private operation without padding, blinded by libcrypto, which also checks its result with the public
/// exponent, so that a fault does not give the factors away. `encoded` is smaller than the modulus.
bool rsa_private_operation(RSA* key, Bytes encoded, MutableBytes out) noexcept {
  const ErrorQueueGuard guard;
  const int size =
      RSA_private_encrypt(static_cast<int>(encoded.size()), encoded.data(), out.data(), key, RSA_NO_PADDING);
  wipe_stack_below<rsa_scratch>();
  return size == static_cast<int>(out.size());
}

/// Signs a constant and looks at it: composite factors show here. It also fills the caches of the key.
bool rsa_works(RSA* key, const PublicKeyState& public_key) {
  const std::size_t size = public_key.modulus.size();
  Octets plain(size, 0x5a);
  plain[0] = 0;
  Octets transformed(size);
  Octets back(size);
  return rsa_private_operation(key, plain, transformed) && rsavp1(public_key, transformed, back) &&
         plain == back;
}

/// A public key that is refused, from the file's reader's point of view.
auto refused(const Error& error) noexcept {
  return fail(error.code == ErrorCode::certificate_unsupported ? ErrorCode::unsupported_private_key
                                                               : ErrorCode::bad_private_key,
              error.detail);
}

Result<Octets> sign_rsa(const PrivateKeyState& key, const SignatureAlgorithm& algorithm, const Digest& digest,
                        RandomSource& random) {
  const std::size_t size = key.public_key.modulus().size();
  std::array<std::uint8_t, PublicKey::maximum_rsa_octets> room;
  const MutableBytes encoded = MutableBytes(room).first(size);
  if (algorithm.kind == Kind::rsa_pss) {
    if (const Result<> done =
            encode_pss(digest, algorithm.hash, algorithm.salt_length, key.public_key.bits(), random, encoded);
        !done)
      return fail(done.error());
  } else if (!encode_pkcs1(digest, algorithm.hash, encoded)) {
    return fail(ErrorCode::invalid_argument, "the RSA key is too short for this signature");
  }
  Octets signature(size);
  if (!rsa_private_operation(key.rsa.get(), encoded, signature)) return fail(ErrorCode::signing_failed);
  return signature;
}

Result<Octets> sign_ed25519(const PrivateKeyState& key, Bytes message) {
  prepare_sodium();
  Octets signature(crypto_sign_ed25519_BYTES);
  const int failed = crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(),
                                                  key.ed25519.data());
  wipe_stack_below();
  if (failed != 0) return fail(ErrorCode::signing_failed);
  return signature;
}

Result<SharedPrivateKeyState> generate_rsa(std::size_t bits, bool pss_only) {
  if (bits < 2048 || bits > PublicKey::maximum_rsa_bits)
    return fail(ErrorCode::invalid_argument, "an RSA key is made with 2048 to 8192 bits");
  RsaKey key = owned<RsaKey>(RSA_new());
  const BigNumber exponent = new_number();
  must(BN_set_word(exponent.get(), RSA_F4));
  const ErrorQueueGuard guard;
  if (RSA_generate_key_ex(key.get(), static_cast<int>(bits), exponent.get(), nullptr) != 1)
    return fail(ErrorCode::random_failed);
  return rsa_private_key(std::move(key), pss_only, std::nullopt);
}

}  // namespace

Result<SharedPrivateKeyState> rsa_private_key(RsaKey key, bool pss_only,
                                              std::optional<PssRestriction> restriction,
                                              Octets pss_parameters) {
  const BIGNUM* const n = RSA_get0_n(key.get());
  const BIGNUM* const e = RSA_get0_e(key.get());
  if (n == nullptr || e == nullptr || BN_is_negative(n) != 0 || BN_is_negative(e) != 0)
    return fail(ErrorCode::bad_private_key);
  Result<PublicKey> public_key = pss_only ? PublicKey::rsa_pss(octets_of(n), octets_of(e), restriction)
                                          : PublicKey::rsa(octets_of(n), octets_of(e));
  if (!public_key) return refused(public_key.error());
  if (!rsa_numbers_fit(key.get()) || !rsa_works(key.get(), KeyState::of(*public_key)))
    return fail(ErrorCode::bad_private_key, "the numbers of the RSA key do not fit together");
  auto state = std::make_shared<PrivateKeyState>(*std::move(public_key));
  state->rsa = std::move(key);
  state->pss_parameters = std::move(pss_parameters);
  return state;
}

Result<SharedPrivateKeyState> ec_private_key(const Curve& curve, CurveScalar scalar, Bytes point) {
  if (scalar.size() != curve.field_size || !is_scalar(curve, scalar.view()))
    return fail(ErrorCode::bad_private_key, "the private number is not below the order of the curve");
  std::array<std::uint8_t, max_point_size> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const MutableBytes derived = MutableBytes(room).first(curve.point_size());
  multiply_base(curve, scalar.view(), derived);
  if (!point.empty() && !equal(point, derived))
    return fail(ErrorCode::bad_private_key,
                "the private and the public key of the file do not belong together");
  Result<PublicKey> public_key = PublicKey::ec(curve.group, derived);
  if (!public_key) return refused(public_key.error());

  auto state = std::make_shared<PrivateKeyState>(*std::move(public_key));
  state->ec = owned<EcKey>(EC_KEY_new());
  must(EC_KEY_set_group(state->ec.get(), curve.ec_group));
  must(EC_KEY_oct2key(state->ec.get(), derived.data(), derived.size(), nullptr));
  EC_KEY_set_enc_flags(state->ec.get(), EC_PKEY_NO_PARAMETERS);  // PKCS#8 names the curve outside
  must(EC_KEY_set_private_key(state->ec.get(), secret_number_of(scalar.view()).get()));
  state->scalar = std::move(scalar);
  return state;
}

Result<SharedPrivateKeyState> ed25519_private_key(Bytes seed) {
  if (seed.size() != crypto_sign_ed25519_SEEDBYTES)
    return fail(ErrorCode::bad_private_key, "an Ed25519 key has 32 octets");
  prepare_sodium();
  std::array<std::uint8_t, crypto_sign_ed25519_PUBLICKEYBYTES> point{};
  Secret<64> secret;
  require(crypto_sign_ed25519_seed_keypair(point.data(), secret.data(), seed.data()) == 0);
  wipe_stack_below();
  Result<PublicKey> public_key = PublicKey::ed25519(point);
  if (!public_key) return refused(public_key.error());
  auto state = std::make_shared<PrivateKeyState>(*std::move(public_key));
  state->ed25519 = std::move(secret);
  return state;
}

Result<PrivateKey> PrivateKey::generate(KeyType type, RandomSource& random, std::size_t rsa_bits) {
  Result<SharedPrivateKeyState> state;
  if (type == KeyType::rsa || type == KeyType::rsa_pss) {
    state = generate_rsa(rsa_bits, type == KeyType::rsa_pss);
  } else if (const std::optional<NamedGroup> group = crypto::curve_of(type)) {
    const Curve& curve = *crypto::curve_of(*group);
    Result<CurveScalar> scalar = draw_scalar(curve, random);
    if (!scalar) return fail(scalar.error());
    state = ec_private_key(curve, *std::move(scalar), {});
  } else {
    Secret<crypto_sign_ed25519_SEEDBYTES> seed;
    if (const Result<> drawn = random.fill(seed.span()); !drawn) return fail(drawn.error());
    state = ed25519_private_key(seed.view());
  }
  if (!state) return fail(state.error());
  return PrivateKey(*std::move(state));
}

const PublicKey& PrivateKey::public_key() const noexcept { return state_->public_key; }

Result<Octets> PrivateKey::sign(const SignatureAlgorithm& algorithm, Bytes message,
                                RandomSource& random) const {
  if (!state_->public_key.fits(algorithm))
    return fail(ErrorCode::invalid_argument, "the key does not make signatures of this kind");
  if (algorithm.kind == Kind::ed25519) return sign_ed25519(*state_, message);
  const Digest digest = hash(algorithm.hash, message);
  if (algorithm.kind == Kind::ecdsa) {
    const Curve& curve = *crypto::curve_of(*crypto::curve_of(type()));
    return sign_ecdsa(state_->ec.get(), curve, state_->scalar.view(), digest, random);
  }
  return sign_rsa(*state_, algorithm, digest, random);
}

Result<Octets> PrivateKey::sign(SignatureScheme scheme, Bytes message, RandomSource& random,
                                ProtocolVersion version) const {
  const std::optional<SignatureAlgorithm> algorithm = algorithm_of(scheme);
  if (!algorithm || !public_key().matches(scheme, version))
    return fail(ErrorCode::invalid_argument, "the key does not sign with this scheme");
  return sign(*algorithm, message, random);
}

}  // namespace handfast::crypto
