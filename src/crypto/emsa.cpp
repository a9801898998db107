// RSA's encodings of a digest.
#include "crypto/emsa.hpp"

#include <algorithm>
#include <array>

#include <handfast/secret.hpp>

namespace handfast::crypto {
namespace {

// [5246:4.7#1]
/// The DER in front of a digest: AlgorithmIdentifier with NULL parameters, octet string (RFC 8017 §9.2, note
/// 1).
struct DigestInfo {
  std::array<std::uint8_t, 19> head;
};
constexpr DigestInfo digest_info(std::uint8_t last_arc, std::uint8_t digest_size) {
  return {{0x30, static_cast<std::uint8_t>(17 + digest_size), 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
           0x65, 0x03, 0x04, 0x02, last_arc, 0x05, 0x00, 0x04, digest_size}};
}
constexpr DigestInfo sha256_info = digest_info(1, 32);
constexpr DigestInfo sha384_info = digest_info(2, 48);
constexpr DigestInfo sha512_info = digest_info(3, 64);

const DigestInfo* info_of(HashAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case HashAlgorithm::sha256: return &sha256_info;
    case HashAlgorithm::sha384: return &sha384_info;
    case HashAlgorithm::sha512: return &sha512_info;
    case HashAlgorithm::sha1: break;
  }
  return nullptr;
}

/// Adds MGF1(seed) (RFC 8017 §B.2.1) to `target`.
void mask(HashAlgorithm algorithm, Bytes seed, MutableBytes target) noexcept {
  for (std::uint8_t counter = 0; !target.empty(); ++counter) {  // 8,192 bits take 52 rounds at most
    const std::array<std::uint8_t, 4> number{0, 0, 0, counter};
    const Digest block = hash(algorithm, {seed, number});
    const std::size_t taken = std::min<std::size_t>(block.size, target.size());
    for (std::size_t i = 0; i < taken; ++i) target[i] ^= block.octets[i];
    target = target.subspan(taken);
  }
}

/// H of RFC 8017 §9.1: the hash over eight zeros, the digest and the salt.
Digest salted(const Digest& digest, HashAlgorithm algorithm, Bytes salt) noexcept {
  constexpr std::array<std::uint8_t, 8> zeros{};
  return hash(algorithm, {zeros, digest.view(), salt});
}

/// The parts of an encoded message; the first octet of the modulus' room may stand before it.
struct PssLayout {
  std::size_t leading;       // octets before the encoded message: 0 or 1
  std::size_t block;         // octets of DB
  std::uint8_t unused_mask;  // the bits of DB's first octet that do not exist
  bool fits;
};
PssLayout layout_of(std::size_t digest, std::size_t salt, std::size_t modulus_bits) noexcept {
  const std::size_t bits = modulus_bits - 1;
  const std::size_t octets = (bits + 7) / 8;
  if (octets < digest + salt + 2) return {0, 0, 0, false};
  const auto used = static_cast<std::uint8_t>(0xff >> (8 * octets - bits));
  return {(modulus_bits + 7) / 8 - octets, octets - digest - 1, static_cast<std::uint8_t>(~used), true};
}

constexpr std::uint8_t trailer = 0xbc;

}  // namespace

bool encode_pkcs1(const Digest& digest, HashAlgorithm algorithm, MutableBytes encoded) noexcept {
  const DigestInfo* const info = info_of(algorithm);
  if (info == nullptr) return false;
  const std::size_t size = info->head.size() + digest.size;
  if (encoded.size() < size + 11) return false;  // at least eight octets of padding
  const std::size_t padding = encoded.size() - size - 3;
  encoded[0] = 0;
  encoded[1] = 1;
  std::ranges::fill(encoded.subspan(2, padding), std::uint8_t{0xff});
  encoded[2 + padding] = 0;
  copy(info->head, encoded.subspan(3 + padding));
  copy(digest.view(), encoded.last(digest.size));
  return true;
}

Result<> encode_pss(const Digest& digest, HashAlgorithm algorithm, std::size_t salt_length,
                    std::size_t modulus_bits, RandomSource& random, MutableBytes encoded) noexcept {
  const PssLayout layout = layout_of(digest.size, salt_length, modulus_bits);
  if (!layout.fits) return fail(ErrorCode::invalid_argument, "the RSA key is too short for this signature");
  std::ranges::fill(encoded, std::uint8_t{0});
  const MutableBytes block = encoded.subspan(layout.leading, layout.block);
  const MutableBytes salt = block.last(salt_length);
  if (Result<> drawn = random.fill(salt); !drawn) return drawn;
  block[layout.block - salt_length - 1] = 1;
  const Digest h = salted(digest, algorithm, salt);
  mask(algorithm, h.view(), block);
  block[0] = static_cast<std::uint8_t>(block[0] & ~layout.unused_mask);
  copy(h.view(), encoded.subspan(layout.leading + layout.block));
  encoded.back() = trailer;
  return {};
}

bool verify_pss(const Digest& digest, HashAlgorithm algorithm, std::size_t salt_length,
                std::size_t modulus_bits, Bytes encoded) noexcept {
  const PssLayout layout = layout_of(digest.size, salt_length, modulus_bits);
  if (!layout.fits || encoded.size() != (modulus_bits + 7) / 8 || encoded.back() != trailer) return false;
  if (layout.leading == 1 && encoded[0] != 0) return false;
  std::array<std::uint8_t, 1024> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  const MutableBytes block = MutableBytes(room).first(layout.block);
  copy(encoded.subspan(layout.leading, layout.block), block);
  const Bytes h = encoded.subspan(layout.leading + layout.block, digest.size);
  if ((block[0] & layout.unused_mask) != 0) return false;
  mask(algorithm, h, block);
  block[0] = static_cast<std::uint8_t>(block[0] & ~layout.unused_mask);
  const Bytes padding = block.first(layout.block - salt_length - 1);
  if (!std::ranges::all_of(padding, [](std::uint8_t octet) { return octet == 0; })) return false;
  if (block[padding.size()] != 1) return false;
  return equal(salted(digest, algorithm, block.last(salt_length)).view(), h);
}

}  // namespace handfast::crypto
