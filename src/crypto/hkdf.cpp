// HKDF and TLS 1.3's labels.
#include "crypto/hkdf.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "crypto/contract.hpp"
#include "wire/big_endian.hpp"

namespace handfast::crypto {

MacValue hkdf_extract(HashAlgorithm algorithm, Bytes salt, Bytes input_keying_material) noexcept {
  // HMAC pads its key with zeros: an empty salt is the string of zeros that RFC 5869 §2.2 asks for.
  return HmacKey(algorithm, salt).mac(input_keying_material);
}

void hkdf_expand(const HmacKey& pseudorandom_key, Bytes info, MutableBytes output) noexcept {
  const std::size_t digest = digest_size(pseudorandom_key.algorithm());
  require(output.size() <= 255 * digest);  // RFC 5869 §2.3: the counter is one octet
  Bytes before;                            // T(n - 1), in the output
  for (std::uint8_t counter = 1; !output.empty(); ++counter) {
    const MacValue block = pseudorandom_key.mac({before, info, Bytes(&counter, 1)});
    before = output.first(std::min(output.size(), digest));
    copy(block.view().first(before.size()), output);
    output = output.subspan(before.size());
  }
}

void expand_label(const HmacKey& secret, std::string_view label, Bytes context,
                  MutableBytes output) noexcept {
  constexpr std::string_view prefix = "tls13 ";
  // RFC 8446 §7.1: struct HkdfLabel { uint16 length; opaque label<7..255>; opaque context<0..255>; }
  require(output.size() <= 0xffff && !label.empty() && prefix.size() + label.size() <= 255 &&
          context.size() <= 255);
  std::array<std::uint8_t, 2 + 256 + 256 + 1>
      info;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  wire::store<2>(info.data(), static_cast<std::uint32_t>(output.size()));
  info[2] = static_cast<std::uint8_t>(prefix.size() + label.size());
  std::memcpy(info.data() + 3, prefix.data(), prefix.size());
  std::size_t size = 3 + prefix.size();
  copy(as_bytes(label), MutableBytes(info).subspan(size));
  size += label.size();
  info[size++] = static_cast<std::uint8_t>(context.size());
  copy(context, MutableBytes(info).subspan(size));
  size += context.size();
  if (output.size() > digest_size(secret.algorithm()))
    return hkdf_expand(secret, Bytes(info).first(size), output);
  info[size++] = 1;  // the counter: T(1) is long enough, and so hkdf_expand has nothing to do
  const MacValue block = secret.mac(Bytes(info).first(size));
  copy(block.view().first(output.size()), output);
}

MacValue derive_secret(const HmacKey& secret, std::string_view label,
                       const Digest& transcript_hash) noexcept {
  MacValue derived;
  derived.resize(digest_size(secret.algorithm()));
  expand_label(secret, label, transcript_hash.view(), derived.span());
  return derived;
}

}  // namespace handfast::crypto
