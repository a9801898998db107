// Zstandard's compression of certificates.
#include <handfast/certificate_compression.hpp>

#include <zstd.h>

#include "compression/wrong_length.hpp"

namespace handfast::certificate_compression {
namespace {

// As good as it gets for a few kilobytes, which are compressed once.
constexpr int level = 19;

class Zstd final : public CertificateCompression {
 public:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm::zstd;
  }
  [[nodiscard]] Result<Octets> compress(Bytes message) const override {
    Octets compressed(::ZSTD_compressBound(message.size()));
    const std::size_t size =
        ::ZSTD_compress(compressed.data(), compressed.size(), message.data(), message.size(), level);
    if (::ZSTD_isError(size) != 0) return fail(ErrorCode::internal_error, "zstd");
    compressed.resize(size);
    return compressed;
  }
  [[nodiscard]] Result<> decompress(Bytes compressed, MutableBytes message) const override {
    // Frames are read to the end of the input, into the room that there is and no further: one call needs no
    // window beside it.
    const std::size_t size =
        ::ZSTD_decompress(message.data(), message.size(), compressed.data(), compressed.size());
    if (::ZSTD_isError(size) != 0 || size != message.size()) return wrong_length();
    return {};
  }
};

}  // namespace

std::shared_ptr<const CertificateCompression> zstd() { return std::make_shared<Zstd>(); }

}  // namespace handfast::certificate_compression
