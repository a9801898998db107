// DelegationUsage: what makes a certificate one that delegated credentials may be issued with (RFC 9345
// §4.2).
#pragma once
#include "x509/certificate.hpp"

namespace handfast::x509 {

/// Whether its key may sign delegated credentials: the extension is there and not critical, and keyUsage says
/// digitalSignature, which here has to be said.
[[nodiscard]] bool may_delegate(const Certificate& certificate) noexcept;

}  // namespace handfast::x509
