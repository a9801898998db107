// What was negotiated, in words and in JSON.
#include "report.hpp"

#include <handfast/certificate.hpp>
#include <handfast/deprecation.hpp>
#include <handfast/findings.hpp>
#include <handfast/trust_anchor_id.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "failure.hpp"

namespace handfast::tool {
namespace {

std::tm utc(Time time) { return fmt::gmtime(std::chrono::system_clock::to_time_t(time)); }

// "CN=localhost, issued by CN=…, valid until …", or why it does not parse.
std::string one_certificate(Bytes der) {
  const auto certificate = x509::describe_certificate(der);
  if (!certificate) return describe(certificate.error());
  return fmt::format("{}, {}, issued by {}, valid until {}",
                     certificate->subject.empty() ? "(no subject)" : printable(certificate->subject),
                     certificate->key, printable(certificate->issuer), show(certificate->not_after));
}

std::string octets(std::size_t count) { return fmt::format("{} octets", count); }

std::string one_flight(const FlightSummary& flight) {
  std::vector<std::string> messages;
  messages.reserve(flight.messages.size());
  for (const HandshakeType type : flight.messages) messages.push_back(to_string(type));
  return fmt::format("{}: {} ({})", name_of(flight.from), fmt::join(messages, ", "),
                     octets(flight.record_octets));
}

std::string verified(const Summary& summary, Role own) {
  if (!summary.external_psk_identity.empty()) return "no certificates: the external key proves both sides";
  if (summary.peer_verified && !summary.peer_public_key.empty())
    return "yes: the key is one of those trusted";
  if (summary.peer_verified)
    return "yes: chain, time, purpose and " + std::string(own == Role::client ? "name" : "issuer");
  if (summary.resumed) return "in the earlier connection";
  if (!summary.peer_public_key.empty()) return "NO: the key was not checked";
  if (summary.peer_chain.empty()) return own == Role::client ? "no" : "no: the client showed no certificate";
  return "NO: the certificate was not checked";
}

nlohmann::json text_or_null(std::string_view text) {
  return text.empty() ? nlohmann::json() : nlohmann::json(printable(text));
}

std::vector<std::string> anchor_texts(const Summary& summary) {
  std::vector<std::string> texts;
  texts.reserve(summary.available_trust_anchors.size());
  for (const Octets& id : summary.available_trust_anchors) texts.push_back(trust_anchor_id_to_text(id));
  return texts;
}

// "accepted", "rejected: it came before", "not sent: the session allows none".
std::string early_data_text(const Summary& summary) {
  std::string text(summary.early_data == EarlyData::none ? "not sent" : name_of(summary.early_data));
  if (!summary.early_data_reason.empty()) text += fmt::format(": {}", summary.early_data_reason);
  return text;
}

nlohmann::json early_data_json(const Summary& summary) {
  return {{"status", name_of(summary.early_data)}, {"reason", text_or_null(summary.early_data_reason)}};
}

nlohmann::json names_json(const x509::CertificateDescription& certificate) {
  nlohmann::json names = nlohmann::json::array();
  for (const x509::AlternativeName& name : certificate.names)
    names.push_back(fmt::format("{}:{}", name.kind, name.value));
  return names;
}

nlohmann::json certificate_json(Bytes der) {
  nlohmann::json json = {{"sha256", hex(x509::fingerprint(der))}, {"pem", x509::certificate_to_pem(der)}};
  const auto certificate = x509::describe_certificate(der);
  if (!certificate) {
    json["error"] = describe(certificate.error());
    return json;
  }
  json["subject"] = certificate->subject;
  json["issuer"] = certificate->issuer;
  json["serial"] = certificate->serial;
  json["not_before"] = iso(certificate->not_before);
  json["not_after"] = iso(certificate->not_after);
  json["key"] = certificate->key;
  json["key_bits"] = certificate->key_bits;
  json["signature_algorithm"] = certificate->signature_algorithm;
  json["names"] = names_json(*certificate);
  return json;
}

nlohmann::json json_of(const FlightSummary& flight) {
  nlohmann::json messages = nlohmann::json::array();
  for (const HandshakeType type : flight.messages) messages.push_back(to_string(type));
  return {{"from", name_of(flight.from)},
          {"messages", messages},
          {"message_octets", flight.message_octets},
          {"record_octets", flight.record_octets}};
}

nlohmann::json deprecated_json(const Summary& summary) {
  nlohmann::json list = nlohmann::json::array();
  for (const Deprecation& one : deprecations(summary))
    list.push_back({{"what", one.what}, {"why", one.why}, {"better", one.better}, {"section", one.section}});
  return list;
}

template <class E>
nlohmann::json name_or_null(const std::optional<E>& value) {
  return value ? nlohmann::json(to_string(*value)) : nlohmann::json();
}

}  // namespace

std::string show(Microseconds time) { return fmt::format("{:.1f} ms", milliseconds(time)); }

double milliseconds(Microseconds time) { return static_cast<double>(time.count()) / 1000.0; }

std::string show(Time time) { return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", utc(time)); }

std::string iso(Time time) { return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", utc(time)); }

std::string hex(Bytes data, std::string_view separator) {
  return fmt::format("{:02x}", fmt::join(data, separator));
}

std::string trust_anchors_text(const Summary& summary) {
  return fmt::format("certificates of the trust anchors {}", fmt::join(anchor_texts(summary), ", "));
}

std::vector<std::pair<std::string, std::string>> facts(const Summary& summary, Role own) {
  std::vector<std::pair<std::string, std::string>> list;
  const auto add = [&](std::string name, std::string value) {
    list.emplace_back(std::move(name), std::move(value));
  };
  add("version", to_string(summary.version));
  add("cipher suite", to_string(summary.cipher_suite));
  if (summary.group)
    add("key exchange",
        to_string(*summary.group) + (summary.hello_retry ? " (after a HelloRetryRequest)" : ""));
  if (summary.server_signature) add("server signed", to_string(*summary.server_signature));
  if (summary.client_signature) add("client signed", to_string(*summary.client_signature));
  if (!summary.application_protocol.empty()) add("ALPN", printable(summary.application_protocol));
  if (!summary.server_name.empty()) add("server name", printable(summary.server_name));
  add("resumed", summary.resumed ? "yes" : "no");
  if (summary.early_data != EarlyData::none || !summary.early_data_reason.empty())
    add("early data", early_data_text(summary));
  if (!summary.external_psk_identity.empty())
    add("external key", printable(as_text(summary.external_psk_identity)));
  for (std::size_t i = 0; i < summary.peer_chain.size(); ++i)
    add(i == 0 ? "certificate" : "", one_certificate(summary.peer_chain[i]));
  const bool server = own == Role::server;
  const auto& of_server = server ? summary.own_certificate_compression : summary.peer_certificate_compression;
  const auto& of_client = server ? summary.peer_certificate_compression : summary.own_certificate_compression;
  if (of_server) add("compressed", fmt::format("the server's certificate, by {}", to_string(*of_server)));
  if (of_client) add("compressed", fmt::format("the client's certificate, by {}", to_string(*of_client)));
  if (!summary.peer_public_key.empty())
    add("public key", fmt::format("raw, SHA-256 {}", hex(x509::fingerprint(summary.peer_public_key))));
  if (summary.peer_delegated_until)
    add("delegated",
        fmt::format("a key that the certificate vouches for until {}", show(*summary.peer_delegated_until)));
  if (summary.peer_trust_anchor_matched)
    add("trust anchor",
        fmt::format("the {}'s certificate is one of those asked for", server ? "client" : "server"));
  if (summary.own_trust_anchor_matched) add("trust anchor", "our certificate is one of those asked for");
  if (!summary.available_trust_anchors.empty()) add("available", trust_anchors_text(summary));
  add("verified", verified(summary, own));
  for (std::size_t i = 0; i < summary.flights.size(); ++i)
    add(i == 0 ? "flights" : "", one_flight(summary.flights[i]));
  const char* name = "deprecated";
  for (const Deprecation& one : deprecations(summary)) {
    add(name, fmt::format("{}: {}. Better: {} ({})", one.what, one.why, one.better, one.section));
    name = "";
  }
  return list;
}

nlohmann::json to_json(const Summary& summary, Role own) {
  nlohmann::json chain = nlohmann::json::array();
  for (const Octets& certificate : summary.peer_chain) chain.push_back(certificate_json(certificate));
  nlohmann::json flights = nlohmann::json::array();
  for (const FlightSummary& flight : summary.flights) flights.push_back(json_of(flight));
  nlohmann::json verification = {{"verified", summary.peer_verified}};
  if (summary.verification)
    verification["findings"] = nlohmann::json::parse(x509::to_json(*summary.verification));
  nlohmann::json json = {
      {"role", name_of(own)},
      {"version", to_string(summary.version)},
      {"cipher_suite", to_string(summary.cipher_suite)},
      {"group", name_or_null(summary.group)},
      {"signature", name_or_null(summary.server_signature)},
      {"client_signature", name_or_null(summary.client_signature)},
      {"alpn", text_or_null(summary.application_protocol)},
      {"server_name", text_or_null(summary.server_name)},
      {"peer_chain", chain},
      {"peer_certificate_type", name_of(summary.peer_certificate_type)},
      {"peer_public_key_sha256",
       text_or_null(summary.peer_public_key.empty() ? "" : hex(x509::fingerprint(summary.peer_public_key)))},
      {"peer_delegated_until",
       text_or_null(summary.peer_delegated_until ? iso(*summary.peer_delegated_until) : "")},
      {"available_trust_anchors", anchor_texts(summary)},
      {"own_trust_anchor_matched", summary.own_trust_anchor_matched},
      {"peer_trust_anchor_matched", summary.peer_trust_anchor_matched},
      {"own_certificate_compression", name_or_null(summary.own_certificate_compression)},
      {"peer_certificate_compression", name_or_null(summary.peer_certificate_compression)},
      {"verification", verification},
      {"resumed", summary.resumed},
      {"early_data", early_data_json(summary)},
      {"external_psk", text_or_null(std::string(as_text(summary.external_psk_identity)))},
      {"hello_retry", summary.hello_retry},
      {"client_certificate_requested", summary.client_certificate_requested},
      {"withheld", summary.withheld},
      {"extended_master_secret", summary.extended_master_secret},
      {"secure_renegotiation", summary.secure_renegotiation},
      {"encrypt_then_mac", summary.encrypt_then_mac},
      {"deprecated", deprecated_json(summary)},
      {"flights", flights}};
  if (summary.cipher_suite ==
      CipherSuite::TLS_NULL_WITH_NULL_NULL)  // before a ServerHello nothing was negotiated
    for (const char* name : {"version", "cipher_suite", "extended_master_secret", "secure_renegotiation",
                             "encrypt_then_mac", "deprecated"})
      json[name] = nullptr;
  return json;
}

std::string one_line(const Summary& summary) {
  std::string line = to_string(summary.version);
  if (summary.group) line += ", " + to_string(*summary.group);
  line += ", " + to_string(summary.cipher_suite);
  if (!summary.application_protocol.empty()) line += ", " + printable(summary.application_protocol);
  if (summary.resumed) line += ", resumed";
  if (summary.early_data != EarlyData::none || !summary.early_data_reason.empty())
    line += ", early data " + early_data_text(summary);
  if (!summary.external_psk_identity.empty()) line += ", external key";
  return line;
}

}  // namespace handfast::tool
