// Findings: what was found about a certificate, a path or a revocation status, and by which rule; and the
// verdict that they add up to.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/finding_codes.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

enum class Severity : std::uint8_t {
  error,    ///< refuses the path
  warning,  ///< a breach that does not refuse it, or a check that could not be made
  note,     ///< worth knowing
};
/// "error", "warning", "note".
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

/// Whom a rule binds: with Profile::standard only breaches of the first kind refuse a path.
enum class Binds : std::uint8_t { verifiers, issuers };

/// One row of the table that all findings come from.
struct FindingInfo {
  /// The code that the row is about.
  FindingCode code;
  std::string_view name;  ///< as in FindingCode
  /// Whom the rule binds.
  Binds binds;
  ErrorCode error;            ///< what the handshake fails with (and the alert that goes with it)
  std::string_view sentence;  ///< what is the matter
  std::string_view hint;      ///< what to do
  std::string_view section;   ///< where the rule stands
};
/// Never fails: each code has a row.
[[nodiscard]] const FindingInfo& finding_info(FindingCode code) noexcept;
[[nodiscard]] std::span<const FindingInfo> all_findings() noexcept;

/// One breach of one rule.
struct Finding {
  /// The rule that was broken.
  FindingCode code = FindingCode::no_issuer;
  /// Whether it refuses the path.
  Severity severity = Severity::error;
  std::string found;  ///< what exactly: names, times, numbers; may be empty

  /// The table's row of the code.
  [[nodiscard]] const FindingInfo& info() const noexcept { return finding_info(code); }
};

/// A certificate as part of a path.
struct ExaminedCertificate {
  /// Where the certificate came from.
  enum class Source : std::uint8_t {
    peer,   ///< in the chain that was sent; `position` counts from 0, the leaf
    store,  ///< an anchor of the trust store; `position` counts in it
  };
  /// Where the certificate came from.
  Source source = Source::peer;
  /// Its place there, counted from 0.
  std::size_t position = 0;
  std::string subject;              ///< as in RFC 4514; of a damaged certificate empty
  std::string issuer;               ///< the same
  std::string serial;               ///< hexadecimal
  std::string key;                  ///< "P-256", "RSA 2048"
  std::string signature_algorithm;  ///< "ecdsa-with-SHA256"
  /// The first moment of validity.
  Time not_before;
  /// The last second of validity.
  Time not_after;
  std::array<std::uint8_t, 32>
      sha256{};  ///< fingerprint of the whole certificate; zeros: a bare name and key
  /// What was found; may be empty.
  std::vector<Finding> findings;
};

/// One path that was tried.
struct Attempt {
  /// Whether the path was good.
  bool accepted = false;
  std::vector<ExaminedCertificate>
      certificates;               ///< leaf first; ends where the search ended, at best an anchor
  std::vector<Finding> findings;  ///< about the path as a whole
};

/// How much was done. Bounded by the request's limits.
struct Work {
  std::uint32_t signature_checks = 0;  ///< public-key operations
  /// Signature checks that the cache answered.
  std::uint32_t cached_signatures = 0;
  /// Candidates that were looked at as issuers.
  std::uint32_t issuers_considered = 0;
  std::uint32_t names_compared = 0;  ///< names against name constraints
};

/// The verdict. Owns everything it says.
struct Verification {
  /// The reason of the most advanced attempt, with the alert to send; code no_issuer and the like are found
  /// in the findings. Meaningless if ok().
  Error error;
  /// Positions in the chain as sent, leaf first, without the anchor. Empty if refused.
  std::vector<std::uint16_t> path;
  /// The anchor's subject in DER. Empty if refused.
  Octets anchor;
  /// Filled in on failure, and on success if the request asks for it. Bounded in number.
  std::vector<Attempt> attempts;
  /// What concerns no single path: certificates that do not parse, limits that were reached.
  std::vector<Finding> findings;
  /// How much was done.
  Work work;
  /// Whether the path was good.
  bool accepted = false;

  /// Whether the chain was accepted.
  [[nodiscard]] bool ok() const noexcept { return accepted; }
};

/// The whole decision as an indented tree in UTF-8, several lines, ending in a newline.
[[nodiscard]] std::string to_text(const Verification& verification);
/// The same as one JSON object (RFC 8259): accepted, error, path, attempts, findings, work.
[[nodiscard]] std::string to_json(const Verification& verification);

}  // namespace x509
}  // namespace handfast
