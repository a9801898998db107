// zlib's compression of certificates.
#include <handfast/certificate_compression.hpp>

#include <zlib.h>

#include "compression/wrong_length.hpp"

namespace handfast::certificate_compression {
namespace {

class Zlib final : public CertificateCompression {
 public:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm::zlib;
  }
  [[nodiscard]] Result<Octets> compress(Bytes message) const override {
    uLongf size = ::compressBound(message.size());
    Octets compressed(size);
    if (::compress2(compressed.data(), &size, message.data(), message.size(), Z_BEST_COMPRESSION) != Z_OK)
      return fail(ErrorCode::internal_error, "zlib");
    compressed.resize(size);
    return compressed;
  }
  [[nodiscard]] Result<> decompress(Bytes compressed, MutableBytes message) const override {
    uLongf written = message.size();
    uLong read = compressed.size();
    // What does not fit is Z_BUF_ERROR; what stands behind the stream shows in `read`.
    const int outcome = ::uncompress2(message.data(), &written, compressed.data(), &read);
    if (outcome != Z_OK || written != message.size() || read != compressed.size()) return wrong_length();
    return {};
  }
};

}  // namespace

std::shared_ptr<const CertificateCompression> zlib() { return std::make_shared<Zlib>(); }

}  // namespace handfast::certificate_compression
