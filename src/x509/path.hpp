// A path from a leaf to a trust anchor, as the search builds it and the rules see it.
#pragma once
#include <array>
#include <optional>
#include <span>

#include "crypto/signature.hpp"
#include "x509/certificate.hpp"
#include "x509/trust_anchor.hpp"

namespace handfast::x509 {

/// One certificate that the peer sent.
struct Candidate {
  Certificate certificate;
  std::uint64_t subject_hash = 0;
  std::uint64_t issuer_hash = 0;
  // Names that are the same have the same number, so that the search compares numbers only.
  std::uint32_t subject_number = 0;
  std::uint32_t issuer_number = 0;
  bool self_issued = false;  ///< RFC 5280 §3.2: subject and issuer are the same name
  std::uint16_t position = 0;
  std::optional<crypto::PublicKey> key;  ///< made when a signature is checked with it
};

/// Leaf first. The anchor is not one of its certificates, unless the leaf is trusted by itself.
class Path {
 public:
  static constexpr std::size_t longest = 32;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool full() const noexcept { return size_ == longest; }
  [[nodiscard]] Candidate& operator[](std::size_t i) const noexcept { return *certificates_[i]; }
  [[nodiscard]] Candidate& back() const noexcept { return *certificates_[size_ - 1]; }
  void push(Candidate& candidate) noexcept { certificates_[size_++] = &candidate; }
  void pop() noexcept { --size_; }

  /// Intermediates that are not self-issued among the certificates before `end`: what pathLenConstraint
  /// counts.
  [[nodiscard]] std::size_t intermediates_below(std::size_t end) const noexcept {
    std::size_t count = 0;
    for (std::size_t i = 1; i < end; ++i)
      if (!certificates_[i]->self_issued) ++count;
    return count;
  }

  const TrustAnchor* anchor = nullptr;  ///< null: not reached yet
  bool leaf_is_anchor = false;          ///< the leaf is in the trust store itself

 private:
  std::array<Candidate*, longest> certificates_{};
  std::size_t size_ = 0;
};

}  // namespace handfast::x509
