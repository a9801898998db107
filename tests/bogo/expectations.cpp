// What the runner leaves to the shim to check.
#include "bogo/expectations.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <handfast/certificate.hpp>

#include "bogo/settings.hpp"

namespace handfast::bogo {
namespace {

// A list of names with their lengths, as it stands in the extension.
std::string join_protocols(const std::vector<std::string_view>& names) {
  std::string wire;
  for (const std::string_view name : names) {
    wire += static_cast<char>(name.size());
    wire += name;
  }
  return wire;
}

// IDs with their lengths in front, as they stand in trust_anchors.
Octets join_anchors(const std::vector<Octets>& ids) {
  Octets wire;
  for (const Octets& id : ids) {
    wire.push_back(static_cast<std::uint8_t>(id.size()));
    wire.insert(wire.end(), id.begin(), id.end());
  }
  return wire;
}

bool is_chain_of(const std::vector<Octets>& chain, const std::string& path) {
  const auto file = read_file(path);
  const auto expected = file ? x509::read_certificates(*file) : fail(ErrorCode::file_unreadable);
  return expected && *expected == chain;
}

bool holds(const Octets& message, const Octets& part) {
  return part.empty() || !std::ranges::search(message, part).empty();
}

void append_number(Octets& to, std::size_t number) {
  to.push_back(static_cast<std::uint8_t>(number >> 8));
  to.push_back(static_cast<std::uint8_t>(number));
}

// Schemes as they stand in signature_algorithms.
Octets encode_schemes(const Numbers& schemes) {
  Octets wire;
  if (!schemes.empty()) append_number(wire, 2 * schemes.size());
  for (const std::uint16_t scheme : schemes) append_number(wire, scheme);
  return wire;
}

// Names in hexadecimal digits with commas between them, as they stand in certificate_authorities.
Octets encode_names(const std::string& text) {
  Octets names;
  std::istringstream stream(text);
  for (std::string digits; std::getline(stream, digits, ',');) {
    append_number(names, digits.size() / 2);
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
      names.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  Octets wire;
  if (!names.empty()) append_number(wire, names.size());
  wire.insert(wire.end(), names.begin(), names.end());
  return wire;
}

// Of the opened credentials in their order: the library counts certificates alone.
std::optional<std::size_t> shown_credential(const Flags& flags, const Summary& summary) {
  std::size_t certificates = 0;
  for (std::size_t i = 0; i < flags.credentials.size(); ++i) {
    const CredentialFlags& credential = flags.credentials[i];
    if (!credential.is_psk) {
      if (summary.credential == certificates++) return i;
      continue;
    }
    const auto psks = imported_psks(credential);
    if (psks && std::ranges::count(*psks, summary.external_psk_identity, &ExternalPsk::identity) != 0)
      return i;
  }
  return summary.credential ? std::optional(flags.credentials.size()) : std::nullopt;
}

std::string check_algorithms(const Flags& flags, const Summary& summary) {
  const auto number = [](auto value) { return static_cast<std::uint16_t>(value); };
  if (flags.expect_version != 0 && number(summary.version) != flags.expect_version) return "version";
  const std::uint16_t suite = number(summary.cipher_suite);
  if (flags.expect_cipher != 0 && suite != flags.expect_cipher) return "cipher suite";
  if (flags.expect_cipher_aes != 0 && suite != flags.expect_cipher_aes) return "cipher suite";
  // A session brings no key exchange of TLS 1.2, no signature and no timestamps with it.
  if (summary.resumed && summary.version == ProtocolVersion::tls12) return {};
  if (flags.expect_curve_id != 0 && (!summary.group || number(*summary.group) != flags.expect_curve_id))
    return "group";
  const auto& signature = flags.server ? summary.client_signature : summary.server_signature;
  if (flags.expect_peer_signature_algorithm != 0 && !summary.resumed &&
      (!signature || number(*signature) != flags.expect_peer_signature_algorithm))
    return "signature algorithm";
  if (flags.expect_hrr && !summary.hello_retry) return "no HelloRetryRequest";
  if (flags.expect_no_hrr && summary.hello_retry) return "a HelloRetryRequest";
  if (flags.expect_extended_master_secret && summary.version == ProtocolVersion::tls12 &&
      !summary.extended_master_secret)
    return "no extended_master_secret";
  return {};
}

std::string check_authentication(const Flags& flags, const Summary& summary) {
  if (needs_psk(flags) && !flags.server && summary.external_psk_identity.empty() && !summary.resumed)
    return "no PSK";
  const bool shown = !summary.peer_chain.empty() || !summary.peer_public_key.empty();
  if (flags.expect_no_peer_cert) {
    if (shown) return "a certificate";
  } else if ((!flags.server || flags.require_any_client_certificate) && !shown &&
             summary.external_psk_identity.empty()) {
    return "no certificate";
  }
  if (flags.expect_peer_certificate_type &&
      static_cast<std::uint16_t>(summary.peer_certificate_type) != *flags.expect_peer_certificate_type)
    return "another type of certificate";
  if (!flags.expect_peer_rpk_sha256.empty() &&
      !std::ranges::equal(x509::fingerprint(summary.peer_public_key), flags.expect_peer_rpk_sha256))
    return "another raw public key";
  if (!flags.expect_peer_cert_file.empty() && !is_chain_of(summary.peer_chain, flags.expect_peer_cert_file))
    return "another certificate";
  if (!flags.expect_ocsp_response.empty() && summary.ocsp_response != flags.expect_ocsp_response)
    return "another OCSP response";
  if (!flags.expect_signed_cert_timestamps.empty() && !summary.resumed) {
    // The runner counts the length of the list to it, the summary holds the list.
    Octets list = flags.expect_signed_cert_timestamps;
    list.erase(list.begin(), list.begin() + 2);
    if (summary.signed_certificate_timestamps != list) return "other certificate timestamps";
  }
  if (flags.expect_selected_credential) {
    const auto wanted = static_cast<std::int16_t>(*flags.expect_selected_credential);
    // -1 is the default one, which is the last here; without a default one it is none.
    const std::size_t index = wanted < 0 ? flags.credentials.size() : static_cast<std::size_t>(wanted);
    const bool none = wanted < 0 && flags.credential.cert_file.empty();
    if (shown_credential(flags, summary) != (none ? std::nullopt : std::optional(index)))
      return "another credential";
  }
  return {};
}

std::string check_anchors(const Flags& flags, const Summary& summary) {
  if (flags.expect_peer_match_trust_anchor &&
      summary.peer_trust_anchor_matched != *flags.expect_peer_match_trust_anchor)
    return summary.peer_trust_anchor_matched ? "a trust anchor" : "no trust anchor";
  if (flags.expect_peer_available_trust_anchors &&
      join_anchors(summary.available_trust_anchors) != *flags.expect_peer_available_trust_anchors)
    return "other trust anchors";
  return {};
}

std::string check_names(const Flags& flags, const Summary& summary) {
  if (!flags.expect_server_name.empty() && summary.server_name != flags.expect_server_name)
    return "another server name";
  if (flags.expect_no_server_name && !summary.server_name.empty()) return "a server name";
  const std::string& protocol = flags.server ? flags.select_alpn : flags.expect_alpn;
  if (summary.application_protocol != protocol) return "another application protocol";
  return {};
}

}  // namespace

std::string unmet_expectation(const Flags& flags, const Summary& summary, int index) {
  const bool resumes = index > 0 && !flags.expect_session_miss;
  if (summary.resumed != resumes) return summary.resumed ? "a resumed session" : "no resumed session";
  if (flags.expect_accept_early_data && summary.early_data != EarlyData::accepted) return "no early data";
  if (flags.expect_reject_early_data && summary.early_data == EarlyData::accepted)
    return "early data that was not refused";
  if (flags.expect_no_offer_early_data && summary.early_data != EarlyData::none) return "early data";
  for (const auto check : {check_algorithms, check_authentication, check_anchors, check_names})
    if (std::string unmet = check(flags, summary); !unmet.empty()) return unmet;
  return {};
}

std::string unmet_expectation(const Flags& flags, const Summary& summary, const Stores& stores) {
  if (flags.server) {
    if (flags.expect_session_id && stores.server->size() == 0) return "no session id";
    if (flags.expect_no_session_id && stores.server->size() != 0) return "a session id";
    return {};
  }
  const CountingSessionStore& sessions = *stores.client;
  const bool tls13 = summary.version == ProtocolVersion::tls13;
  const bool wanted = !flags.expect_no_session &&
                      (tls13 ? !flags.shim_shuts_down : !summary.resumed || flags.expect_ticket_renewal);
  // Tickets may stand behind the Finished that the handshake took in, before anything is shut down.
  if (tls13 && flags.shim_shuts_down) return {};
  if (wanted != (sessions.received != 0)) return wanted ? "no session" : "a session";
  if (tls13 && wanted && sessions.early_data != flags.expect_ticket_supports_early_data)
    return "a session with other early data";
  return {};
}

std::string unmet_expectation(const Flags& flags, RecordLog& log) {
  if (!flags.expect_msg_callback.empty() && flags.expect_msg_callback != log.text())
    return "other messages:\n" + log.text();
  const Octets& request = log.received(HandshakeType::certificate_request);
  if (!holds(request, encode_names(flags.expect_client_ca_list))) return "other authorities";
  const Octets& schemes = flags.server ? log.received(HandshakeType::client_hello) : request;
  if (!holds(schemes, encode_schemes(flags.expect_peer_verify_pref))) return "other signature schemes";
  return {};
}

std::string unmet_expectation(const Flags& flags, const ConfigurationQuestion& question) {
  if (!flags.expect_advertised_alpn.empty() &&
      join_protocols(question.application_protocols) != flags.expect_advertised_alpn)
    return "other application protocols";
  return {};
}

}  // namespace handfast::bogo
