// Offers and answers.
#include "explain/negotiation.hpp"

#include "message/messages.hpp"
#include "wire/codec.hpp"

namespace handfast::explain {
namespace {

using inspect::Choice;

template <class T>
std::optional<T> decoded(Bytes body) {
  auto message = wire::decode<T>(body);
  if (!message) return std::nullopt;
  return *message;
}

// GREASE is no offer (RFC 8701 §3).
std::vector<std::string> names(const auto& values) {
  std::vector<std::string> texts;
  for (const auto value : values)
    if (!is_grease(static_cast<std::uint16_t>(value))) texts.push_back(to_string(value));
  return texts;
}

// What could be chosen in this version; of suites that are not known here that cannot be told.
std::vector<std::string> names_of_suites(const std::vector<CipherSuite>& suites, ProtocolVersion version) {
  std::vector<CipherSuite> possible;
  for (const CipherSuite suite : suites) {
    const schedule::SuiteInfo* const info = schedule::suite_info(suite);
    if (info == nullptr || info->version == version) possible.push_back(suite);
  }
  return names(possible);
}

Choice choice(std::string_view what, std::string chosen, std::vector<std::string> offered,
              std::string_view why) {
  Choice told;
  told.what = what;
  told.accepted = {chosen};
  told.chosen = std::move(chosen);
  told.offered = std::move(offered);
  told.why = why;
  return told;
}

}  // namespace

void Negotiation::message(Role from, Bytes whole) {
  const Bytes body = whole.subspan(wire::message_header_size);
  switch (static_cast<HandshakeType>(whole[0])) {
    case HandshakeType::client_hello: return client_hello(body);
    case HandshakeType::server_hello: return server_hello(whole);
    case HandshakeType::encrypted_extensions: return encrypted_extensions(body);
    case HandshakeType::server_key_exchange: return server_key_exchange(body);
    case HandshakeType::certificate_verify:
      if (from == Role::server) certificate_verify(body);
      return;
    default: return;
  }
}

void Negotiation::client_hello(Bytes body) {
  const auto hello = decoded<message::ClientHello>(body);
  if (!hello) return;
  has_client_hello = true;
  copy(hello->random, client_random);
  offered_suites.clear();
  for (const CipherSuite offered : hello->cipher_suites) offered_suites.push_back(offered);
  const auto& extensions = hello->extensions;
  offers_early_data = extensions.early_data.has_value();
  offered_versions_ = {to_string(hello->legacy_version)};
  if (extensions.supported_versions) offered_versions_ = names(extensions.supported_versions->versions);
  if (extensions.supported_groups) offered_groups_ = names(extensions.supported_groups->named_group_list);
  if (extensions.signature_algorithms)
    offered_schemes_ = names(extensions.signature_algorithms->supported_signature_algorithms);
  offered_protocols_.clear();
  if (const auto& protocols = extensions.application_layer_protocol_negotiation)
    for (const auto& name : protocols->protocol_name_list) offered_protocols_.emplace_back(name.text());
}

void Negotiation::server_hello(Bytes whole) {
  const Bytes body = whole.subspan(wire::message_header_size);
  if (message::is_hello_retry_request(whole)) {
    hello_retry = true;
    version = ProtocolVersion::tls13;
    return;
  }
  const auto hello = decoded<message::ServerHello>(body);
  if (!hello) return;
  const auto& extensions = hello->extensions;
  version =
      extensions.supported_versions ? extensions.supported_versions->selected_version : hello->legacy_version;
  cipher_suite = hello->cipher_suite;
  suite = schedule::suite_info(cipher_suite);
  if (suite != nullptr && suite->version != version) suite = nullptr;
  copy(hello->random, server_random);
  encrypt_then_mac = extensions.encrypt_then_mac.has_value();
  if (extensions.key_share) group_ = extensions.key_share->server_share.group;
  choose_protocol(extensions.application_layer_protocol_negotiation);
}

void Negotiation::encrypted_extensions(Bytes body) {
  if (const auto message = decoded<message::EncryptedExtensions>(body))
    choose_protocol(message->extensions.application_layer_protocol_negotiation);
}

void Negotiation::choose_protocol(const auto& extension) {
  if (!extension) return;
  for (const auto& name : extension->protocol_name_list) protocol_ = std::string(name.text());
}

void Negotiation::server_key_exchange(Bytes body) {
  const auto message = decoded<message::ServerKeyExchange>(body);
  if (!message) return;
  group_ = message->params.curve_params.namedcurve;
  scheme_ = message->signed_params.algorithm;
}

void Negotiation::certificate_verify(Bytes body) {
  if (const auto message = decoded<message::CertificateVerify>(body)) scheme_ = message->algorithm;
}

std::vector<Choice> Negotiation::choices() const {
  std::vector<Choice> told;
  if (!has_client_hello || !version) return told;
  constexpr std::string_view taken =
      "The server took it; a capture does not show what else it would have taken.";
  told.push_back(choice("version", to_string(*version), offered_versions_, taken));
  if (cipher_suite != CipherSuite{})
    told.push_back(
        choice("cipher_suite", to_string(cipher_suite), names_of_suites(offered_suites, *version), taken));
  if (group_) {
    constexpr std::string_view asked =
        "The client sent no share for it at first: a HelloRetryRequest asked for one.";
    told.push_back(choice("group", to_string(*group_), offered_groups_, hello_retry ? asked : taken));
  }
  if (scheme_)
    told.push_back(choice("signature_scheme", to_string(*scheme_), offered_schemes_,
                          "The server signed with it, as the client accepts and its key can."));
  if (!protocol_.empty())
    told.push_back(choice("application_protocol", protocol_, offered_protocols_, taken));
  return told;
}

}  // namespace handfast::explain
