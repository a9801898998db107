// HMAC from saved chaining values: a MAC of a short text is two or three compressions.
#include "crypto/hmac.hpp"

#include "crypto/compression.hpp"
#include "wire/big_endian.hpp"

namespace handfast::crypto {
namespace {

// A text up to here fills two blocks at most when it is closed: all that TLS derives secrets from.
constexpr std::size_t longest_short_text(HashAlgorithm algorithm) noexcept {
  return 2 * block_size(algorithm) - (block_size(algorithm) / 8) - 1;
}

/// The digest of a short text that follows one block, which `chaining_value` stands for.
template <class F>
void close_short_text(Bytes chaining_value, std::span<const Bytes> parts, MutableBytes digest) noexcept {
  constexpr std::size_t block = Compression<F>::block_size;
  Secret<2 * block> text;
  std::size_t size = 0;
  for (const Bytes part : parts) {
    copy(part, text.span().subspan(size));
    size += part.size();
  }
  // FIPS 180-4 §5.1: a bit, zeros, and the length in bits.
  text.data()[size] = 0x80;
  const std::size_t end = ((size + F::length_size) / block + 1) * block;
  wire::store<4>(text.data() + end - 4, static_cast<std::uint32_t>(8 * (block + size)));
  Compression<F> running(chaining_value);
  for (std::size_t at = 0; at != end; at += block) running.add(text.data() + at);
  running.write(digest);
}

}  // namespace

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
  with_compression(algorithm_,
                   [&]<class F>(F /*function*/) { close_short_text<F>(inner_.view(), parts, value.span()); });
  close(value);
  return value;
}

void HmacKey::close(MacValue& digest) const noexcept {
  with_compression(algorithm_, [&]<class F>(F /*function*/) {
    const Bytes inner = digest.view();
    close_short_text<F>(outer_.view(), std::span(&inner, 1), digest.span());
  });
}

Hmac::Hmac(const HmacKey& key) noexcept : key_(key), hash_(key.algorithm_, key.inner_.view()) {}

void Hmac::update(Bytes data) noexcept { hash_.update(data); }

MacValue Hmac::finish() noexcept {
  MacValue value;
  value.resize(digest_size(key_.algorithm_));
  hash_.finish(value.span());
  key_.close(value);
  return value;
}

}  // namespace handfast::crypto
