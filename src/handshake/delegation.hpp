// Delegated credentials in a handshake of TLS 1.3 (RFC 9345 §4.1): ours, and the peer's.
#pragma once
#include "handshake/authentication.hpp"

namespace handfast::handshake {

/// choose_scheme() for TLS 1.3, where a delegated credential serves those that take it: `delegated`, what the
/// peer says of that (RFC 9345 §4.1).
[[nodiscard]] std::optional<SignatureScheme> choose_scheme13(
    const Handshake& handshake, const Policy& policy, const Credential& credential,
    const SchemeList& accepted, const std::optional<message::SignatureSchemeList>& delegated) noexcept;

/// A delegated credential of the peer, beside its leaf: handshake.delegation and the summary hold it once it
/// is found valid. Nothing where there is none. Errors: bad_delegated_credential; those of the leaf.
Result<> accept_delegation(Handshake& handshake, const CommonSettings& settings,
                           const message::CertificateEntry& leaf);

/// When this handshake checked certificates, as sessions count it (Session::authenticated).
[[nodiscard]] Time authentication_time(const Handshake& handshake) noexcept;

}  // namespace handfast::handshake
