// The padding of RSAES-PKCS1-v1_5 (RFC 8017 §7.2), put on and looked through.
#pragma once
#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/random.hpp>

#include "crypto/constant_time.hpp"
#include "crypto/rsa_key_transport.hpp"

namespace handfast::crypto {

/// 0, 2, at least eight octets that are not zero, 0: what stands around a message at least.
inline constexpr std::size_t pkcs1_overhead = 11;

/// Fills `block`, as long as the modulus and at least pkcs1_overhead longer than `message`, with the padding
/// and `message` behind it. Errors: random_failed, also for a source that gives zeros only.
[[nodiscard]] Result<> pad_pkcs1(Bytes message, RandomSource& random, MutableBytes block) noexcept;

/// What a decrypted block holds; both are secrets.
struct Pkcs1Message {
  Choice well_formed;
  std::size_t start;  ///< of the message; it ends with the block
};
/// Looks through a whole block. Time and memory accesses depend on its size alone.
[[nodiscard]] Pkcs1Message find_pkcs1_message(Bytes block) noexcept;

/// The premaster secret in a decrypted block if `genuine`, the block is well-formed, and the premaster secret
/// has its size and the version `expected`; else `fallback`. `block` is at least that long. Constant time.
[[nodiscard]] PremasterSecret choose_premaster(Bytes block, Choice genuine, ProtocolVersion expected,
                                               const PremasterSecret& fallback) noexcept;

}  // namespace handfast::crypto
