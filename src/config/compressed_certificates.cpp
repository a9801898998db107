// The compressed Certificate messages of a credential.
#include "config/compressed_certificates.hpp"

#include <memory>
#include <utility>

namespace handfast {

CompressedCertificates::~CompressedCertificates() {
  for (const Message* message = first_.load(std::memory_order_relaxed); message != nullptr;) {
    const std::unique_ptr<const Message> owned(message);
    message = owned->next_;
  }
}

const CompressedCertificates::Message* CompressedCertificates::find(CertificateCompressionAlgorithm algorithm,
                                                                    std::uint8_t extensions) const noexcept {
  const Message* message = first_.load(std::memory_order_acquire);
  while (message != nullptr && (message->algorithm != algorithm || message->extensions != extensions))
    message = message->next_;
  return message;
}

const CompressedCertificates::Message& CompressedCertificates::add(Message message) {
  auto added = std::make_unique<Message>(std::move(message));
  added->next_ = first_.load(std::memory_order_relaxed);
  while (!first_.compare_exchange_weak(added->next_, added.get(), std::memory_order_release,
                                       std::memory_order_relaxed)) {}
  return *added.release();
}

}  // namespace handfast
