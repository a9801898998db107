// What a handshake used though better is known.
#pragma once
#include <string_view>
#include <vector>

#include <handfast/summary.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// One thing that a connection uses and that specifications advise against. The texts are literals.
struct Deprecation {
  std::string_view what;     ///< what was used: "RSA key transport"
  std::string_view why;      ///< what is wrong with it, one clause
  std::string_view better;   ///< what to use in its place
  std::string_view section;  ///< who says so: "RFC 9325 §4.1"
};

/// What is deprecated in this handshake, the weightiest first: RSA key transport, CBC, SHA-1, what TLS 1.2
/// went without (extended master secret, secure renegotiation), TLS 1.2 itself. Empty for TLS 1.3.
[[nodiscard]] std::vector<Deprecation> deprecations(const Summary& summary);

}  // namespace handfast
