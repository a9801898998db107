// CompressedCertificate (RFC 8879).
#pragma once
#include "handshake/authentication.hpp"

namespace handfast::handshake {

using CompressionList = std::vector<CertificateCompressionAlgorithm>;

/// What the settings offer, in their order.
[[nodiscard]] CompressionList offered_compressions(const CommonSettings& settings);

/// RFC 8879 §3: what the peer offers are algorithms, each once. Whether we compress or not.
Result<> check_compressions(const std::optional<message::CertificateCompressionAlgorithms>& offered);

/// The first compression of the settings that the peer offers; null: none.
[[nodiscard]] const CertificateCompression* choose_compression(
    const CommonSettings& settings,
    const std::optional<message::CertificateCompressionAlgorithms>& offered) noexcept;

/// Sends the message compressed, as the credential keeps it or as it will from now on. `extras`: what stands
/// beside the certificate in `certificate`. As it is where compressing fails.
Result<> send_compressed(Handshake& handshake, const message::Certificate& certificate,
                         const Credential& credential, CertificateExtras extras,
                         const CertificateCompression& compression);

/// The peer's Certificate, compressed or not. Its views live until the handshake ends, or the next receive().
Task<message::Certificate> receive_certificate(Handshake& handshake, const CommonSettings& settings);

}  // namespace handfast::handshake
