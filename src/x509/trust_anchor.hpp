// Trust anchors as the store keeps them, and how they are found.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include <handfast/trust.hpp>

#include "crypto/signature.hpp"
#include "x509/certificate.hpp"

namespace handfast::x509 {

/// One anchor. Pinned: its views point into its own octets.
struct TrustAnchor {
  TrustAnchor() = default;
  TrustAnchor(const TrustAnchor&) = delete;
  TrustAnchor& operator=(const TrustAnchor&) = delete;
  ~TrustAnchor() = default;

  Octets octets;  ///< the certificate, or name, key and constraints one after the other
  std::optional<Certificate> certificate;  ///< none: a bare name and key
  Bytes subject;                           ///< Name in DER
  KeyInfo key;
  Bytes name_constraints;                       ///< value of the extension; empty: none
  std::optional<crypto::PublicKey> public_key;  ///< none: of a kind or size that is not supported
  // Where the certificate came with such lists (OpenSSL's TRUSTED CERTIFICATE).
  ExtendedKeyUsage trusted_for;   ///< not present: everything
  ExtendedKeyUsage rejected_for;  ///< and for what not, whatever the former says
  std::size_t position = 0;       ///< in the store
};

}  // namespace handfast::x509

namespace handfast {

struct TrustStore::Contents {
  std::vector<std::unique_ptr<const x509::TrustAnchor>> anchors;
  std::vector<Bytes> subjects;  ///< each once
  std::size_t skipped = 0;

  /// The anchors whose subject has this x509::name_hash(): those of one name, and by chance others.
  [[nodiscard]] std::span<const x509::TrustAnchor* const> with_hash(std::uint64_t hash) const noexcept {
    const auto found = by_hash.find(hash);
    if (found == by_hash.end()) return {};
    return found->second;
  }
  /// The anchor that is this very certificate, or null.
  [[nodiscard]] const x509::TrustAnchor* find(Bytes certificate, std::uint64_t subject_hash) const noexcept;
  /// False: it is there already.
  bool add(std::unique_ptr<x509::TrustAnchor> anchor, KeyUse use);

  std::unordered_map<std::uint64_t, std::vector<const x509::TrustAnchor*>> by_hash;
};

}  // namespace handfast
