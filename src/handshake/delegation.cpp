// Which delegated credentials are shown, and which are believed.
#include "handshake/delegation.hpp"

#include <algorithm>

#include "config/credential_contents.hpp"
#include "x509/certificate.hpp"
#include "x509/delegation_usage.hpp"

namespace handfast::handshake {

std::optional<SignatureScheme> choose_scheme13(
    const Handshake& hs, const Policy& policy, const Credential& credential, const SchemeList& accepted,
    const std::optional<message::SignatureSchemeList>& delegated) noexcept {
  const auto& contents = credential.contents();
  if (!contents.delegation) return choose_scheme(policy, credential, accepted, ProtocolVersion::tls13);
  const Delegation& ours = contents.delegation->read;
  const auto wanted = contents.signs_with(policy);
  if (!contents.allows(x509::KeyUsage::digital_signature) ||
      std::ranges::find(wanted, ours.scheme) == wanted.end())
    return std::nullopt;
  // RFC 9345 §4.1.1, §4.1.2: the peer takes both, what it is signed with and what it signs with.
  if (!delegated || !delegated->supported_signature_algorithms.contains(ours.scheme)) return std::nullopt;
  if (!accepted.contains(ours.algorithm) || !ours.check_time(hs.now)) return std::nullopt;
  return ours.scheme;
}

// RFC 9345 §4.1.3: what is wrong is an illegal_parameter. Beside other certificates than the leaf it is
// ignored (§4.1.1).
Result<> accept_delegation(Handshake& hs, const CommonSettings& settings,
                           const message::CertificateEntry& entry) {
  const auto& delegated = entry.extensions.delegated_credential;
  if (!delegated) return {};
  const auto refuse = [](const char* why) { return fail(ErrorCode::bad_delegated_credential, why); };
  const auto leaf = peer_leaf(hs);
  if (!leaf) return fail(leaf.error());
  if (!x509::may_delegate(**leaf))
    return refuse("the certificate does not say that it may delegate");  // §4.2
  if (!settings.delegated_credentials.contains(delegated->cred.dc_cert_verify_algorithm))
    return refuse("its scheme was not offered");
  if (!settings.policy.signature_schemes.contains(delegated->algorithm))
    return refuse("it is signed with a scheme that was not offered");
  auto read = read_delegation(hs.role() == Role::client ? Role::server : Role::client, *delegated, **leaf);
  if (!read) return fail(read.error());
  if (auto timely = read->check_time(hs.now); !timely) return timely;
  if (read->key.type() == crypto::KeyType::rsa_pss && read->key.bits() < settings.policy.min_rsa_bits)
    return refuse("its key is shorter than the policy allows");
  hs.summary.peer_delegated_until = read->not_after;
  hs.delegation = std::make_unique<Delegation>(std::move(*read));
  return {};
}

// RFC 9345 §7.4: no session outlives the delegated credential that its peer showed.
Time authentication_time(const Handshake& hs) noexcept {
  if (!hs.summary.peer_delegated_until) return hs.now;
  return std::min(hs.now, *hs.summary.peer_delegated_until - Session::longest_lifetime);
}

}  // namespace handfast::handshake
