// PEM (RFC 7468): octets in text, between BEGIN and END lines.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>

namespace handfast::x509 {

/// One block. Its base64 is decoded only if asked for.
struct PemBlock {
  std::string_view label;  ///< "CERTIFICATE"
  std::string_view body;   ///< the lines between BEGIN and END

  /// Errors: bad_pem.
  [[nodiscard]] Result<Octets> decode() const;
};

/// Finds the blocks of a text one after the other; what stands between them is passed over.
class PemReader {
 public:
  explicit PemReader(Bytes text) noexcept : rest_(as_text(text)) {}
  /// None at the end. Errors: bad_pem (a BEGIN line without its END).
  Result<std::optional<PemBlock>> next() noexcept;

 private:
  std::string_view rest_;
};

/// Whether there is any BEGIN line.
[[nodiscard]] bool looks_like_pem(Bytes text) noexcept;
/// Lines of 64 characters between BEGIN and END, with a newline at the end.
[[nodiscard]] std::string to_pem(std::string_view label, Bytes octets);

}  // namespace handfast::x509
