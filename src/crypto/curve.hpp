// The curves P-256, P-384 and P-521 (FIPS 186-4 §D.1.2) on libcrypto's low-level functions.
#pragma once
#include <array>
#include <cstddef>

#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

#include "crypto/libcrypto.hpp"
#include "crypto/modular_inverse.hpp"

namespace handfast::crypto {

/// The order of P-256 (FIPS 186-4 §D.1.2.3).
inline constexpr Modulus256 p256_order({0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                        0xffffffff00000000});

inline constexpr std::size_t max_field_size = 66;
inline constexpr std::size_t max_point_size = 1 + 2 * max_field_size;

/// One curve, made once a process and shared: const use is thread-safe.
struct Curve {
  NamedGroup group;
  const EC_GROUP* ec_group;
  BN_MONT_CTX*
      field;  ///< to multiply modulo the prime; it is only read, though libcrypto's functions do not say so
  std::size_t bits;
  std::size_t field_size;                               ///< octets of a coordinate, and of a scalar
  std::array<std::uint8_t, max_field_size> order_room;  ///< big endian

  [[nodiscard]] std::size_t point_size() const noexcept { return 1 + 2 * field_size; }
  [[nodiscard]] Bytes order() const noexcept { return Bytes(order_room).first(field_size); }
};
using CurveScalar = Secret<max_field_size>;

/// secp256r1, secp384r1, secp521r1; null for everything else.
[[nodiscard]] const Curve* curve_of(NamedGroup group);

/// What one calculation with public values works in, borrowed from the calling thread. Each thread keeps its
/// own for each curve that it has used (1.3 KiB for P-256, 5.5 for P-384, 2.6 for P-521), instead of asking
/// for thirty pieces of memory each time (docs/adr/0010). It is not wiped: nothing secret goes in. One
/// calculation at a time.
class PublicWorkspace {
 public:
  explicit PublicWorkspace(const Curve& curve);
  PublicWorkspace(const PublicWorkspace&) = delete;
  PublicWorkspace& operator=(const PublicWorkspace&) = delete;
  ~PublicWorkspace() = default;

  [[nodiscard]] BN_CTX* context() const noexcept { return parts_->context.get(); }
  // Two points, of whatever value the calculation before has left.
  [[nodiscard]] EC_POINT* sum() const noexcept { return parts_->sum.get(); }
  [[nodiscard]] EC_POINT* product() const noexcept { return parts_->product.get(); }

  struct Parts {
    BigNumberContext context;
    EcPoint sum;
    EcPoint product;
  };

 private:
  std::unique_ptr<Parts> own_;  ///< null, but where the thread's own is gone, because the thread ends
  Parts* parts_;
};

/// Whether these field_size octets are a number from 1 to order - 1. Constant time.
[[nodiscard]] bool is_scalar(const Curve& curve, Bytes octets) noexcept;

/// A number from 1 to order - 1, each as likely: field_size octets. random_failed if the source gives none.
[[nodiscard]] Result<CurveScalar> draw_scalar(const Curve& curve, RandomSource& random);
/// Clears the bits of field_size octets that no number below the order has: P-521's first seven.
void clear_excess_bits(const Curve& curve, MutableBytes octets) noexcept;

/// scalar · G as an uncompressed point, point_size() octets. Constant time.
void multiply_base(const Curve& curve, Bytes scalar, MutableBytes point);
/// What a signature makes of its nonce: the x coordinate of scalar · G, and 1 / scalar modulo the order.
/// Constant time.
void multiply_base_and_invert(const Curve& curve, Bytes scalar, BIGNUM* x, BIGNUM* inverse, BN_CTX* context);

/// The curve with `point` as its base and a table of the base's multiples, with which libcrypto multiplies it
/// as fast as G: some 150 KiB, made in 20 ms. Null where libcrypto has no such way for the curve: it has for
/// P-256. Const use is thread-safe.
[[nodiscard]] EcGroup table_of(const Curve& curve, const EC_POINT* point);

/// The x coordinate of scalar · point: field_size octets. False if `point` is not an uncompressed point of
/// the curve (RFC 8446 §4.2.8.2). Constant time in scalar and result.
[[nodiscard]] bool multiply(const Curve& curve, Bytes scalar, Bytes point, MutableBytes x);

}  // namespace handfast::crypto
