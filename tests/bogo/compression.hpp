// The compressions of certificates that the runner made up.
#pragma once
#include <memory>
#include <vector>

#include <handfast/certificate_compression.hpp>

namespace handfast::bogo {

/// Those that the flags ask for: all, or the one of this number (0: none).
[[nodiscard]] std::vector<std::shared_ptr<const CertificateCompression>> made_up_compressions(
    bool all, std::uint16_t one);

}  // namespace handfast::bogo
