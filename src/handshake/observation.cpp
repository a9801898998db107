// What an observer is told of choices: both sides' lists beside the winner.
#include "handshake/observation.hpp"

#include "config/credential_contents.hpp"
#include "handshake/trust_anchors.hpp"
#include "schedule/suite.hpp"

namespace handfast::handshake {
namespace {

using message::ClientHello;

std::vector<std::string> names(const auto& values) {
  std::vector<std::string> texts;
  for (const auto value : values) {
    if (is_grease(static_cast<std::uint16_t>(value))) continue;
    texts.push_back(to_string(value));
  }
  return texts;
}

// Only what could have been chosen in this version.
std::vector<std::string> suites_of(ProtocolVersion version, const auto& suites) {
  std::vector<std::string> texts;
  for (const CipherSuite suite : suites) {
    if (is_grease(static_cast<std::uint16_t>(suite))) continue;
    const schedule::SuiteInfo* info = schedule::suite_info(suite);
    if (info == nullptr || info->version == version) texts.push_back(to_string(suite));
  }
  return texts;
}

inspect::Choice suite_choice(const ServerHandshake& hs, const ClientHello& hello, const Choice& choice) {
  const ProtocolVersion version = hs.summary.version;
  inspect::Choice told;
  told.what = "cipher_suite";
  told.chosen = to_string(choice.suite);
  told.offered = suites_of(version, hello.cipher_suites);
  told.accepted = suites_of(version, hs.settings().policy.cipher_suites);
  if (hs.psk) {
    told.why = "The first suite that both sides know and that has the hash of the PSK.";
    return told;
  }
  if (hs.session) {
    told.why = "The suite of the session that is resumed.";
    return told;
  }
  told.why = hs.settings().prefer_client_order
                 ? "The first suite of the client's order that the server accepts and has a certificate for."
                 : "The first suite of the server's order that the client offers and a certificate serves.";
  return told;
}

inspect::Choice group_choice(const ServerHandshake& hs, const ClientHello& hello, const Choice& choice) {
  inspect::Choice told;
  told.what = "group";
  if (hello.extensions.supported_groups)
    told.offered = names(hello.extensions.supported_groups->named_group_list);
  told.accepted = names(hs.settings().policy.groups);
  if (hs.session) {
    told.why = "None: the keys come from the master secret of the session.";
    return told;
  }
  const schedule::SuiteInfo* suite = schedule::suite_info(choice.suite);
  if (suite->key_exchange == schedule::KeyExchange::rsa) {
    told.why = "None: with RSA key transport the client alone chooses the secret.";
    return told;
  }
  if (!choice.key_exchange) {
    told.why = "None: the client wants the PSK alone, without a fresh key exchange.";
    return told;
  }
  told.chosen = to_string(choice.group);
  if (hs.summary.version == ProtocolVersion::tls12) {
    told.why = "The first group of the server's order that the client offers.";
  } else if (choice.client_share.empty()) {
    told.why = "A group that both sides know, but the client sent no share for it: HelloRetryRequest asks.";
  } else {
    told.why = "The first group in the order that counts for which the client sent a share.";
  }
  return told;
}

inspect::Choice scheme_choice(const ServerHandshake& hs, const ClientHello& hello, const Choice& choice) {
  inspect::Choice told;
  told.what = "signature_scheme";
  if (hello.extensions.signature_algorithms)
    told.offered = names(hello.extensions.signature_algorithms->supported_signature_algorithms);
  told.accepted = names(hs.settings().policy.signature_schemes);
  if (hs.psk) {
    told.why = "None: who knows the PSK is proven by its binder and by Finished.";
  } else if (hs.session) {
    told.why = "None: who knows the master secret of the session proves it by Finished.";
  } else if (choice.proof.scheme == SignatureScheme{}) {
    told.why = "None: with RSA key transport the server proves its key by decrypting.";
  } else {
    told.chosen = to_string(choice.proof.scheme);
    told.why = "The first scheme of the server's order that the client accepts and its key can make.";
  }
  return told;
}

inspect::Choice protocol_choice(const ServerHandshake& hs, const ClientHello& hello) {
  inspect::Choice told;
  told.what = "application_protocol";
  told.chosen = hs.summary.application_protocol;
  if (const auto& offered = hello.extensions.application_layer_protocol_negotiation)
    for (const message::ProtocolName& name : offered->protocol_name_list)
      told.offered.emplace_back(name.text());
  told.accepted = hs.settings().application_protocols;
  told.why = told.chosen.empty() ? "None: one side did not ask for one."
                                 : "The first protocol of the server's order that the client offers.";
  return told;
}

// Of servers whose client asks for trust anchors.
inspect::Choice anchor_choice(const ServerHandshake& hs, const ClientHello& hello, const Choice& choice) {
  inspect::Choice told;
  told.what = "trust_anchor";
  for (const Bytes id : hello.extensions.trust_anchors->trust_anchor_list)
    told.offered.push_back(trust_anchor_id_to_text(id));
  for (const Credential& credential : hs.settings().credentials)
    if (const Bytes id = credential.contents().properties.trust_anchor_id; !id.empty())
      told.accepted.push_back(trust_anchor_id_to_text(id));
  const Credential* const shown = choice.proof.credential;
  if (shown == nullptr) {
    told.why = "None: no certificate is shown.";
  } else if (!is_requested(*shown, hello.extensions.trust_anchors)) {
    told.why = "None: the client asks for no trust anchor that a certificate for it leads to.";
  } else {
    told.chosen = trust_anchor_id_to_text(shown->contents().properties.trust_anchor_id);
    told.why = "The first certificate that leads to a trust anchor, or a group of them, that the client has.";
  }
  return told;
}

}  // namespace

void tell_version(const ServerHandshake& hs, const ClientHello& hello, ProtocolVersion version) {
  if (hs.observer == nullptr) return;
  inspect::Choice told;
  told.what = "version";
  told.chosen = to_string(version);
  if (hello.extensions.supported_versions) {
    told.offered = names(hello.extensions.supported_versions->versions);
  } else {
    told.offered.push_back(to_string(hello.legacy_version));
  }
  for (const ProtocolVersion own : {ProtocolVersion::tls13, ProtocolVersion::tls12})
    if (hs.settings().policy.allows(own)) told.accepted.push_back(to_string(own));
  told.why = "The newest version that both sides allow.";
  hs.observer->choice(told);
}

void tell_choice(const ServerHandshake& hs, const ClientHello& hello, const Choice& choice) {
  if (hs.observer == nullptr) return;
  hs.observer->choice(suite_choice(hs, hello, choice));
  hs.observer->choice(group_choice(hs, hello, choice));
  hs.observer->choice(scheme_choice(hs, hello, choice));
  hs.observer->choice(protocol_choice(hs, hello));
  if (hello.extensions.trust_anchors && hs.summary.version == ProtocolVersion::tls13)
    hs.observer->choice(anchor_choice(hs, hello, choice));
}

}  // namespace handfast::handshake
