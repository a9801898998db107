// Showing, checking and proving certificates; Finished.
#include "handshake/authentication.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "handshake/certificate_type.hpp"
#include "handshake/compressed_certificate.hpp"
#include "handshake/delegation.hpp"
#include "handshake/trust_anchors.hpp"
#include "schedule/key_schedule.hpp"
#include "x509/certificate.hpp"
#include "x509/der.hpp"
#include "x509/public_key_info.hpp"
#include "x509/read_leaf.hpp"

namespace handfast::handshake {

SignatureContent::SignatureContent(Role signer, const crypto::Digest& transcript) noexcept {
  const std::string_view context =
      signer == Role::server ? "TLS 1.3, server CertificateVerify" : "TLS 1.3, client CertificateVerify";
  auto at = std::fill_n(octets_.begin(), 64, std::uint8_t{0x20});
  at = std::copy(context.begin(), context.end(), at);
  *at++ = 0;
  at = std::copy_n(transcript.octets.begin(), transcript.size, at);
  size_ = static_cast<std::size_t>(at - octets_.begin());
}

namespace {

// RFC 8446 §4.2.3: in TLS 1.3, PKCS #1 v1.5 stands in certificates only [8446:4.4.3#7].
bool fits_handshake(SignatureScheme scheme, ProtocolVersion version) noexcept {
  const auto algorithm = crypto::algorithm_of(scheme);
  return algorithm && (version == ProtocolVersion::tls12 ||
                       algorithm->kind != crypto::SignatureAlgorithm::Kind::rsa_pkcs1);
}

}  // namespace

std::optional<SignatureScheme> choose_scheme(const Policy& policy, const Credential& credential,
                                             const SchemeList& accepted, ProtocolVersion version) noexcept {
  if (!credential.contents().allows(x509::KeyUsage::digital_signature))
    return std::nullopt;                                      // RFC 8446 §4.4.2.2 [8446:4.4.2.2#3]
  if (credential.contents().delegation) return std::nullopt;  // RFC 9345 §4.1: not in TLS 1.2, not unasked
  for (const SignatureScheme scheme : credential.contents().signs_with(policy)) {
    if (!fits_handshake(scheme, version) || !accepted.contains(scheme)) continue;
    if (credential.contents().public_key.matches(scheme, version)) return scheme;
  }
  return std::nullopt;
}

void note_credential(Handshake& hs, std::span<const Credential> credentials,
                     const Credential* shown) noexcept {
  if (shown != nullptr) hs.summary.credential = static_cast<std::size_t>(shown - credentials.data());
}

bool looks_at_issuers(const Credential& credential, bool otherwise) noexcept {
  if (credential.type() == CertificateType::RawPublicKey) return false;  // nobody issued it
  return credential.contents().only_named_issuers.value_or(otherwise);
}

bool is_signed_acceptably(const Credential& credential, const SchemeList& accepted) noexcept {
  const auto& signatures = credential.contents().signatures;
  return std::all_of(signatures.begin(), signatures.end(), [&](const auto& signature) {
    if (!signature) return false;
    for (const SignatureScheme scheme : accepted) {
      const auto algorithm = crypto::algorithm_of(scheme);
      if (algorithm && algorithm->kind == signature->kind && algorithm->hash == signature->hash) return true;
    }
    return false;
  });
}

bool may_be_shown(const Credential& credential, const SchemeList& accepted) noexcept {
  return !credential.contents().only_listed_signatures || is_signed_acceptably(credential, accepted);
}

Result<> check_requirement(const ClientSettings& settings, const Proof& proof) noexcept {
  if (proof.credential != nullptr || !settings.require_credential) return {};
  return fail(ErrorCode::no_fitting_credential);
}

Result<> send_certificate(Handshake& hs, const Credential* credential, Bytes context,
                          CertificateExtras extras, const CertificateCompression* compression) {
  message::Certificate certificate;
  certificate.certificate_request_context = context;
  std::vector<message::CertificateEntry> entries;
  if (credential != nullptr) {
    const Credential::Contents& contents = credential->contents();
    const bool raw = contents.type == CertificateType::RawPublicKey;
    entries.resize(raw ? 1 : contents.chain.size());
    if (raw) entries.front().cert_data = contents.key_info;
    for (std::size_t i = 0; i < contents.chain.size(); ++i) entries[i].cert_data = contents.chain[i];
    if (extras.ocsp && !contents.ocsp_response.empty()) {
      // [8446:4.4.2.1#1,4]
      auto& status = entries.front().extensions.status_request.emplace();
      status.response = contents.ocsp_response;
    }
    if (extras.signed_certificate_timestamps && !contents.timestamps.empty()) {
      auto list = wire::decode<message::SignedCertificateTimestampList>(contents.timestamps);
      if (!list) return fail(ErrorCode::internal_error, "our certificate timestamps do not parse");
      entries.front().extensions.signed_certificate_timestamp = *list;
    }
    if (extras.trust_anchors) entries.front().extensions.trust_anchors.emplace();
  }
  if (credential != nullptr && credential->contents().delegation) {
    // RFC 9345 §4.1.1: beside the leaf.
    auto delegated = wire::decode<message::DelegatedCredential>(credential->contents().delegation->encoded);
    if (!delegated) return fail(ErrorCode::internal_error, "our delegated credential does not parse");
    entries.front().extensions.delegated_credential = *delegated;
  }
  certificate.certificate_list = entries;
  if (credential == nullptr || compression == nullptr) return hs.send(certificate);
  return send_compressed(hs, certificate, *credential, extras, *compression);
}

Result<> check_entries(const message::Certificate& certificate, CertificateExtras asked) {
  bool first = true;
  for (const message::CertificateEntry& entry : certificate.certificate_list) {
    const bool leaf = std::exchange(first, false);
    for (const auto& extension : entry.extensions.received()) {
      const ExtensionType type = extension.extension_type;
      if (asked.ocsp && type == ExtensionType::status_request) continue;
      if (asked.signed_certificate_timestamps && type == ExtensionType::signed_certificate_timestamp)
        continue;
      // draft-ietf-tls-trust-anchor-ids-04 §4.1: it speaks of the whole chain, beside the leaf.
      if (asked.trust_anchors && leaf && type == ExtensionType::trust_anchors) continue;
      const bool delegated = type == ExtensionType::delegated_credential;
      if (asked.delegated_credential && delegated) continue;
      Error error(ErrorCode::extension_not_offered);
      if (delegated) error.alert = AlertDescription::unexpected_message;
      error.message = message::Certificate::type;
      if (const auto name = name_of(type); !name.empty()) error.field = name.data();
      return fail(error);
    }
  }
  return {};
}

Result<> keep_certificates(Handshake& hs, const CommonSettings& settings,
                           const message::Certificate& certificate) {
  if (hs.peer_certificate_type == CertificateType::RawPublicKey) {
    // RFC 8446 §4.4.2: a raw public key stands alone [8446:4.4.2#10].
    if (certificate.certificate_list.count() != 1)
      return fail(ErrorCode::illegal_value, "a raw public key with more entries behind it");
    if (certificate.certificate_list.front().extensions.delegated_credential)
      return fail(ErrorCode::bad_delegated_credential, "a raw public key delegates nothing");
    // draft-ietf-tls-trust-anchor-ids-04 §4.1: it has none.
    if (certificate.certificate_list.front().extensions.trust_anchors)
      return fail(ErrorCode::illegal_value, "trust_anchors: a raw public key has no trust anchor");
    return keep_raw_public_key(hs, settings, certificate.certificate_list.front().cert_data);
  }
  // One copy of the message; the chain are views into it.
  const Bytes list = certificate.certificate_list.octets();
  hs.peer_certificates = to_octets(list);
  for (const message::CertificateEntry& entry : certificate.certificate_list) {
    const auto offset = static_cast<std::size_t>(entry.cert_data.data() - list.data());
    // [8446:4.4.2#8,9] The leaf is the first.
    hs.peer_chain.push_back(Bytes(hs.peer_certificates).subspan(offset, entry.cert_data.size()));
    if (hs.peer_chain.size() != 1) continue;
    if (auto accepted = accept_delegation(hs, settings, entry); !accepted) return accepted;
    if (entry.extensions.trust_anchors) {
      if (auto accepted = accept_match(hs, settings); !accepted) return accepted;
    }
    if (entry.extensions.status_request)
      hs.summary.ocsp_response = to_octets(entry.extensions.status_request->response);
    if (entry.extensions.signed_certificate_timestamp)
      hs.summary.signed_certificate_timestamps =
          to_octets(entry.extensions.signed_certificate_timestamp->sct_list.octets());
  }
  return {};
}

x509::Verification verify_chain(const Handshake& hs, const CommonSettings& settings, const ServerName* name,
                                std::span<const Bytes> chain, Bytes ocsp_response, bool key_is_sound,
                                std::vector<x509::Candidate> leaf) {
  x509::VerificationRequest request;
  request.chain = chain;
  request.trust = settings.trust.get();
  request.name = name;
  request.purpose = hs.role() == Role::client ? x509::Purpose::server : x509::Purpose::client;
  request.key_is_sound = key_is_sound;
  request.now = hs.now;
  request.profile = settings.profile;
  request.revocation = settings.revocation;
  const std::vector<Bytes> crls(settings.crls.begin(), settings.crls.end());
  request.crls = crls;
  request.public_suffixes = settings.public_suffixes.get();
  request.min_rsa_bits = settings.policy.min_rsa_bits;
  request.signature_cache = settings.signature_cache.get();
  request.signature_schemes = settings.policy.signature_schemes.span();
  // [6066:8#5] [8446:4.4.2.1#1]
  request.ocsp_response = ocsp_response;
  return x509::verify(request, std::move(leaf));
}

bool is_trusted_still(const Handshake& hs, const CommonSettings& settings, const ServerName* name,
                      const Session& session, std::unique_ptr<x509::Verification>* judged) {
  if (!session.peer_public_key.empty()) return trusts_public_key(settings, session.peer_public_key);
  if (!settings.peer_certificate_types.contains(CertificateType::X509)) return false;
  const std::vector<Bytes> chain(session.peer_chain.begin(), session.peer_chain.end());
  // The session's own handshake was signed with the leaf's key, which is not needed any more.
  x509::Verification verification = verify_chain(hs, settings, name, chain, session.ocsp_response, true);
  const bool ok = verification.ok();
  if (judged != nullptr) *judged = std::make_unique<x509::Verification>(std::move(verification));
  return ok;
}

void keep_session_peer(Handshake& hs, const Session& session) {
  if (!session.peer_public_key.empty()) {
    hs.peer_certificate_type = CertificateType::RawPublicKey;
    hs.summary.peer_public_key = session.peer_public_key;
  }
  std::size_t octets = 0;
  for (const Octets& certificate : session.peer_chain) octets += certificate.size();
  hs.peer_certificates.reserve(octets);
  hs.peer_chain.reserve(session.peer_chain.size());
  for (const Octets& certificate : session.peer_chain) {
    const std::size_t start = hs.peer_certificates.size();
    hs.peer_certificates.insert(hs.peer_certificates.end(), certificate.begin(), certificate.end());
    hs.peer_chain.push_back(Bytes(hs.peer_certificates).subspan(start));
  }
  hs.summary.ocsp_response = session.ocsp_response;
}

namespace {

Result<> judge_peer(Handshake& hs, const CommonSettings& settings, const ServerName* name,
                    bool key_is_sound) {
  if (hs.peer_certificate_type == CertificateType::RawPublicKey) return judge_raw_public_key(hs, settings);
  x509::Verification verification = verify_chain(hs, settings, name, hs.peer_chain, hs.summary.ocsp_response,
                                                 key_is_sound, std::exchange(hs.peer_leaf, {}));
  hs.summary.peer_verified = verification.ok();
  const Error error = verification.error;
  if (hs.observer != nullptr) [[unlikely]]
    hs.observer->judged(verification);
  hs.summary.verification = std::move(verification);
  // [8446:4.4.2.2#6]
  if (!hs.summary.peer_verified) return fail(error);
  return {};
}

// Whether these are one element of DER, whatever it means.
bool is_one_element(Bytes octets) noexcept {
  x509::Fault fault(octets);
  x509::Der der(octets, fault);
  der.any("cert_data");
  der.finish("cert_data");
  return !fault.happened();
}

}  // namespace

Result<const x509::Certificate*> peer_leaf(Handshake& hs) {
  if (hs.peer_leaf.empty()) {
    auto leaf = x509::read_leaf(hs.peer_chain);
    if (!leaf) {
      // RFC 8446 §6.2: a certificate that is wrong inside is a bad_certificate; what is none is a
      // decode_error.
      Error error = leaf.error();
      if (!is_one_element(hs.peer_chain.front())) error.alert = AlertDescription::decode_error;
      return fail(error);
    }
    hs.peer_leaf = *std::move(leaf);
  }
  return &hs.peer_leaf.front().certificate;
}

Result<crypto::PublicKey> peer_key(Handshake& hs, std::uint16_t key_usage) {
  if (hs.peer_certificate_type == CertificateType::RawPublicKey)
    return x509::parse_public_key(hs.summary.peer_public_key);
  const auto leaf = peer_leaf(hs);
  if (!leaf) return fail(leaf.error());
  if (!(*leaf)->allows(key_usage))
    return fail(ErrorCode::certificate_unsupported, "keyUsage does not allow this");
  if (hs.delegation) return hs.delegation->key;
  return (*leaf)->public_key();
}

Task<> ask_about_session(Handshake& hs, const Session& session, const ServerName* name) {
  VerificationQuestion question;
  question.peer = hs.role() == Role::client ? Role::server : Role::client;
  question.chain.assign(session.peer_chain.begin(), session.peer_chain.end());
  if (name != nullptr) question.server_name = name->text();
  question.ocsp_response = session.ocsp_response;
  question.public_key = session.peer_public_key;
  question.of_session = true;
  hs.question = std::move(question);
  co_await hs.answer("verification of a session");
}

Task<> verify_peer(Handshake& hs, const CommonSettings& settings, const ServerName* name, bool verifies,
                   bool key_is_sound) {
  if (verifies && settings.verification == PeerVerification::full) {
    co_await judge_peer(hs, settings, name, key_is_sound);
    co_return;
  }
  hs.peer_leaf = {};
  if (!verifies) co_return;
  VerificationQuestion question;
  question.peer = hs.role() == Role::client ? Role::server : Role::client;
  question.chain = hs.peer_chain;
  if (name != nullptr) question.server_name = name->text();
  question.ocsp_response = hs.summary.ocsp_response;
  question.public_key = hs.summary.peer_public_key;
  hs.question = std::move(question);
  co_await hs.answer("certificate verification");
  co_await require(hs.trusted, ErrorCode::certificate_refused, "by the application");
  hs.summary.peer_verified = true;
}

namespace {

// `before`: the transcript that the peer has signed.
Result<> check_certificate_verify(const Handshake& hs, const message::CertificateVerify& verify,
                                  const Policy& policy, const crypto::PublicKey& key,
                                  const crypto::Digest& before) {
  const SignatureContent content(hs.role() == Role::client ? Role::server : Role::client, before);
  const SignatureScheme scheme = verify.algorithm;
  // RFC 9345 §4.1.3: the one that the delegated credential names, which was offered for it.
  if (hs.delegation && scheme != hs.delegation->scheme)
    return fail(ErrorCode::bad_delegated_credential, "CertificateVerify has another scheme than it names");
  // RFC 8446 §4.4.3: a scheme that we offered [8446:4.4.3#4,5,6,8], that TLS 1.3 allows here, and that is
  // this key's.
  const bool offered = hs.delegation || policy.signature_schemes.contains(scheme);
  if (!offered || !fits_handshake(scheme, ProtocolVersion::tls13))
    return fail(ErrorCode::illegal_value, "the signature scheme was not offered");
  if (!key.matches(scheme))
    return fail(ErrorCode::illegal_value, "the signature scheme is not for this certificate's key");
  return key.verify(*crypto::algorithm_of(scheme), content.view(), verify.signature);  // [8446:4.4.3#9,10]
}

}  // namespace

Task<SignatureScheme> receive_certificate_verify(Handshake& hs, const CommonSettings& settings,
                                                 const crypto::Digest& before) {
  // RFC 8446 §4.4.2.2: a key that may not sign cannot prove a handshake [8446:4.4.2.2#3].
  crypto::PublicKey key = co_await peer_key(hs, x509::KeyUsage::digital_signature);
  const message::CertificateVerify& verify = co_await hs.receive<message::CertificateVerify>();
  co_await check_certificate_verify(hs, verify, settings.policy, key, before);
  co_return verify.algorithm;
}

Result<> check_verify_data(Bytes received, Bytes expected) {
  if (received.size() < expected.size()) return fail(ErrorCode::truncated, "verify_data is too short");
  if (received.size() > expected.size()) return fail(ErrorCode::trailing_data, "verify_data is too long");
  if (!constant_time_equal(received, expected)) return fail(ErrorCode::bad_finished);
  return {};
}

Task<> receive_finished(Handshake& hs, crypto::HashAlgorithm hash, Bytes base_key) {
  const crypto::MacValue expected = schedule::verify_data(hash, base_key, hs.transcript.digest());
  const message::Finished& finished = co_await hs.receive<message::Finished>();
  co_await check_verify_data(finished.verify_data, expected.view());  // [8446:4.4.4#1]
}

Result<> send_finished(Handshake& hs, crypto::HashAlgorithm hash, Bytes base_key) {
  const crypto::MacValue verify_data = schedule::verify_data(hash, base_key, hs.transcript.digest());
  message::Finished finished;
  finished.verify_data = verify_data.view();
  return hs.send(finished);
}

}  // namespace handfast::handshake
