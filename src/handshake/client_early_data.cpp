// When a client sends early data, and what becomes of it.
#include "handshake/client_early_data.hpp"

#include <algorithm>

namespace handfast::handshake {
namespace {

// Why there is no early data; empty: there may be.
std::string_view obstacle(const ClientHandshake& hs) {
  if (hs.attempt.psks.empty()) return "there is no session and no key to send it under";
  const EarlyDataTerms& terms = hs.attempt.psks.front().terms;
  if (terms.max_size == 0) return "the session allows none";
  if (!hs.settings().policy.cipher_suites.contains(terms.cipher_suite))
    return "the cipher suite of the session is not offered";
  const auto& protocols = hs.settings().application_protocols;
  const bool offered =
      std::find(protocols.begin(), protocols.end(), terms.application_protocol) != protocols.end();
  if (!terms.application_protocol.empty() && !offered)
    return "the application protocol of the session is not offered";
  return {};
}

}  // namespace

void prepare_early_data(ClientHandshake& hs) {
  if (!hs.settings().early_data) return;
  if (const std::string_view why = obstacle(hs); !why.empty()) {
    hs.summary.early_data_reason = why;
    return;
  }
  hs.attempt.early_data = true;
  hs.early_data_terms = hs.attempt.psks.front().terms;
  hs.summary.early_data = EarlyData::rejected;  // until the server says otherwise
}

Result<> begin_early_data(ClientHandshake& hs) {
  if (!hs.attempt.early_data) return {};
  // RFC 8446 §4.2.10: the first PSK protects it [8446:4.2.10#2].
  const ClientPsk& psk = hs.attempt.psks.front();
  const crypto::Digest hello = crypto::hash(psk.hash, hs.transcript.messages());
  const schedule::TrafficSecret secret = psk.secret.client_early_traffic_secret(hello);
  hs.log_secret(hs.settings(), "CLIENT_EARLY_TRAFFIC_SECRET", secret.view());
  // RFC 8446 §D.4: with early data the compatibility record follows the hello at once.
  if (hs.settings().middlebox_compatibility) {
    hs.transport.send_change_cipher_spec();
    hs.compatibility_record_sent = true;
  }
  const CipherSuite suite = hs.early_data_terms.cipher_suite;
  if (auto installed = hs.transport.install(Level::early_data, Direction::sending, suite, secret.view());
      !installed)
    return installed;
  hs.transport.limit_early_data(hs.early_data_terms.max_size);
  return {};
}

// [8446:4.2.10#12] [8446:E.5#3] Nothing is ever sent again by itself.
void abandon_early_data(ClientHandshake& hs) {
  if (!hs.attempt.early_data) return;
  hs.attempt.early_data = false;
  hs.summary.early_data_reason = "the server sent a HelloRetryRequest";
  hs.transport.abandon_early_data();
}

Result<> accept_early_data(ClientHandshake& hs, const message::EncryptedExtensions& message,
                           std::optional<std::size_t> psk) {
  if (!message.extensions.early_data) return {};
  // RFC 8446 §4.2.11: what protects it is the first PSK, and what it is bound to has to hold [8446:4.2.11#8].
  const EarlyDataTerms& terms = hs.early_data_terms;
  if (psk != std::size_t{0}) return fail(ErrorCode::illegal_value, "early_data without the first PSK");
  if (hs.summary.cipher_suite != terms.cipher_suite)
    return fail(ErrorCode::illegal_value, "early_data under another cipher suite");
  if (hs.summary.application_protocol != terms.application_protocol)
    return fail(ErrorCode::illegal_value, "early_data for another application protocol");
  hs.summary.early_data = EarlyData::accepted;
  return {};
}

}  // namespace handfast::handshake
