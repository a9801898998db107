// A library that was built without zstd.
#include <handfast/certificate_compression.hpp>

namespace handfast::certificate_compression {

std::shared_ptr<const CertificateCompression> zstd() { return nullptr; }

}  // namespace handfast::certificate_compression
