// Signature checks.
#include "x509/signature_check.hpp"

#include "crypto/hash.hpp"

namespace handfast::x509 {

const crypto::PublicKey* SigningKey::get() const {
  if (ready != nullptr || slot == nullptr) return ready;
  if (!*slot) {
    auto made = make_public_key(*info);
    if (!made) return nullptr;
    *slot = std::move(*made);
  }
  return &**slot;
}

SignatureOutcome SignatureChecker::check(const SigningKey& key, const SignatureIdentifier& algorithm,
                                         Bytes signed_octets, Bytes signature) {
  if (algorithm.standing != SignatureIdentifier::Standing::supported) return SignatureOutcome::not_supported;
  crypto::Digest cache_key;
  if (cache_ != nullptr) {
    // Key, algorithm and what is signed are DER: each says where it ends, so no two inputs look alike.
    cache_key =
        crypto::hash(crypto::HashAlgorithm::sha256, {key.info->der, algorithm.der, signed_octets, signature});
    if (cache_->contains(cache_key.view())) {
      ++work_.cached_signatures;
      return SignatureOutcome::good;
    }
  }
  if (work_.signature_checks >= budget_) {
    gave_up_ = true;
    return SignatureOutcome::gave_up;
  }
  const crypto::PublicKey* const ready = key.get();
  if (ready == nullptr) return SignatureOutcome::not_supported;
  ++work_.signature_checks;
  if (!ready->verify(algorithm.algorithm, signed_octets, signature)) return SignatureOutcome::bad;
  if (cache_ != nullptr) cache_->insert(cache_key.view());
  return SignatureOutcome::good;
}

}  // namespace handfast::x509
