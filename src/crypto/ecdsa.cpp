// ECDSA signatures.
#include "crypto/ecdsa.hpp"

#include <algorithm>
#include <optional>

#include "crypto/hkdf.hpp"

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

// ---- Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 §2.2.3), as DER

/// The content of the next value, which has this tag, and its end: none if it is not DER, or beyond 255
/// octets.
std::optional<Bytes> take(Bytes& der, std::uint8_t tag) noexcept {
  if (der.size() < 2 || der[0] != tag) return std::nullopt;
  std::size_t size = der[1];
  std::size_t head = 2;
  if (size == 0x81) {  // the length in one more octet, where it does not fit into seven bits
    if (der.size() < 3 || der[2] < 0x80) return std::nullopt;
    size = der[2];
    head = 3;
  } else if (size >= 0x80) {
    return std::nullopt;
  }
  if (der.size() - head < size) return std::nullopt;
  const Bytes content = der.subspan(head, size);
  der = der.subspan(head + size);
  return content;
}

/// The next INTEGER, if it is a scalar of the curve: field_size octets.
bool take_scalar(const Curve& curve, Bytes& der, MutableBytes scalar) noexcept {
  const std::optional<Bytes> content = take(der, 0x02);
  if (!content || content->empty()) return false;
  Bytes number = *content;
  if ((number[0] & 0x80) != 0) return false;  // negative
  if (number[0] == 0) {
    number = number.subspan(1);
    if (number.empty() || (number[0] & 0x80) == 0) return false;  // zero, or a zero too many
  }
  if (number.size() > scalar.size()) return false;
  std::ranges::fill(scalar, std::uint8_t{0});
  copy(number, scalar.last(number.size()));
  return is_scalar(curve, scalar);
}

bool parse_signature(const Curve& curve, Bytes der, MutableBytes r, MutableBytes s) noexcept {
  std::optional<Bytes> sequence = take(der, 0x30);
  return sequence && der.empty() && take_scalar(curve, *sequence, r) && take_scalar(curve, *sequence, s) &&
         sequence->empty();
}

/// Octets of an INTEGER's content: one more than the number's where its first bit is set, for the sign.
std::size_t content_size(const BIGNUM* number) noexcept {
  return static_cast<std::size_t>(BN_num_bits(number)) / 8 + 1;
}

void append_scalar(Octets& der, const BIGNUM* scalar) {
  const std::size_t size = content_size(scalar);  // at most 66 octets
  der.push_back(0x02);
  der.push_back(static_cast<std::uint8_t>(size));
  der.resize(der.size() + size);
  write_number(scalar, MutableBytes(der).last(size));
}

Octets write_signature(const BIGNUM* r, const BIGNUM* s) {
  const std::size_t size = 2 + content_size(r) + 2 + content_size(s);  // at most 136 octets
  Octets der;
  der.reserve(3 + size);
  der.push_back(0x30);
  if (size >= 0x80) der.push_back(0x81);
  der.push_back(static_cast<std::uint8_t>(size));
  append_scalar(der, r);
  append_scalar(der, s);
  return der;
}

/// number = 1 / scalar modulo the order; the scalar is public.
void invert_public(const Curve& curve, Bytes scalar, BIGNUM* number, BN_CTX* context) {
  if (curve.group == NamedGroup::secp256r1) {
    std::array<std::uint8_t, 32> inverse;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
    invert_modulo_public(p256_order, scalar, inverse);
    return read_number(inverse, number);
  }
  Numbers numbers(context);
  const BIGNUM* const value = numbers.next(scalar);
  if (BN_mod_inverse(number, value, EC_GROUP_get0_order(curve.ec_group), context) == nullptr)
    throw std::bad_alloc();
}

/// workspace.sum = base_factor · G + key_factor · key. Not in constant time: all of it is public.
void add_products(const Curve& curve, const BIGNUM* base_factor, const EC_POINT* key, const EC_GROUP* table,
                  const BIGNUM* key_factor, const PublicWorkspace& workspace) {
  EC_POINT* const sum = workspace.sum();
  EC_POINT* const product = workspace.product();
  BN_CTX* const context = workspace.context();
  if (table == nullptr) {
    must(EC_POINT_mul(curve.ec_group, sum, base_factor, key, key_factor, context));
    return;
  }
  must(EC_POINT_mul(curve.ec_group, sum, base_factor, nullptr, nullptr, context));
  must(EC_POINT_mul(table, product, key_factor, nullptr, nullptr, context));
  must(EC_POINT_add(curve.ec_group, sum, sum, product, context));
}

/// Whether r is the x coordinate of the point modulo the order. The point stays projective, x = X / Z^2:
/// multiplying r is cheaper than dividing X.
bool is_x_coordinate(const Curve& curve, const EC_POINT* point, const BIGNUM* r, BN_CTX* context) {
  const BIGNUM* const prime = EC_GROUP_get0_field(curve.ec_group);
  Numbers numbers(context);
  BIGNUM* const x = numbers.next();
  BIGNUM* const z = numbers.next();
  BIGNUM* const product = numbers.next();
  must(EC_POINT_get_Jprojective_coordinates_GFp(curve.ec_group, point, x, nullptr, z, context));
  if (BN_is_zero(z)) return false;  // infinity
  // Montgomery's multiplication divides each product by a constant: x is divided by it, too, and Z^2 is not.
  const auto is_product = [&](const BIGNUM* candidate) {
    must(BN_mod_mul_montgomery(product, candidate, z, curve.field, context));
    return BN_cmp(product, x) == 0;
  };
  must(BN_from_montgomery(x, x, curve.field, context));
  must(BN_mod_mul_montgomery(product, z, z, curve.field, context));
  must(BN_to_montgomery(z, product, curve.field, context));
  if (is_product(r)) return true;
  // An x from the order up to the prime has the r of x - order.
  BIGNUM* const larger = numbers.next();
  must(BN_add(larger, r, EC_GROUP_get0_order(curve.ec_group)));
  return BN_cmp(larger, prime) < 0 && is_product(larger);
}

}  // namespace

Result<Octets> sign_ecdsa(EC_KEY* key, const Curve& curve, Bytes scalar, const Digest& digest,
                          RandomSource& random) {
  const Result<CurveScalar> nonce = draw_nonce(curve, scalar, digest, random);
  if (!nonce) return fail(nonce.error());

  const auto context = owned<BigNumberContext>(BN_CTX_new());
  Numbers numbers(context.get());
  BIGNUM* const r = numbers.next();
  BIGNUM* const inverse = numbers.next();
  multiply_base_and_invert(curve, nonce->view(), r, inverse, context.get());
  const BIGNUM* const order = EC_GROUP_get0_order(curve.ec_group);
  if (BN_cmp(r, order) >= 0) must(BN_sub(r, r, order));  // the prime is less than two orders
  if (BN_is_zero(r)) return fail(ErrorCode::signing_failed);

  const ErrorQueueGuard guard;
  const EcdsaSignature signature(ECDSA_do_sign_ex(digest.octets.data(), digest.size, inverse, r, key));
  if (signature == nullptr) return fail(ErrorCode::signing_failed);
  return write_signature(ECDSA_SIG_get0_r(signature.get()), ECDSA_SIG_get0_s(signature.get()));
}

bool verify_ecdsa(const Curve& curve, const EC_POINT* key, const EC_GROUP* table, const Digest& digest,
                  Bytes signature) {
  std::array<std::uint8_t, 2 * max_field_size> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const MutableBytes r_octets = MutableBytes(room).first(curve.field_size);
  const MutableBytes s_octets = MutableBytes(room).subspan(curve.field_size, curve.field_size);
  if (!parse_signature(curve, signature, r_octets, s_octets)) return false;

  const PublicWorkspace workspace(curve);
  BN_CTX* const context = workspace.context();
  Numbers numbers(context);
  const BIGNUM* const r = numbers.next(r_octets);
  BIGNUM* const inverse = numbers.next();
  invert_public(curve, s_octets, inverse, context);
  // The digest's leftmost bits, as many as the order has: with these hashes and curves whole octets.
  BIGNUM* const base_factor =
      numbers.next(digest.view().first(std::min<std::size_t>(digest.size, curve.field_size)));
  BIGNUM* const key_factor = numbers.next();
  BN_MONT_CTX* const modulus = EC_GROUP_get_mont_data(curve.ec_group);
  must(BN_to_montgomery(inverse, inverse, modulus, context));
  must(BN_mod_mul_montgomery(base_factor, base_factor, inverse, modulus, context));
  must(BN_mod_mul_montgomery(key_factor, r, inverse, modulus, context));
  add_products(curve, base_factor, key, table, key_factor, workspace);
  return is_x_coordinate(curve, workspace.sum(), r, context);
}

}  // namespace handfast::crypto
