// The values of extensions (RFC 5280 §4.2): read into a certificate or checked.
#pragma once
#include <string_view>

#include "x509/certificate.hpp"
#include "x509/der.hpp"

namespace handfast::x509 {

/// One Extension as it stands. A view.
struct Extension {
  Bytes identifier;  ///< contents of the object identifier
  bool critical = false;
  Bytes value;  ///< contents of extnValue
};
Extension read_extension(Der& list) noexcept;

/// The extensions that one list has shown so far. They have to be compared with each other, so more than a
/// few are refused.
class ExtensionRoll {
 public:
  static constexpr std::size_t most = 64;
  /// Notes duplicate_extension for one that is there already, bad_extension for one too many.
  void add(Bytes identifier, const std::uint8_t* where, Fault& fault) noexcept;

 private:
  std::size_t count_ = 0;
  std::array<Bytes, most> names_;
};
/// The same, for lists in which each extension may stand only once.
Extension read_extension(Der& list, ExtensionRoll& roll) noexcept;

/// Reads what validation works on into `certificate` (basicConstraints, keyUsage, extKeyUsage) and checks the
/// form of the other values that it will read (subjectAltName, nameConstraints, policies, tlsFeature). Values
/// that only inform (key identifiers, places) are not looked at: check_informative_value() does.
void read_extension_value(ExtensionId id, Bytes value, Certificate& certificate, Fault& fault) noexcept;
/// Whether the value of an extension that only informs is well formed.
[[nodiscard]] bool check_informative_value(ExtensionId id, Bytes value) noexcept;

/// Reads purposes (KeyPurposeId) to the end; `present` is left to the caller.
[[nodiscard]] ExtendedKeyUsage read_purposes(Der& list) noexcept;

/// AuthorityKeyIdentifier (RFC 5280 §4.2.1.1).
struct AuthorityKeyIdentifier {
  Bytes key_identifier;  ///< empty: absent
  bool has_key_identifier = false;
  Bytes issuer;  ///< contents of GeneralNames; empty: absent
  bool has_issuer = false;
  Bytes serial;  ///< empty: absent
};
/// None if the value is damaged.
[[nodiscard]] std::optional<AuthorityKeyIdentifier> read_authority_key_identifier(Bytes value) noexcept;
/// None if the extension is missing or damaged.
[[nodiscard]] std::optional<AuthorityKeyIdentifier> authority_key_identifier(
    const Certificate& certificate) noexcept;
/// Empty if the extension is missing or damaged.
[[nodiscard]] Bytes subject_key_identifier(const Certificate& certificate) noexcept;

/// "subjectAltName" and so on.
[[nodiscard]] std::string_view name_of(ExtensionId id) noexcept;
/// Whether certificatePolicies lists a policy twice.
[[nodiscard]] bool has_repeated_policy(const Certificate& certificate);

/// TLSFeature (RFC 7633): whether it lists this extension of TLS.
[[nodiscard]] bool demands_feature(const Certificate& certificate, ExtensionType feature) noexcept;

/// PolicyConstraints (RFC 5280 §4.2.1.11) and inhibitAnyPolicy (§4.2.1.14), where they are there.
struct PolicyLimits {
  std::optional<std::uint32_t> require_explicit;
  std::optional<std::uint32_t> inhibit_mapping;
  std::optional<std::uint32_t> inhibit_any;
};
[[nodiscard]] PolicyLimits policy_limits(const Certificate& certificate) noexcept;

}  // namespace handfast::x509
