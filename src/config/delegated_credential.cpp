// Delegated credentials: issued, and read.
#include "config/delegated_credential.hpp"

#include <algorithm>
#include <limits>

#include "config/credential_contents.hpp"
#include "wire/codec.hpp"
#include "x509/delegation_usage.hpp"
#include "x509/pem.hpp"
#include "x509/public_key_info.hpp"

namespace handfast {
namespace {

using std::chrono::seconds;

constexpr std::string_view pem_label = "DELEGATED CREDENTIAL";

std::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::bad_delegated_credential, why); }

// RFC 8446 §4.2.3: PKCS #1 v1.5 signs certificates, and this is none.
bool signs_delegations(SignatureScheme scheme) noexcept {
  const auto algorithm = crypto::algorithm_of(scheme);
  return algorithm && algorithm->kind != crypto::SignatureAlgorithm::Kind::rsa_pkcs1;
}

std::unexpected<Error> unusable(const Error& error) {
  return fail(ErrorCode::own_delegated_credential_unusable,
              error.field != nullptr ? error.field : error.detail);
}

Result<Octets> octets_of(Bytes file) {
  if (!x509::looks_like_pem(file)) return to_octets(file);
  x509::PemReader reader(file);
  for (;;) {
    const auto block = reader.next();
    if (!block) return fail(block.error());
    if (!*block) return fail(ErrorCode::bad_pem, "there is no DELEGATED CREDENTIAL");
    if ((*block)->label == pem_label) return (*block)->decode();
  }
}

}  // namespace

Result<> Delegation::check_time(Time now) const noexcept {
  if (now > not_after) return refuse("it has ended");
  if (not_after > now + DelegationTemplate::longest_lifetime)
    return refuse("it ends more than 7 days from now");
  return {};
}

bool is_for_delegation(SignatureScheme scheme) noexcept {
  using enum SignatureScheme;
  return signs_delegations(scheme) && scheme != rsa_pss_rsae_sha256 && scheme != rsa_pss_rsae_sha384 &&
         scheme != rsa_pss_rsae_sha512;
}

Octets delegation_content(Role signer, const message::DelegatedCredential& delegated, Bytes certificate) {
  const std::string_view context =
      signer == Role::server ? "TLS, server delegated credentials" : "TLS, client delegated credentials";
  const std::size_t size = wire::encoded_size(delegated.cred);
  Octets content(64 + context.size() + 1 + certificate.size() + size + 2);
  auto at = std::fill_n(content.begin(), 64, std::uint8_t{0x20});
  at = std::copy(context.begin(), context.end(), at);
  *at++ = 0;
  std::copy(certificate.begin(), certificate.end(), at);
  // What does not fit its own description is refused when it is sent: until then it has zeros here.
  [[maybe_unused]] const auto written =
      wire::encode(delegated.cred, MutableBytes(content).last(size + 2).first(size));
  const auto algorithm = static_cast<std::uint16_t>(delegated.algorithm);
  content[content.size() - 2] = static_cast<std::uint8_t>(algorithm >> 8);
  content[content.size() - 1] = static_cast<std::uint8_t>(algorithm);
  return content;
}

Result<Delegation> read_unchecked_delegation(const message::DelegatedCredential& delegated,
                                             const x509::Certificate& certificate) {
  const message::Credential& credential = delegated.cred;
  if (!is_for_delegation(credential.dc_cert_verify_algorithm))
    return refuse("its scheme is not for delegated credentials");
  // Not valid as a whole (§4.1.3): the certificate beside it may be sound.
  auto key = x509::parse_public_key(credential.asn1_subject_public_key_info);
  if (!key) return refuse("its key is none that can be used");
  // RFC 9345 §4: an RSA key has the identifier of PSS.
  if (!key->matches(credential.dc_cert_verify_algorithm)) return refuse("its scheme is not for its key");
  const auto signing_key = certificate.public_key();
  if (!signing_key) return fail(signing_key.error());
  if (!signs_delegations(delegated.algorithm) || !signing_key->matches(delegated.algorithm))
    return refuse("it is signed with a scheme that is not for the certificate's key");
  return Delegation{std::move(*key), credential.dc_cert_verify_algorithm, delegated.algorithm,
                    certificate.not_before + seconds(credential.valid_time)};
}

Result<Delegation> read_delegation(Role signer, const message::DelegatedCredential& delegated,
                                   const x509::Certificate& certificate) {
  auto read = read_unchecked_delegation(delegated, certificate);
  if (!read) return read;
  const Octets content = delegation_content(signer, delegated, certificate.der);
  const auto signing_key = certificate.public_key();
  if (!signing_key->verify(*crypto::algorithm_of(delegated.algorithm), content, delegated.signature))
    return refuse("the certificate's key did not sign it");
  return read;
}

Result<OwnDelegation> read_own_delegation(Bytes file, Bytes certificate, std::optional<Role> unchecked) {
  auto encoded = octets_of(file);
  if (!encoded) return fail(encoded.error());
  const auto delegated = wire::decode<message::DelegatedCredential>(*encoded);
  if (!delegated) return unusable(delegated.error());
  const auto leaf = x509::Certificate::parse(certificate);
  if (!leaf) return unusable(leaf.error());
  const auto own = [&](Role role, Delegation read) {
    Octets key_info = to_octets(delegated->cred.asn1_subject_public_key_info);  // a view into `encoded`
    return OwnDelegation{std::move(*encoded), std::move(key_info), role, std::move(read)};
  };
  if (unchecked) {
    auto made = read_unchecked_delegation(*delegated, *leaf);
    if (!made) return unusable(made.error());
    return own(*unchecked, std::move(*made));
  }
  // RFC 9345 §4.2: no peer would take it.
  if (!x509::may_delegate(*leaf))
    return fail(ErrorCode::own_delegated_credential_unusable,
                "the certificate does not say DelegationUsage and digitalSignature");
  // Only its signature says for whom it is.
  auto read = read_delegation(Role::server, *delegated, *leaf);
  if (read) return own(Role::server, std::move(*read));
  auto as_client = read_delegation(Role::client, *delegated, *leaf);
  if (as_client) return own(Role::client, std::move(*as_client));
  return unusable(read.error());
}

namespace {

// RFC 9345 §3, §4.2: what may be issued by whom, and for how long.
Result<> check_issue(const Credential::Contents& issuer, const x509::Certificate& leaf,
                     const DelegationTemplate& content, Time now) {
  const auto invalid = [](const char* why) { return fail(ErrorCode::invalid_argument, why); };
  if (!issuer.private_key || issuer.delegation) return invalid("issuer: the certificate's key is not here");
  if (issuer.schemes.empty()) return invalid("issuer: its key signs nothing in TLS 1.3");
  if (!x509::may_delegate(leaf))
    return invalid("issuer: the certificate does not say DelegationUsage and digitalSignature");
  if (!is_for_delegation(content.scheme)) return invalid("scheme: not for delegated credentials");
  if (content.not_after <= now || content.not_after > now + DelegationTemplate::longest_lifetime)
    return invalid("not_after: not within 7 days from now");
  if (content.not_after > leaf.not_after) return invalid("not_after: beyond the end of the certificate");
  // valid_time counts seconds from notBefore, in 32 bits without a sign.
  constexpr seconds longest{std::numeric_limits<std::uint32_t>::max()};
  if (content.not_after < leaf.not_before || content.not_after - leaf.not_before > longest)
    return invalid("not_after: before the certificate begins, or 136 years behind");
  return {};
}

Result<Octets> encoded(const message::DelegatedCredential& delegated) {
  Octets octets(wire::encoded_size(delegated));
  if (auto written = wire::encode(delegated, octets); !written)
    return fail(ErrorCode::invalid_argument, "public_key: too long");
  return octets;
}

}  // namespace

Result<Octets> issue_delegated_credential(const Credential& issuer, const DelegationTemplate& content,
                                          Time now, RandomSource& random) {
  const Credential::Contents& contents = issuer.contents();
  const auto& leaf = contents.leaf;
  if (!leaf) return fail(ErrorCode::invalid_argument, "issuer: it has no certificate");
  if (auto ok = check_issue(contents, *leaf, content, now); !ok) return fail(ok.error());
  const auto key = x509::parse_public_key(content.public_key);
  if (!key) return fail(key.error());
  if (!key->matches(content.scheme)) return fail(ErrorCode::invalid_argument, "scheme: not for public_key");
  message::DelegatedCredential delegated;
  delegated.cred.valid_time =
      static_cast<std::uint32_t>(std::chrono::floor<seconds>(content.not_after - leaf->not_before).count());
  delegated.cred.dc_cert_verify_algorithm = content.scheme;
  delegated.cred.asn1_subject_public_key_info = content.public_key;
  delegated.algorithm = contents.schemes.front();
  const Octets signed_octets = delegation_content(content.role, delegated, leaf->der);
  const auto signature = contents.private_key->sign(delegated.algorithm, signed_octets, random);
  if (!signature) return fail(signature.error());
  delegated.signature = *signature;
  return encoded(delegated);
}

std::string delegated_credential_to_pem(Bytes delegated_credential) {
  return x509::to_pem(pem_label, delegated_credential);
}

}  // namespace handfast
