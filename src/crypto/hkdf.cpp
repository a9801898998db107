// HKDF and TLS 1.3's labels.
#include "crypto/hkdf.hpp"

#include <algorithm>
#include <array>

#include "crypto/contract.hpp"

namespace handfast::crypto {

MacValue hkdf_extract(HashAlgorithm algorithm, Bytes salt, Bytes input_keying_material) noexcept {
  // HMAC pads its key with zeros: an empty salt is the string of zeros that RFC 5869 §2.2 asks for.
  return HmacKey(algorithm, salt).mac(input_keying_material);
}

void hkdf_expand(const HmacKey& pseudorandom_key, Bytes info, MutableBytes output) noexcept {
  const std::size_t digest = digest_size(pseudorandom_key.algorithm());
  require(output.size() <= 255 * digest);  // RFC 5869 §2.3: the counter is one octet
  MacValue block;
  block.clear();
  for (std::uint8_t counter = 1; !output.empty(); ++counter) {
    block = pseudorandom_key.mac({block.view(), info, Bytes(&counter, 1)});
    const std::size_t taken = std::min(output.size(), digest);
    copy(block.view().first(taken), output);
    output = output.subspan(taken);
  }
}

void expand_label(const HmacKey& secret, std::string_view label, Bytes context,
                  MutableBytes output) noexcept {
  constexpr std::string_view prefix = "tls13 ";
  // RFC 8446 §7.1: struct HkdfLabel { uint16 length; opaque label<7..255>; opaque context<0..255>; }
  require(output.size() <= 0xffff && !label.empty() && prefix.size() + label.size() <= 255 &&
          context.size() <= 255);
  const std::array<std::uint8_t, 3> head{static_cast<std::uint8_t>(output.size() >> 8),
                                         static_cast<std::uint8_t>(output.size()),
                                         static_cast<std::uint8_t>(prefix.size() + label.size())};
  const auto context_size = static_cast<std::uint8_t>(context.size());
  std::array<std::uint8_t, 2 + 256 + 256>
      info;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  std::size_t size = 0;
  const auto append = [&](Bytes part) {
    copy(part, MutableBytes(info).subspan(size));
    size += part.size();
  };
  append(head);
  append(as_bytes(prefix));
  append(as_bytes(label));
  append(Bytes(&context_size, 1));
  append(context);
  hkdf_expand(secret, Bytes(info).first(size), output);
}

MacValue derive_secret(const HmacKey& secret, std::string_view label,
                       const Digest& transcript_hash) noexcept {
  MacValue derived;
  derived.resize(digest_size(secret.algorithm()));
  expand_label(secret, label, transcript_hash.view(), derived.span());
  return derived;
}

}  // namespace handfast::crypto
