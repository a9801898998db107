// OCSP responses (RFC 6960), as servers staple them.
#pragma once
#include <chrono>
#include <optional>

#include "x509/algorithm.hpp"
#include "x509/certificate.hpp"

namespace handfast::x509 {

/// What a response says about one certificate.
struct SingleResponse {
  enum class Status : std::uint8_t { good, revoked, unknown };
  Bytes hash_algorithm;  ///< identifier of the hash of the two below
  Bytes issuer_name_hash;
  Bytes issuer_key_hash;
  Bytes serial;
  Status status = Status::unknown;
  std::chrono::sys_seconds revocation_time;  ///< if revoked
  std::optional<std::uint32_t> reason;       ///< if revoked
  std::chrono::sys_seconds this_update;
  std::optional<std::chrono::sys_seconds> next_update;
};

/// A response. A view.
struct OcspResponse {
  std::uint32_t response_status = 0;  ///< 0: successful; otherwise nothing else is filled in
  Bytes signed_octets;                ///< tbsResponseData
  SignatureIdentifier signature_algorithm;
  Bytes signature;
  Bytes responder_name;      ///< Name; empty: the responder is named by its key
  Bytes responder_key_hash;  ///< SHA-1; empty: the responder is named by its name
  Bytes responses;           ///< contents of the list of SingleResponses, whose form is checked
  Bytes certificates;        ///< contents of certs; empty: none
  Bytes unknown_critical;    ///< identifier of a critical extension

  [[nodiscard]] static std::optional<Defect> parse_into(OcspResponse& response, Bytes der) noexcept;

  /// What it says about a certificate of this serial number, whose issuer has this name and key.
  [[nodiscard]] std::optional<SingleResponse> find(Bytes issuer_name, const KeyInfo& issuer_key,
                                                   Bytes serial) const noexcept;
  /// Whether the response says that it is signed by this one.
  [[nodiscard]] bool names_responder(Bytes name, const KeyInfo& key) const noexcept;
};

/// "malformedRequest", "tryLater" and so on (RFC 6960 §4.2.1).
[[nodiscard]] std::string_view response_status_name(std::uint32_t status) noexcept;

}  // namespace handfast::x509
