// The cache of successful signature checks of certificates.
#pragma once
#include <cstddef>
#include <memory>

#include <handfast/bytes.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// Remembers successful signature checks under SHA-256 of issuer's key, algorithm, signed octets and
/// signature; never failures. Everything else about a certificate is judged anew on every hit. Bounded; for
/// any number of threads.
class SignatureCache {
 public:
  /// Room for at least `entries` (32 octets each); the oldest of a bucket makes room for a new one.
  explicit SignatureCache(std::size_t entries = 16384);
  SignatureCache(const SignatureCache&) = delete;
  SignatureCache& operator=(const SignatureCache&) = delete;
  ~SignatureCache();

  /// Exactly 32 octets.
  [[nodiscard]] bool contains(Bytes key) const noexcept;
  /// Remembers a successful check; may forget another.
  void insert(Bytes key) noexcept;

 private:
  struct Shards;
  std::unique_ptr<Shards> shards_;
};

}  // namespace x509
}  // namespace handfast
