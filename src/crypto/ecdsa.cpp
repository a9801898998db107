// ECDSA signatures.
#include "crypto/ecdsa.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/modular_inverse.hpp"

namespace handfast::crypto {
namespace {

Result<CurveScalar> draw_nonce(const Curve& curve, Bytes scalar, const Digest& digest, RandomSource& random) {
  constexpr std::size_t fresh_size = 32;
  Secret<max_field_size + fresh_size> seed;
  seed.resize(scalar.size() + fresh_size);
  copy(scalar, seed.span());
  if (const Result<> drawn = random.fill(seed.span().last(fresh_size)); !drawn) return fail(drawn.error());
  const HmacKey key(curve.bits > 256 ? HashAlgorithm::sha512 : HashAlgorithm::sha256, seed.view());

  CurveScalar nonce;
  nonce.resize(curve.field_size);
  std::array<std::uint8_t, max_digest_size + 1> info{};
  copy(digest.view(), info);
  for (info[digest.size] = 0; info[digest.size] < 16; ++info[digest.size]) {
    hkdf_expand(key, Bytes(info).first(digest.size + std::size_t{1}), nonce.span());
    clear_excess_bits(curve, nonce.span());
    if (is_scalar(curve, nonce.view())) return nonce;
  }
  return fail(ErrorCode::signing_failed);
}

// FIPS 186-4 §D.1.2.3
constexpr Modulus256 p256_order({0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                 0xffffffff00000000});

/// 32 octets to 32 octets, both big endian.
void invert_modulo_p256_order(Bytes nonce, MutableBytes inverse) noexcept {
  Number256 number{};
  for (std::size_t i = 0; i < 32; ++i)
    number[i / 8] |= static_cast<std::uint64_t>(nonce[31 - i]) << 8 * (i % 8);
  const Number256 inverted = invert_modulo(p256_order, number);
  for (std::size_t i = 0; i < 32; ++i)
    inverse[31 - i] = static_cast<std::uint8_t>(inverted[i / 8] >> 8 * (i % 8));
}

/// 1 / nonce modulo the order, in constant time. libcrypto lends its own fast way for P-256 to nobody.
BigNumber invert(const Curve& curve, Bytes nonce, BN_CTX* context) {
  if (curve.group == NamedGroup::secp256r1) {
    Secret<32> inverse;
    invert_modulo_p256_order(nonce, inverse.span());
    return secret_number_of(inverse.view());
  }
  const BIGNUM* const order = EC_GROUP_get0_order(curve.ec_group);
  const BigNumber exponent = owned<BigNumber>(BN_dup(order));
  must(BN_sub_word(exponent.get(), 2));
  const BigNumber base = secret_number_of(nonce);
  BigNumber inverse = secret_number_of({});
  must(BN_mod_exp_mont_consttime(inverse.get(), base.get(), exponent.get(), order, context,
                                 EC_GROUP_get_mont_data(curve.ec_group)));
  return inverse;
}

}  // namespace

Result<Octets> sign_ecdsa(EC_KEY* key, const Curve& curve, Bytes scalar, const Digest& digest,
                          RandomSource& random) {
  const Result<CurveScalar> nonce = draw_nonce(curve, scalar, digest, random);
  if (!nonce) return fail(nonce.error());
  const auto context = owned<BigNumberContext>(BN_CTX_new());

  std::array<std::uint8_t, max_point_size> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const MutableBytes point = MutableBytes(room).first(curve.point_size());
  multiply_base(curve, nonce->view(), point);
  const BigNumber r = number_of(point.subspan(1, curve.field_size));
  must(BN_nnmod(r.get(), r.get(), EC_GROUP_get0_order(curve.ec_group), context.get()));

  if (BN_is_zero(r.get())) return fail(ErrorCode::signing_failed);

  const BigNumber inverse = invert(curve, nonce->view(), context.get());
  const ErrorQueueGuard guard;
  const EcdsaSignature signature(
      ECDSA_do_sign_ex(digest.octets.data(), digest.size, inverse.get(), r.get(), key));
  if (signature == nullptr) return fail(ErrorCode::signing_failed);
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return fail(ErrorCode::signing_failed);
  Octets der(static_cast<std::size_t>(size));
  std::uint8_t* end = der.data();
  require(i2d_ECDSA_SIG(signature.get(), &end) == size);
  return der;
}

}  // namespace handfast::crypto
