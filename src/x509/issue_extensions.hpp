// The extensions of a certificate that is issued here.
#pragma once
#include <handfast/error.hpp>
#include <handfast/issue.hpp>

namespace handfast::x509 {

/// The contents of Extensions (the SEQUENCE itself included) for this template.
/// Errors: invalid_argument, with the field that is wrong.
Result<Octets> write_extensions(const CertificateTemplate& content, Bytes subject_key_identifier,
                                Bytes authority_key_identifier);

}  // namespace handfast::x509
