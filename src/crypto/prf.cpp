// The pseudorandom function of TLS 1.2.
#include "crypto/prf.hpp"

#include <algorithm>
#include <array>

#include "crypto/contract.hpp"

namespace handfast::crypto {
namespace {

constexpr std::size_t most_seed_parts = 4;  // an exporter's

}  // namespace

void prf(HashAlgorithm algorithm, Bytes secret, std::string_view label, std::initializer_list<Bytes> seed,
         MutableBytes output) noexcept {
  prf(HmacKey(algorithm, secret), label, seed, output);
}

void prf(const HmacKey& key, std::string_view label, std::initializer_list<Bytes> seed,
         MutableBytes output) noexcept {
  // RFC 5246 §5: A(0) is label and seed, A(i) = HMAC(secret, A(i-1)).
  std::array<Bytes, 2 + most_seed_parts> parts{};
  require(seed.size() <= most_seed_parts);
  parts[1] = as_bytes(label);
  std::ranges::copy(seed, parts.begin() + 2);
  const std::span<const Bytes> a_and_seed = std::span(parts).first(2 + seed.size());
  MacValue a = key.mac(a_and_seed.subspan(1));
  while (!output.empty()) {
    parts[0] = a.view();
    const MacValue block = key.mac(a_and_seed);
    const std::size_t taken = std::min(output.size(), block.size());
    copy(block.view().first(taken), output);
    output = output.subspan(taken);
    if (!output.empty()) a = key.mac(a.view());
  }
}

}  // namespace handfast::crypto
