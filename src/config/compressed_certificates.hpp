// The compressed Certificate messages of a credential.
#pragma once
#include <atomic>
#include <cstdint>

#include <handfast/bytes.hpp>
#include <handfast/types.hpp>

namespace handfast {

/// What was compressed stays as long as the credential. Safe to use from any number of threads, without
/// locks; two that compress the same at once do it twice.
class CompressedCertificates {
 public:
  /// A Certificate message in its compressed form.
  struct Message {
    CertificateCompressionAlgorithm algorithm{};
    std::uint8_t extensions = 0;  ///< which set of extensions it has: each caller's own numbering
    std::uint32_t uncompressed_length = 0;
    Octets compressed;

   private:
    friend class CompressedCertificates;
    const Message* next_ = nullptr;
  };

  CompressedCertificates() noexcept = default;
  /// Another credential shows other messages: it starts with none.
  CompressedCertificates(const CompressedCertificates& /*other*/) noexcept {}
  CompressedCertificates& operator=(const CompressedCertificates&) = delete;
  ~CompressedCertificates();

  /// Null: it was not compressed yet.
  [[nodiscard]] const Message* find(CertificateCompressionAlgorithm algorithm,
                                    std::uint8_t extensions) const noexcept;
  /// Keeps a message.
  const Message& add(Message message);

 private:
  std::atomic<const Message*> first_{nullptr};
};

}  // namespace handfast
