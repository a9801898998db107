// What a CompressedCertificate stands for.
#pragma once
#include <optional>

#include <handfast/bytes.hpp>

namespace handfast::explain {

/// The Certificate of a CompressedCertificate (RFC 8879 §4), each with the header of handshake messages.
/// None: it does not decode or decompress, it is longer than connections take by default
/// (CommonSettings::max_handshake_message), or the algorithm is not built in.
[[nodiscard]] std::optional<Octets> decompressed_certificate(Bytes compressed);

}  // namespace handfast::explain
