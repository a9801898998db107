// Brotli's compression of certificates.
#include <handfast/certificate_compression.hpp>

#include <brotli/decode.h>
#include <brotli/encode.h>

#include "compression/wrong_length.hpp"

namespace handfast::certificate_compression {
namespace {

class Brotli final : public CertificateCompression {
 public:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm::brotli;
  }
  [[nodiscard]] Result<Octets> compress(Bytes message) const override {
    std::size_t size = ::BrotliEncoderMaxCompressedSize(message.size());
    Octets compressed(size);
    if (::BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC,
                                message.size(), message.data(), &size, compressed.data()) != BROTLI_TRUE)
      return fail(ErrorCode::internal_error, "brotli");
    compressed.resize(size);
    return compressed;
  }
  [[nodiscard]] Result<> decompress(Bytes compressed, MutableBytes message) const override {
    // The streaming interface, since the one of a single call does not tell what stands behind the stream.
    // Its window grows with what comes out, which has no more room than `message`.
    const std::unique_ptr<BrotliDecoderState, decltype(&::BrotliDecoderDestroyInstance)> decoder(
        ::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &::BrotliDecoderDestroyInstance);
    if (!decoder) return fail(ErrorCode::internal_error, "brotli");
    std::size_t unread = compressed.size();
    const std::uint8_t* from = compressed.data();
    std::size_t room = message.size();
    std::uint8_t* to = message.data();
    const auto outcome = ::BrotliDecoderDecompressStream(decoder.get(), &unread, &from, &room, &to, nullptr);
    if (outcome != BROTLI_DECODER_RESULT_SUCCESS || room != 0 || unread != 0) return wrong_length();
    return {};
  }
};

}  // namespace

std::shared_ptr<const CertificateCompression> brotli() { return std::make_shared<Brotli>(); }

}  // namespace handfast::certificate_compression
