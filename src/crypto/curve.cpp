// The NIST curves.
#include "crypto/curve.hpp"

#include <array>
#include <new>

#include <openssl/obj_mac.h>

#include "crypto/constant_time.hpp"
#include "crypto/modular_inverse.hpp"
#include "crypto/of_this_thread.hpp"
#include "crypto/stack.hpp"

namespace handfast::crypto {
namespace {

Curve make(NamedGroup group, int nid, std::size_t bits) {
  const EC_GROUP* const ec_group = EC_GROUP_new_by_curve_name(nid);  // kept as long as the process
  if (ec_group == nullptr) throw std::bad_alloc();
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  auto field = owned<Montgomery>(BN_MONT_CTX_new());
  must(BN_MONT_CTX_set(field.get(), EC_GROUP_get0_field(ec_group), context.get()));
  Curve curve{group, ec_group, field.release(), bits, (bits + 7) / 8, {}};
  write_number(EC_GROUP_get0_order(ec_group), MutableBytes(curve.order_room).first(curve.field_size));
  return curve;
}

struct Workspaces {
  std::array<PublicWorkspace::Parts, 3> of_curves;

  [[nodiscard]] PublicWorkspace::Parts& of(const Curve& curve) noexcept {
    return of_curves[curve.bits == 256 ? 0 : curve.bits == 384 ? 1 : 2];
  }
};

// FIPS 186-4 §D.1.2.3
constexpr Modulus256 p256_prime({0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001});

/// X and Y of a secret point of P-256 that is not infinity, where libcrypto's multiplication leaves X, Y and
/// Z; Z, by which they are to be divided, is returned. `y` may be null.
Secret<32> undivided(const Curve& curve, const EC_POINT* point, BIGNUM* x, BIGNUM* y, BN_CTX* context) {
  Numbers numbers(context);
  BIGNUM* const divisor = numbers.next();
  must(EC_POINT_get_Jprojective_coordinates_GFp(curve.ec_group, point, x, y, divisor, context));
  require(!BN_is_zero(divisor));
  Secret<32> octets;
  write_number(divisor, octets.span());
  return octets;
}

/// x = X / Z^2 and y = Y / Z^3, from 1 / Z. libcrypto divides by raising Z to a power, which takes twice the
/// time.
void divide(const Curve& curve, Bytes inverse_octets, BIGNUM* x, BIGNUM* y, BN_CTX* context) {
  Numbers numbers(context);
  BIGNUM* const inverse = numbers.next(inverse_octets);
  BIGNUM* const factor = numbers.next();
  const auto multiply = [&](BIGNUM* product, const BIGNUM* a, const BIGNUM* b) {
    must(BN_mod_mul_montgomery(product, a, b, curve.field, context));
  };
  // The factors are in Montgomery's form, and so the coordinates need not be.
  must(BN_to_montgomery(inverse, inverse, curve.field, context));
  multiply(factor, inverse, inverse);
  multiply(x, x, factor);
  if (y == nullptr) return;
  multiply(factor, factor, inverse);
  multiply(y, y, factor);
}

/// The coordinates of a secret point that is not infinity. `y` may be null.
void find_coordinates(const Curve& curve, const EC_POINT* point, BIGNUM* x, BIGNUM* y, BN_CTX* context) {
  if (curve.group == NamedGroup::secp256r1) {
    Secret<32> divisor = undivided(curve, point, x, y, context);
    invert_modulo(p256_prime, divisor.view(), divisor.span());
    return divide(curve, divisor.view(), x, y, context);
  }
  must(EC_POINT_get_affine_coordinates(curve.ec_group, point, x, y, context));
}

EcPoint multiple_of_base(const Curve& curve, Bytes scalar, BN_CTX* context) {
  Numbers numbers(context);
  auto product = owned<EcPoint>(EC_POINT_new(curve.ec_group));
  must(EC_POINT_mul(curve.ec_group, product.get(), numbers.next_secret(scalar), nullptr, nullptr, context));
  return product;
}

/// Fermat's way, modulo the order.
void invert_scalar(const Curve& curve, Bytes scalar, BIGNUM* inverse, BN_CTX* context) {
  Numbers numbers(context);
  BIGNUM* const exponent = numbers.next(curve.order());
  must(BN_sub_word(exponent, 2));
  must(BN_mod_exp_mont_consttime(inverse, numbers.next_secret(scalar), exponent,
                                 EC_GROUP_get0_order(curve.ec_group), context,
                                 EC_GROUP_get_mont_data(curve.ec_group)));
}

}  // namespace

const Curve* curve_of(NamedGroup group) {
  switch (group) {
    case NamedGroup::secp256r1: {
      static const Curve curve = make(group, NID_X9_62_prime256v1, 256);
      return &curve;
    }
    case NamedGroup::secp384r1: {
      static const Curve curve = make(group, NID_secp384r1, 384);
      return &curve;
    }
    case NamedGroup::secp521r1: {
      static const Curve curve = make(group, NID_secp521r1, 521);
      return &curve;
    }
    default: return nullptr;
  }
}

PublicWorkspace::PublicWorkspace(const Curve& curve) {
  if (auto* const kept = of_this_thread<Workspaces>()) {
    parts_ = &kept->of(curve);
  } else {
    own_ = std::make_unique<Parts>();
    parts_ = own_.get();
  }
  if (parts_->product) return;
  parts_->context = owned<BigNumberContext>(BN_CTX_new());
  parts_->sum = owned<EcPoint>(EC_POINT_new(curve.ec_group));
  parts_->product = owned<EcPoint>(EC_POINT_new(curve.ec_group));
}

bool is_scalar(const Curve& curve, Bytes octets) noexcept {
  std::uint64_t borrow = 0;  // of octets - order
  std::uint64_t any = 0;
  const Bytes order = curve.order();
  for (std::size_t i = order.size(); i-- > 0;) {
    borrow = hidden((octets[i] - order[i] - borrow) >> 63);
    any = hidden(any | octets[i]);
  }
  return (borrow & ((any + 0xff) >> 8)) == 1;
}

void clear_excess_bits(const Curve& curve, MutableBytes octets) noexcept {
  octets[0] = static_cast<std::uint8_t>(octets[0] & (0xff >> (8 * curve.field_size - curve.bits)));
}

Result<CurveScalar> draw_scalar(const Curve& curve, RandomSource& random) {
  CurveScalar scalar;
  scalar.resize(curve.field_size);
  // A draw is refused with odds of 2^-32 on P-256 and less on the others: only a broken source comes to the
  // end.
  for (int attempt = 0; attempt < 16; ++attempt) {
    if (const Result<> drawn = random.fill(scalar.span()); !drawn) return fail(drawn.error());
    clear_excess_bits(curve, scalar.span());
    if (is_scalar(curve, scalar.view())) return scalar;
  }
  return fail(ErrorCode::random_failed, "the random source gives no usable scalar");
}

void multiply_base(const Curve& curve, Bytes scalar, MutableBytes point) {
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  Numbers numbers(context.get());
  BIGNUM* const x = numbers.next();
  BIGNUM* const y = numbers.next();
  find_coordinates(curve, multiple_of_base(curve, scalar, context.get()).get(), x, y, context.get());
  point[0] = 4;  // uncompressed (RFC 8446 §4.2.8.2)
  write_number(x, point.subspan(1, curve.field_size));
  write_number(y, point.subspan(1 + curve.field_size));
  wipe_stack_below();
}

void multiply_base_and_invert(const Curve& curve, Bytes scalar, BIGNUM* x, BIGNUM* inverse, BN_CTX* context) {
  BN_set_flags(inverse, BN_FLG_CONSTTIME);
  const EcPoint product = multiple_of_base(curve, scalar, context);
  if (curve.group != NamedGroup::secp256r1) {
    find_coordinates(curve, product.get(), x, nullptr, context);
    invert_scalar(curve, scalar, inverse, context);
    wipe_stack_below();
    return;
  }
  // libcrypto lends its own fast way to invert a scalar of P-256 to nobody.
  Secret<32> divisor = undivided(curve, product.get(), x, nullptr, context);
  Secret<32> inverted(scalar);
  invert_modulo({p256_prime, divisor.span()}, {p256_order, inverted.span()});
  divide(curve, divisor.view(), x, nullptr, context);
  read_number(inverted.view(), inverse);
  wipe_stack_below();
}

EcGroup table_of(const Curve& curve, const EC_POINT* point) {
  // The fast code for P-256 brings the table of G with it; the general one would have to make it, and would
  // not use it for one factor alone.
  if (EC_GROUP_have_precompute_mult(curve.ec_group) != 1) return nullptr;
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  auto table = owned<EcGroup>(EC_GROUP_dup(curve.ec_group));
  EC_GROUP_set_curve_name(table.get(), NID_undef);
  must(EC_GROUP_set_generator(table.get(), point, EC_GROUP_get0_order(curve.ec_group),
                              EC_GROUP_get0_cofactor(curve.ec_group)));
  must(EC_GROUP_precompute_mult(table.get(), context.get()));
  return table;
}

bool multiply(const Curve& curve, Bytes scalar, Bytes point, MutableBytes x) {
  // The length excludes compressed points and infinity, which the RFC does not allow; libcrypto then checks
  // that the coordinates are below the prime and fulfil the equation. The cofactor is 1.
  if (point.size() != curve.point_size() || point[0] != 4) return false;
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  const auto operand = owned<EcPoint>(EC_POINT_new(curve.ec_group));
  {
    const ErrorQueueGuard guard;
    if (EC_POINT_oct2point(curve.ec_group, operand.get(), point.data(), point.size(), context.get()) != 1)
      return false;
  }
  Numbers numbers(context.get());
  const auto product = owned<EcPoint>(EC_POINT_new(curve.ec_group));
  must(EC_POINT_mul(curve.ec_group, product.get(), nullptr, operand.get(), numbers.next_secret(scalar),
                    context.get()));
  BIGNUM* const coordinate = numbers.next();
  find_coordinates(curve, product.get(), coordinate, nullptr, context.get());
  write_number(coordinate, x);
  wipe_stack_below();
  return true;
}

}  // namespace handfast::crypto
