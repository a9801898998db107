// What a CompressedCertificate stands for.
#pragma once
#include <optional>

#include <handfast/bytes.hpp>

namespace handfast::explain {

/// The Certificate of a CompressedCertificate (RFC 8879 §4), each with the header of handshake messages.
/// None: it does not decode or decompress, the algorithm is not built in, or it is too long: longer than
/// connections take by default (CommonSettings::max_handshake_message), or than eight times what is
/// compressed. Certificates are two or three times as long; a capture may want to fill the memory.
[[nodiscard]] std::optional<Octets> decompressed_certificate(Bytes compressed);

}  // namespace handfast::explain
