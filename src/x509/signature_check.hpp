// Signatures of certificates, lists and responses: checked within a budget, remembered when good.
#pragma once
#include <optional>

#include <handfast/findings.hpp>
#include <handfast/signature_cache.hpp>

#include "crypto/signature.hpp"
#include "x509/algorithm.hpp"

namespace handfast::x509 {

/// The key that a signature is to be checked with: ready, or made at the first need.
struct SigningKey {
  const KeyInfo* info = nullptr;
  const crypto::PublicKey* ready = nullptr;
  std::optional<crypto::PublicKey>* slot = nullptr;  ///< where a key that is not ready is kept once made

  /// Null: of a kind that is not supported, or not valid.
  [[nodiscard]] const crypto::PublicKey* get() const;
};

enum class SignatureOutcome : std::uint8_t {
  good,
  bad,
  not_supported,  ///< algorithm or key: it cannot be checked
  gave_up,        ///< the budget is spent
};

class SignatureChecker {
 public:
  SignatureChecker(std::uint32_t budget, SignatureCache* cache, Work& work) noexcept
      : budget_(budget), cache_(cache), work_(work) {}

  [[nodiscard]] SignatureOutcome check(const SigningKey& key, const SignatureIdentifier& algorithm,
                                       Bytes signed_octets, Bytes signature);
  [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }

 private:
  std::uint32_t budget_;
  SignatureCache* cache_;
  Work& work_;
  bool gave_up_ = false;
};

}  // namespace handfast::x509
