// PEM (RFC 7468): DER between BEGIN and END lines.
#pragma once
#include <string>
#include <vector>

#include <handfast/error.hpp>
#include <handfast/secret.hpp>

namespace handfast::wire {

/// One block of a PEM text. The octets may be a key's: they are wiped when freed.
struct PemBlock {
  std::string label;    ///< "CERTIFICATE"
  SecretOctets octets;  ///< decoded
};

/// All blocks whose label `wanted` accepts, in order; text around blocks is passed over, blocks with headers
/// (RFC 1421) decode without them. Errors: bad_pem for a block that does not end, ends with another label, or
/// holds characters that are not base64.
Result<std::vector<PemBlock>> read_pem(Bytes text, bool (*wanted)(std::string_view label) noexcept);

/// True for the labels of certificates: CERTIFICATE, X509 CERTIFICATE.
bool is_certificate_label(std::string_view label) noexcept;

/// One block with lines of 64 characters.
[[nodiscard]] std::string write_pem(std::string_view label, Bytes octets);

}  // namespace handfast::wire
