// Compression of certificates (RFC 8879): what a configuration may compress and decompress them with.
#pragma once
#include <memory>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// One way to compress a Certificate message. Immutable; called from every thread that runs a connection.
/// Applications may bring their own.
class CertificateCompression {
 public:
  virtual ~CertificateCompression() = default;
  /// The number by which the two sides agree on it.
  [[nodiscard]] virtual CertificateCompressionAlgorithm algorithm() const noexcept = 0;
  /// The message (without the header of handshake messages), compressed. Called once for each credential and
  /// set of extensions, for the result is kept. On any error the certificate is sent as it is.
  [[nodiscard]] virtual Result<Octets> compress(Bytes message) const = 0;
  /// Fills `message`, which is as long as the peer says that the message is: at most max_handshake_message
  /// octets. `compressed` is what a stranger sent. Errors: certificate_malformed when what comes out is
  /// shorter or longer, or nothing comes out.
  [[nodiscard]] virtual Result<> decompress(Bytes compressed, MutableBytes message) const = 0;
};

namespace certificate_compression {

/// zlib's (RFC 1950); null in a library that was built without it.
[[nodiscard]] std::shared_ptr<const CertificateCompression> zlib();
/// Brotli (RFC 7932), which browsers offer; null in a library that was built without it.
[[nodiscard]] std::shared_ptr<const CertificateCompression> brotli();
/// Zstandard (RFC 8478); null in a library that was built without it.
[[nodiscard]] std::shared_ptr<const CertificateCompression> zstd();
/// Those that there are, the best first: brotli, zstd, zlib.
[[nodiscard]] std::vector<std::shared_ptr<const CertificateCompression>> all();

}  // namespace certificate_compression

}  // namespace handfast
