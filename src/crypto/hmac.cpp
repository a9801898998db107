// HMAC from saved chaining values: a MAC of a short text is two or three compressions.
#include "crypto/hmac.hpp"

#include "crypto/compression.hpp"
#include "crypto/cpu.hpp"
#include "crypto/stack.hpp"
#include "wire/big_endian.hpp"

namespace handfast::crypto {
namespace {

// A text up to here fills two blocks at most when it is closed: all that TLS derives secrets from.
constexpr std::size_t longest_short_text(HashAlgorithm algorithm) noexcept {
  return 2 * block_size(algorithm) - (block_size(algorithm) / 8) - 1;
}

/// Closes the text in `blocks`, its first `size` octets, which follows one block more (FIPS 180-4 §5.1): a
/// bit, zeros, which are there, and the length in bits. The octets that are to be compressed.
template <class F>
std::size_t close_text(std::uint8_t* blocks, std::size_t size) noexcept {
  constexpr std::size_t block = Compression<F>::block_size;
  blocks[size] = 0x80;
  const std::size_t end = ((size + F::length_size) / block + 1) * block;
  wire::store<4>(blocks + end - 4, static_cast<std::uint32_t>(8 * (block + size)));
  return end;
}

/// The outer hash, of an inner digest that `write` writes to where it is told to.
template <class F>
void finish_mac(Bytes outer, auto&& write, MutableBytes mac) noexcept {
  constexpr std::size_t block = Compression<F>::block_size;
  Secret<block> text;
  write(text.span().first(mac.size()));
  static_assert(F::chaining_size + F::length_size < block, "a digest and its end are one block");
  close_text<F>(text.data(), mac.size());
  Compression<F> running(outer);
  running.add(text.data());
  running.write(mac);
}

template <class F>
void mac_of_short_text(Bytes inner, Bytes outer, std::span<const Bytes> parts, MutableBytes mac) noexcept {
  constexpr std::size_t block = Compression<F>::block_size;
  Secret<2 * block> text;
  std::size_t size = 0;
  for (const Bytes part : parts) {
    copy(part, text.span().subspan(size));
    size += part.size();
  }
  const std::size_t end = close_text<F>(text.data(), size);
  Compression<F> running(inner);
  for (std::size_t at = 0; at != end; at += block) running.add(text.data() + at);
  finish_mac<F>(outer, [&](MutableBytes digest) { running.write(digest); }, mac);
}

}  // namespace

void wipe_blocks(HashAlgorithm algorithm) noexcept {
  const bool leaves_none = algorithm == HashAlgorithm::sha1 || algorithm == HashAlgorithm::sha256;
  if (!leaves_none || !libcrypto_has_sha_extensions()) wipe_stack_below();
}

HmacKey::HmacKey(HashAlgorithm algorithm, Bytes key) noexcept : algorithm_(algorithm) {
  const std::size_t block = block_size(algorithm);
  Secret<max_block_size> padded;
  if (key.size() > block) {  // RFC 2104 §2: a long key is hashed first
    Hash running(algorithm);
    running.update(key);
    running.finish(padded.span());
  } else {
    copy(key, padded.span());
  }
  inner_.resize(Hash::chaining_size(algorithm));
  outer_.resize(Hash::chaining_size(algorithm));
  Hash(algorithm).save_chaining_value(inner_.span());
  copy(inner_.view(), outer_.span());

  const auto first_block = [&](std::uint8_t pad, MutableBytes chaining_value) {
    for (std::uint8_t& octet : padded.span().first(block)) octet ^= pad;
    with_compression(algorithm, [&]<class F>(F /*function*/) {
      Compression<F> running(chaining_value);
      running.add(padded.data());
      running.save(chaining_value);
    });
  };
  constexpr std::uint8_t ipad = 0x36;
  constexpr std::uint8_t opad = 0x5c;
  first_block(ipad, inner_.span());
  first_block(ipad ^ opad, outer_.span());
  wipe_blocks(algorithm);
}

HmacKey HmacKey::clone() const noexcept {
  HmacKey copy(algorithm_);
  copy.inner_ = inner_.clone();
  copy.outer_ = outer_.clone();
  return copy;
}

MacValue HmacKey::mac(Bytes data) const noexcept { return mac(std::span(&data, 1)); }

MacValue HmacKey::mac(std::initializer_list<Bytes> parts) const noexcept {
  return mac(std::span(parts.begin(), parts.size()));
}

MacValue HmacKey::mac(std::span<const Bytes> parts) const noexcept {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  if (size > longest_short_text(algorithm_)) {
    Hmac running(*this);
    for (const Bytes part : parts) running.update(part);
    return running.finish();
  }
  MacValue value;
  value.resize(digest_size(algorithm_));
  with_compression(algorithm_, [&]<class F>(F /*function*/) {
    mac_of_short_text<F>(inner_.view(), outer_.view(), parts, value.span());
  });
  wipe_blocks(algorithm_);
  return value;
}

void HmacKey::close(MacValue& digest) const noexcept {
  with_compression(algorithm_, [&]<class F>(F /*function*/) {
    finish_mac<F>(outer_.view(), [&](MutableBytes inner) { copy(digest.view(), inner); }, digest.span());
  });
}

Hmac::Hmac(const HmacKey& key) noexcept : key_(key), hash_(key.algorithm_, key.inner_.view()) {}

void Hmac::update(Bytes data) noexcept { hash_.update(data); }

MacValue Hmac::finish() noexcept {
  MacValue value;
  value.resize(digest_size(key_.algorithm_));
  hash_.finish(value.span());
  key_.close(value);
  wipe_blocks(key_.algorithm_);
  return value;
}

}  // namespace handfast::crypto
