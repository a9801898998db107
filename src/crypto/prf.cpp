// The pseudorandom function of TLS 1.2.
#include "crypto/prf.hpp"

#include <algorithm>

#include "crypto/hmac.hpp"

namespace handfast::crypto {

void prf(HashAlgorithm algorithm, Bytes secret, std::string_view label, std::initializer_list<Bytes> seed,
         MutableBytes output) noexcept {
  const HmacKey key(algorithm, secret);
  const auto absorb_seed = [&](Hmac& running) {
    running.update(as_bytes(label));
    for (const Bytes part : seed) running.update(part);
  };
  // RFC 5246 §5: A(0) is label and seed, A(i) = HMAC(secret, A(i-1)).
  const auto first = [&] {
    Hmac running(key);
    absorb_seed(running);
    return running.finish();
  };
  MacValue a = first();
  while (!output.empty()) {
    Hmac running(key);
    running.update(a.view());
    absorb_seed(running);
    const MacValue block = running.finish();
    const std::size_t taken = std::min(output.size(), block.size());
    copy(block.view().first(taken), output);
    output = output.subspan(taken);
    if (!output.empty()) a = key.mac(a.view());
  }
}

}  // namespace handfast::crypto
