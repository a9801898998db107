// What every file over libcrypto's low-level functions needs: owners, numbers, a clean error queue.
#pragma once
#include <memory>
#include <new>

#include <handfast/bytes.hpp>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/contract.hpp"

namespace handfast::crypto {

template <auto Release>
struct ReleaseWith {
  void operator()(auto* object) const noexcept { Release(object); }
};
// Numbers and points may be secret: all are wiped when freed.
using BigNumber = std::unique_ptr<BIGNUM, ReleaseWith<BN_clear_free>>;
using BigNumberContext = std::unique_ptr<BN_CTX, ReleaseWith<BN_CTX_free>>;
using Montgomery = std::unique_ptr<BN_MONT_CTX, ReleaseWith<BN_MONT_CTX_free>>;
using EcGroup = std::unique_ptr<EC_GROUP, ReleaseWith<EC_GROUP_free>>;
using EcPoint = std::unique_ptr<EC_POINT, ReleaseWith<EC_POINT_clear_free>>;
using EcKey = std::unique_ptr<EC_KEY, ReleaseWith<EC_KEY_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, ReleaseWith<ECDSA_SIG_free>>;
using RsaKey = std::unique_ptr<RSA, ReleaseWith<RSA_free>>;

/// Of calls that fail for lack of memory only.
template <class Owner>
Owner owned(typename Owner::pointer object) {
  if (object == nullptr) throw std::bad_alloc();
  return Owner(object);
}
inline void must(int success) {
  if (success != 1) throw std::bad_alloc();
}

/// libcrypto has taken over what `owner` had.
template <class Owner>
void hand_over(Owner& owner) noexcept {
  [[maybe_unused]] const auto taken = owner.release();
}

inline BigNumber new_number() { return owned<BigNumber>(BN_new()); }
/// Unsigned, big endian.
inline BigNumber number_of(Bytes octets) {
  return owned<BigNumber>(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}
/// The flag makes libcrypto take its constant-time ways.
inline BigNumber secret_number_of(Bytes octets) {
  BigNumber number = number_of(octets);
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}
inline void read_number(Bytes octets, BIGNUM* number) {
  if (BN_bin2bn(octets.data(), static_cast<int>(octets.size()), number) == nullptr) throw std::bad_alloc();
}
/// Writes the number to all of `out`, big endian. It fits, or the process stops.
inline void write_number(const BIGNUM* number, MutableBytes out) noexcept {
  const auto size = static_cast<int>(out.size());
  require(BN_bn2binpad(number, out.data(), size) == size);
}

/// Numbers for one calculation, lent by a context, which wipes them when it is freed: they need fewer
/// allocations.
class Numbers {
 public:
  explicit Numbers(BN_CTX* context) noexcept : context_(context) { BN_CTX_start(context); }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  ~Numbers() { BN_CTX_end(context_); }

  BIGNUM* next() {
    BIGNUM* const number = BN_CTX_get(context_);
    if (number == nullptr) throw std::bad_alloc();
    return number;
  }
  BIGNUM* next(Bytes octets) {
    BIGNUM* const number = next();
    read_number(octets, number);
    return number;
  }
  BIGNUM* next_secret(Bytes octets) {
    BIGNUM* const number = next(octets);
    BN_set_flags(number, BN_FLG_CONSTTIME);
    return number;
  }

 private:
  BN_CTX* context_;
};

/// Takes back what libcrypto adds to the thread's error queue: the library reports by itself, and the queue
/// belongs to the program.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() noexcept { ERR_set_mark(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard() { ERR_pop_to_mark(); }
};

}  // namespace handfast::crypto
