// A library that was built without zlib.
#include <handfast/certificate_compression.hpp>

namespace handfast::certificate_compression {

std::shared_ptr<const CertificateCompression> zlib() { return nullptr; }

}  // namespace handfast::certificate_compression
