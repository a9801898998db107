// A library that was built without brotli.
#include <handfast/certificate_compression.hpp>

namespace handfast::certificate_compression {

std::shared_ptr<const CertificateCompression> brotli() { return nullptr; }

}  // namespace handfast::certificate_compression
