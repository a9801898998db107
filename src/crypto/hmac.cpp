// HMAC from saved chaining values: a MAC of a short text is two compressions.
#include "crypto/hmac.hpp"

namespace handfast::crypto {

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
  padded.resize(block);

  const auto first_block = [&](std::uint8_t pad, Secret<max_digest_size>& out) {
    for (std::uint8_t& octet : padded.span()) octet ^= pad;
    Hash running(algorithm);
    running.update(padded.view());
    out.resize(Hash::chaining_size(algorithm));
    running.save_chaining_value(out.span());
  };
  constexpr std::uint8_t ipad = 0x36;
  constexpr std::uint8_t opad = 0x5c;
  first_block(ipad, inner_);
  first_block(ipad ^ opad, outer_);
}

HmacKey HmacKey::clone() const noexcept {
  HmacKey copy(algorithm_);
  copy.inner_ = inner_.clone();
  copy.outer_ = outer_.clone();
  return copy;
}

MacValue HmacKey::mac(Bytes data) const noexcept { return mac({data}); }

MacValue HmacKey::mac(std::initializer_list<Bytes> parts) const noexcept {
  Hmac running(*this);
  for (const Bytes part : parts) running.update(part);
  return running.finish();
}

Hmac::Hmac(const HmacKey& key) noexcept : key_(key), hash_(key.algorithm_, key.inner_.view()) {}

void Hmac::update(Bytes data) noexcept { hash_.update(data); }

MacValue Hmac::finish() noexcept {
  MacValue value;
  value.resize(digest_size(key_.algorithm_));
  hash_.finish(value.span());
  Hash outer(key_.algorithm_, key_.outer_.view());
  outer.update(value.view());
  outer.finish(value.span());
  return value;
}

}  // namespace handfast::crypto
