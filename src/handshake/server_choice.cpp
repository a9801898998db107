// What a server picks from a ClientHello (RFC 8446 §4.1.1): pure decisions.
#include <algorithm>

#include "handshake/certificate_type.hpp"
#include "handshake/compressed_certificate.hpp"
#include "handshake/delegation.hpp"
#include "handshake/server_handshake.hpp"
#include "handshake/server_psk.hpp"
#include "schedule/suite.hpp"

namespace handfast::handshake {
namespace {

using message::ClientHello;

// The first value of `wanted` that `offered` holds and `usable` accepts; with the roles swapped if the
// client's order counts.
// [8446:4.1.2#9] What is not known is not among what is wanted.
template <class T>
std::optional<T> first_common(std::span<const T> wanted, const auto& offered, bool client_order,
                              auto usable) {
  if (client_order) {
    Preferences<T, 32> tried;  // each value once, however often a client repeats it
    for (const T value : offered) {
      if (std::find(wanted.begin(), wanted.end(), value) == wanted.end() || !tried.add(value)) continue;
      if (usable(value)) return value;
    }
    return std::nullopt;
  }
  for (const T value : wanted)
    if (offered.contains(value) && usable(value)) return value;
  return std::nullopt;
}

// RFC 8446 §9.2: what a hello must hold [8446:9.2#10,11,12].
Result<> check_mandatory(const ClientHello& hello) {
  const auto& extensions = hello.extensions;
  if (!extensions.pre_shared_key) {
    // [8446:4.2.3#3]
    if (!extensions.signature_algorithms) return fail(ErrorCode::missing_extension, "signature_algorithms");
    if (!extensions.supported_groups) return fail(ErrorCode::missing_extension, "supported_groups");
  }
  if (extensions.supported_groups && !extensions.key_share)
    return fail(ErrorCode::missing_extension, "key_share");
  if (extensions.key_share && !extensions.supported_groups)
    return fail(ErrorCode::missing_extension, "supported_groups");
  // RFC 8446 §4.1.2: only the null compression method [8446:4.1.2#11].
  const Bytes compression = hello.legacy_compression_methods;
  if (compression.size() != 1 || compression[0] != 0)
    return fail(ErrorCode::illegal_value, "legacy_compression_methods");
  if (extensions.pre_shared_key && !extensions.psk_key_exchange_modes)
    return fail(ErrorCode::missing_extension, "psk_key_exchange_modes");  // [8446:4.2.9#3]
  if (auto distinct = check_compressions(extensions.compress_certificate); !distinct) return distinct;
  return {};
}

// RFC 8446 §4.2.8: shares only for groups that are offered, in their order, one each [8446:4.2.8#1,3,4].
Result<> check_shares(const ClientHello& hello) {
  if (!hello.extensions.key_share) return {};
  const auto& groups = hello.extensions.supported_groups->named_group_list;
  auto next = groups.begin();
  for (const message::KeyShareEntry& share : hello.extensions.key_share->client_shares) {
    while (next != groups.end() && *next != share.group) ++next;
    if (next == groups.end())
      return fail(ErrorCode::illegal_value,
                  "key_share holds a group twice, out of order, or not in supported_groups");
    ++next;
  }
  return {};
}

Result<CipherSuite> choose_suite(const ServerSettings& settings, const ClientHello& hello,
                                 std::optional<crypto::HashAlgorithm> hash) {
  const auto tls13 = [hash](CipherSuite suite) {
    const schedule::SuiteInfo* info = schedule::suite_info(suite);
    return info != nullptr && info->version == ProtocolVersion::tls13 && (!hash || info->hash == *hash);
  };
  const auto suite = first_common<CipherSuite>(settings.policy.cipher_suites.span(), hello.cipher_suites,
                                               settings.prefer_client_order, tls13);
  if (!suite) return fail(ErrorCode::no_common_cipher_suite);
  return *suite;
}

// RFC 8446 §4.2.9: the PSK alone, where both sides allow it.
bool may_go_without_key_exchange(const ServerHandshake& hs, const ClientHello& hello) {
  return hs.psk && hs.settings().allow_psk_without_key_exchange &&
         hello.extensions.psk_key_exchange_modes->ke_modes.contains(PskKeyExchangeMode::psk_ke);
}

// RFC 8446 §4.2.9: only a PSK of psk_dhe_ke goes with a key exchange [8446:4.2.9#4].
bool wants_key_exchange(const ServerHandshake& hs, const ClientHello& hello) {
  return !hs.psk ||
         hello.extensions.psk_key_exchange_modes->ke_modes.contains(PskKeyExchangeMode::psk_dhe_ke);
}

// A group that needs no retry goes before one that is more wanted, unless the best is to be had.
Result<> choose_group(const ServerSettings& settings, const ClientHello& hello, Choice& choice) {
  if (!hello.extensions.key_share) return fail(ErrorCode::missing_extension, "key_share");
  const auto& shares = hello.extensions.key_share->client_shares;
  const auto& groups = hello.extensions.supported_groups->named_group_list;
  const auto share_of = [&](NamedGroup group) {
    for (const message::KeyShareEntry& share : shares)
      if (share.group == group) return Bytes(share.key_exchange);
    return Bytes();
  };
  const auto wanted = settings.policy.groups.span();
  const auto any = [](NamedGroup) { return true; };
  const auto with_share = [&](NamedGroup group) { return !share_of(group).empty(); };
  std::optional<NamedGroup> group;
  if (!settings.retry_for_best_group)
    group = first_common<NamedGroup>(wanted, groups, settings.prefer_client_order, with_share);
  if (!group) group = first_common<NamedGroup>(wanted, groups, settings.prefer_client_order, any);
  if (!group) return fail(ErrorCode::no_common_group);  // [8446:4.1.1#1,4] [8446:2.1#1]
  choice.group = *group;
  choice.client_share = share_of(*group);
  return {};
}

// A server of PSKs alone. RFC 8446 §E.6: an identity that nobody knows is refused as a wrong binder is, so
// that nobody learns which there are. Where no mode is common none was looked up: that may be said (§4.1.1).
Error no_psk(const ServerHandshake& hs, const ClientHello& hello) noexcept {
  if (!hello.extensions.pre_shared_key) return Error(ErrorCode::unknown_psk_identity, "none was offered");
  if (!takes_modes(hs)) return Error(ErrorCode::no_common_psk_mode);
  return {ErrorCode::unknown_psk_identity, AlertDescription::decrypt_error};
}

// Certificates for the name first, then the default; among them those whose chains the client can check and
// whose trust anchors it asks for, and of these the first whose key fits its schemes.
Result<> choose_proof(const ServerHandshake& hs, const ClientHello& hello, Choice& choice) {
  const ServerSettings& settings = hs.settings();
  const CredentialDirectory& directory = hs.config->directory();
  if (!hello.extensions.signature_algorithms)
    return fail(ErrorCode::missing_extension, "signature_algorithms");
  const RequestedName name(*hs.config, hello);
  bool suited = false;
  for (const bool by_name : {true, false}) {
    const Places places = by_name ? name.places : directory.all();
    // draft-ietf-tls-trust-anchor-ids-04 §9.2: where no name decides, only chains with the names of the
    // default one count as asked for, so that nobody finds out which other names there are.
    const auto asked = requested_of(hs, by_name ? places : directory.named_like_first());
    const auto use = [&](const Credential& credential, bool requested) {
      if (!suits_client(credential, hello, requested)) return false;
      suited = true;
      const auto scheme =
          choose_scheme13(hs, settings.policy, credential,
                          hello.extensions.signature_algorithms->supported_signature_algorithms,
                          hello.extensions.delegated_credential);
      if (!scheme) return false;
      choice.proof = {&credential, *scheme};
      choice.acknowledge_name = by_name || (settings.acknowledge_server_name && name.sent);
      return true;
    };
    if (try_credentials(settings, hello, places, asked, use)) return {};
    // RFC 6066 §3: refuse, or go on with the default certificate.
    if (name.sent && places.empty() && settings.refuse_unknown_names)
      return fail(ErrorCode::no_certificate_for_name);
  }
  // draft-ietf-tls-trust-anchor-ids-04 §4.2: without a fallback this is a handshake_failure.
  if (!suited) return fail(ErrorCode::no_fitting_credential, "the client asks for other issuers");
  return fail(ErrorCode::no_common_signature_scheme);
}

}  // namespace

bool can_check(const ClientHello& hello, const Credential& credential) noexcept {
  const auto& extensions = hello.extensions;
  const auto& schemes = extensions.signature_algorithms_cert ? extensions.signature_algorithms_cert
                                                             : extensions.signature_algorithms;
  return !schemes || is_signed_acceptably(credential, schemes->supported_signature_algorithms);
}

// RFC 7250 §4.2: a kind that the client takes. RFC 8446 §4.2.4: the authorities that it names guide the
// choice.
bool suits_client(const Credential& credential, const ClientHello& hello, bool requested) {
  return takes_type(hello, credential.type()) &&
         suits_issuers(credential, requested, authorities_of(hello.extensions), false);
}

std::string_view requested_name(const ClientHello& hello) noexcept {
  if (!hello.extensions.server_name) return {};
  for (const message::ServerName& name : hello.extensions.server_name->server_name_list)
    if (name.name_type == NameType::host_name) return name.host_name.text();
  return {};
}

RequestedName::RequestedName(const ServerConfig& config, const ClientHello& hello) {
  const std::string_view text = requested_name(hello);
  if (text.empty()) return;
  sent = true;
  const auto name = ServerName::parse(text);
  places = name ? config.directory().named(*name) : config.directory().for_every_name();
}

std::vector<message::DistinguishedName> named_authorities(const ServerSettings& settings) {
  std::vector<message::DistinguishedName> authorities;
  if (!settings.send_certificate_authorities || !settings.trust) return authorities;
  std::size_t octets = 0;
  for (const Bytes subject : settings.trust->subjects()) {
    octets += subject.size() + 2;
    authorities.push_back(subject);
  }
  // A store of very many roots does not fit the message beside the rest: then the client is not told.
  constexpr std::size_t most_octets = 0xc000;
  if (octets > most_octets) authorities.clear();
  return authorities;
}

// RFC 7301 §3.2: our order; no overlap is fatal when both sides use ALPN [7301:3.2#1].
Result<> choose_protocol(ServerHandshake& hs, const ClientHello& hello) {
  const auto& offered = hello.extensions.application_layer_protocol_negotiation;
  if (!offered || hs.settings().application_protocols.empty()) return {};
  for (const std::string& protocol : hs.settings().application_protocols) {
    for (const message::ProtocolName& name : offered->protocol_name_list) {
      if (name.text() != protocol) continue;
      hs.summary.application_protocol = protocol;
      return {};
    }
  }
  return fail(ErrorCode::no_application_protocol);
}

Result<Choice> choose(ServerHandshake& hs, const ClientHello& hello,
                      std::optional<crypto::HashAlgorithm> hash) {
  const ServerSettings& settings = hs.settings();
  Choice choice;
  if (auto ok = check_mandatory(hello); !ok) return fail(ok.error());
  if (auto ok = check_shares(hello); !ok) return fail(ok.error());
  // A PSK comes with its hash; after HelloRetryRequest the suite stays (RFC 8446 §4.1.4).
  if (hs.psk && hash && hs.psk->hash != *hash) drop_psk(hs);
  auto suite = choose_suite(settings, hello, hs.psk ? hs.psk->hash : hash);
  if (!suite) return fail(suite.error());
  choice.suite = *suite;
  choice.key_exchange = wants_key_exchange(hs, hello);
  if (choice.key_exchange) {
    const auto ok = choose_group(settings, hello, choice);
    if (!ok && !may_go_without_key_exchange(hs, hello)) return fail(ok.error());
    choice.key_exchange = static_cast<bool>(ok);
  }
  if (!hs.psk) {
    if (settings.credentials.empty()) return fail(no_psk(hs, hello));
    if (auto ok = choose_certificate_types(hs, hello); !ok) return fail(ok.error());
    if (auto ok = choose_proof(hs, hello, choice); !ok) return fail(ok.error());
  }
  if (auto ok = choose_protocol(hs, hello); !ok) return fail(ok.error());
  return choice;
}

}  // namespace handfast::handshake
