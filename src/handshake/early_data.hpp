// What early data under a PSK is bound to (RFC 8446 §4.2.10).
#pragma once
#include <string>

#include <handfast/external_psk.hpp>
#include <handfast/session.hpp>

namespace handfast::handshake {

/// The values that came with the PSK: early data is for them only [8446:4.2.10#7].
struct EarlyDataTerms {
  std::uint32_t max_size = 0;  ///< octets of data; 0: none is allowed
  CipherSuite cipher_suite{};
  std::string application_protocol;  ///< empty: none
};

[[nodiscard]] inline EarlyDataTerms early_data_terms(const Session& session) {
  return {session.max_early_data_size, session.cipher_suite, session.application_protocol};
}
[[nodiscard]] inline EarlyDataTerms early_data_terms(const ExternalPsk& psk) {
  return {psk.max_early_data_size, psk.cipher_suite, psk.application_protocol};
}

}  // namespace handfast::handshake
