// The compressions that this library was built with.
#include <handfast/certificate_compression.hpp>

namespace handfast::certificate_compression {

std::vector<std::shared_ptr<const CertificateCompression>> all() {
  std::vector<std::shared_ptr<const CertificateCompression>> found;
  for (auto each : {brotli(), zstd(), zlib()})
    if (each) found.push_back(std::move(each));
  return found;
}

}  // namespace handfast::certificate_compression
