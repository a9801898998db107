// Credentials: a chain and its key, checked against each other.
#include <array>

#include <handfast/certificate.hpp>
#include <handfast/credential.hpp>
#include <handfast/server_name.hpp>

#include "config/credential_contents.hpp"
#include "crypto/contract.hpp"
#include "x509/certificate.hpp"
#include "x509/name.hpp"
#include "x509/pem.hpp"
#include "x509/public_key_info.hpp"

namespace handfast {
namespace {

// The schemes that a key can make in TLS 1.3, by its type.
std::vector<SignatureScheme> schemes_of(const crypto::PublicKey& key) {
  static constexpr std::array all = {
      SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384,
      SignatureScheme::ecdsa_secp521r1_sha512, SignatureScheme::ed25519,
      SignatureScheme::rsa_pss_rsae_sha256,    SignatureScheme::rsa_pss_rsae_sha384,
      SignatureScheme::rsa_pss_rsae_sha512,    SignatureScheme::rsa_pss_pss_sha256,
      SignatureScheme::rsa_pss_pss_sha384,     SignatureScheme::rsa_pss_pss_sha512,
  };
  std::vector<SignatureScheme> schemes;
  for (const SignatureScheme scheme : all)
    if (key.matches(scheme)) schemes.push_back(scheme);
  return schemes;
}

bool is_certificate(std::string_view label) noexcept {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE";
}

// A single DER certificate is as good as a PEM file with one.
Result<std::vector<Octets>> read_certificates(Bytes text) {
  std::vector<Octets> certificates;
  if (!text.empty() && text.front() == 0x30) {
    certificates.push_back(to_octets(text));
    return certificates;
  }
  x509::PemReader reader(text);
  for (;;) {
    const auto block = reader.next();
    if (!block) return fail(block.error());
    if (!*block) break;
    if (!is_certificate((*block)->label)) continue;
    auto decoded = (*block)->decode();
    if (!decoded) return fail(decoded.error());
    certificates.push_back(std::move(*decoded));
  }
  if (certificates.empty()) return fail(ErrorCode::no_certificate_in_file);
  return certificates;
}

// What signs a self-signed certificate convinces nobody, and nobody looks at it (RFC 8446 §4.4.2.2).
void note_signature(const x509::Certificate& certificate, Credential::Contents& contents) {
  if (equal(certificate.subject, certificate.issuer)) return;
  const x509::SignatureIdentifier& signature = certificate.signature_algorithm;
  if (signature.standing == x509::SignatureIdentifier::Standing::supported) {
    contents.signatures.emplace_back(signature.algorithm);
  } else {
    contents.signatures.emplace_back();
  }
}

// The leaf has been parsed once: it parses again.
void read_leaf(Credential::Contents& contents) {
  if (contents.chain.empty()) return;
  const auto defect = x509::Certificate::parse_into(contents.leaf.emplace(), contents.chain.front());
  crypto::require(!defect);
}

Result<std::shared_ptr<Credential::Contents>> read_chain(Bytes certificate_chain) {
  const auto certificates = read_certificates(certificate_chain);
  if (!certificates) return fail(certificates.error());
  const auto leaf = x509::Certificate::parse(certificates->front());
  if (!leaf) {
    Error error = leaf.error();
    error.code = ErrorCode::own_certificate_malformed;
    error.alert = AlertDescription::internal_error;
    return fail(error);
  }
  auto key = leaf->public_key();
  if (!key) return fail(ErrorCode::unsupported_private_key, "the certificate's key");
  auto contents = std::make_shared<Credential::Contents>(std::move(*key));
  std::size_t octets = 0;
  for (const Octets& certificate : *certificates) octets += certificate.size();
  contents->storage.reserve(octets);
  for (const Octets& certificate : *certificates) {
    const auto parsed = x509::Certificate::parse(certificate);
    if (!parsed) return fail(ErrorCode::own_certificate_malformed, "of the chain");
    note_signature(*parsed, *contents);
    contents->issuers.push_back(to_octets(parsed->issuer));
    const std::size_t start = contents->storage.size();
    contents->storage.insert(contents->storage.end(), certificate.begin(), certificate.end());
    contents->chain.push_back(Bytes(contents->storage).subspan(start));
  }
  read_leaf(*contents);
  contents->schemes = schemes_of(contents->public_key);
  return contents;
}

Result<crypto::PrivateKey> read_private_key(Bytes text, std::string_view passphrase) {
  const bool der = !text.empty() && text.front() == 0x30;
  return der ? crypto::PrivateKey::from_der(text, passphrase)
             : crypto::PrivateKey::from_pem(text, passphrase);
}

// The delegated credential's key proves the chain from now on.
void delegate(Credential::Contents& contents, OwnDelegation delegation) {
  contents.public_key = delegation.read.key;
  contents.schemes = {delegation.read.scheme};  // and no other (RFC 9345 §4)
  contents.delegation = std::move(delegation);
}

// The key that proves the identity is here.
Result<> add_key(Credential::Contents& contents, Bytes private_key, std::string_view passphrase) {
  auto key = read_private_key(private_key, passphrase);
  if (!key) return fail(key.error());
  if (!(key->public_key() == contents.public_key)) return fail(ErrorCode::key_mismatch);
  contents.private_key = std::move(*key);
  return {};
}

// What is wrong with a raw public key, where it is our own and no peer's.
auto refuse_own(const Error& error) noexcept {
  if (error.code == ErrorCode::certificate_unsupported)
    return fail(ErrorCode::unsupported_private_key, "the raw public key is of another kind");
  if (error.code == ErrorCode::certificate_malformed)
    return fail(ErrorCode::own_certificate_malformed, "the raw public key");
  return fail(error);
}

std::shared_ptr<Credential::Contents> bare_key(const crypto::PublicKey& key, Octets key_info) {
  auto contents = std::make_shared<Credential::Contents>(key);
  contents->type = CertificateType::RawPublicKey;
  contents->key_info = std::move(key_info);
  contents->schemes = schemes_of(key);
  return contents;
}

// `unchecked`: as read_own_delegation has it.
Result<std::shared_ptr<Credential::Contents>> read_delegated(Bytes certificate_chain,
                                                             Bytes delegated_credential,
                                                             std::optional<Role> unchecked = std::nullopt) {
  auto contents = read_chain(certificate_chain);
  if (!contents) return contents;
  auto delegation = read_own_delegation(delegated_credential, (*contents)->chain.front(), unchecked);
  if (!delegation) return fail(delegation.error());
  delegate(**contents, std::move(*delegation));
  return contents;
}

bool is_self_signed(const x509::Certificate& certificate) {
  if (!x509::same_name(certificate.subject, certificate.issuer)) return false;
  const auto key = certificate.public_key();
  const auto& signature = certificate.signature_algorithm;
  return key && signature.standing == x509::SignatureIdentifier::Standing::supported &&
         key->verify(signature.algorithm, certificate.signed_octets, certificate.signature);
}

// draft-ietf-tls-trust-anchor-ids-04 §4.2: a peer may take the chain as the path, from the leaf to what the
// anchor issued, and look for no other.
Result<> check_path(const Credential::Contents& contents) {
  const auto refuse = [](const char* why) { return fail(ErrorCode::invalid_argument, why); };
  if (contents.chain.empty()) return refuse("a raw public key has no trust anchor");
  for (std::size_t i = 1; i < contents.chain.size(); ++i) {
    const auto subject = x509::Certificate::parse(contents.chain[i - 1]);
    const auto issuer = x509::Certificate::parse(contents.chain[i]);
    if (!subject || !issuer) return fail(ErrorCode::own_certificate_malformed);
    if (!x509::same_name(subject->issuer, issuer->subject))
      return refuse("a certificate of the chain is not issued by the next one");
    if (is_self_signed(*issuer)) return refuse("the chain holds its trust anchor");
  }
  return {};
}

// A copy of its own storage, for a variation of a credential.
std::shared_ptr<Credential::Contents> copy_of(const Credential::Contents& from) {
  auto contents = std::make_shared<Credential::Contents>(from);
  std::size_t offset = 0;
  for (Bytes& certificate : contents->chain) {
    certificate = Bytes(contents->storage).subspan(offset, certificate.size());
    offset += certificate.size();
  }
  read_leaf(*contents);
  return contents;
}

}  // namespace

Result<Credential> Credential::from_pem(Bytes certificate_chain, Bytes private_key,
                                        std::string_view passphrase) {
  auto contents = read_chain(certificate_chain);
  if (!contents) return fail(contents.error());
  if (auto added = add_key(**contents, private_key, passphrase); !added) return fail(added.error());
  return Credential(std::move(*contents));
}

Result<Credential> Credential::external(Bytes certificate_chain) {
  auto contents = read_chain(certificate_chain);
  if (!contents) return fail(contents.error());
  return Credential(std::move(*contents));
}

Result<Credential> Credential::raw_public_key(Bytes private_key, std::string_view passphrase) {
  auto key = read_private_key(private_key, passphrase);
  if (!key) return fail(key.error());
  auto contents = bare_key(key->public_key(), x509::write_public_key(key->public_key()));
  contents->private_key = std::move(*key);
  return Credential(std::move(contents));
}

Result<Credential> Credential::external_raw_public_key(Bytes public_key) {
  auto key_info = x509::read_public_key(public_key);
  if (!key_info) return refuse_own(key_info.error());
  const auto key = x509::parse_public_key(*key_info);
  if (!key) return refuse_own(key.error());
  // Peers compare octets: they are shown those that they were told.
  return Credential(bare_key(*key, std::move(*key_info)));
}

Result<Credential> Credential::delegated(Bytes certificate_chain, Bytes delegated_credential,
                                         Bytes private_key, std::string_view passphrase) {
  auto contents = read_delegated(certificate_chain, delegated_credential);
  if (!contents) return fail(contents.error());
  if (auto added = add_key(**contents, private_key, passphrase); !added) return fail(added.error());
  return Credential(std::move(*contents));
}

Result<Credential> Credential::external_delegated(Bytes certificate_chain, Bytes delegated_credential) {
  auto contents = read_delegated(certificate_chain, delegated_credential);
  if (!contents) return fail(contents.error());
  return Credential(std::move(*contents));
}

Result<Credential> dangerous::unchecked_delegated(Bytes certificate_chain, Bytes delegated_credential,
                                                  Bytes private_key, Role role) {
  auto contents = read_delegated(certificate_chain, delegated_credential, role);
  if (!contents) return fail(contents.error());
  if (auto added = add_key(**contents, private_key, {}); !added) return fail(added.error());
  return Credential(std::move(*contents));
}

CertificateType Credential::type() const noexcept { return contents_->type; }

Bytes Credential::public_key_info() const noexcept { return contents_->key_info; }

std::span<const Bytes> Credential::chain() const noexcept { return contents_->chain; }

bool Credential::can_sign() const noexcept { return contents_->private_key.has_value(); }

std::span<const SignatureScheme> Credential::schemes() const noexcept { return contents_->schemes; }

bool Credential::matches(std::string_view host_name) const noexcept {
  if (contents_->type == CertificateType::RawPublicKey) return true;
  const auto name = ServerName::parse(host_name);
  return name && contents_->leaf && contents_->leaf->is_for(*name);
}

Result<> Credential::check_validity(Time now) const {
  if (contents_->type == CertificateType::RawPublicKey) return {};
  const auto& leaf = contents_->leaf;
  if (!leaf) return fail(ErrorCode::own_certificate_malformed);
  if (contents_->delegation && !contents_->delegation->read.check_time(now))
    return fail(ErrorCode::own_certificate_expired, "the delegated credential has ended, or ends too late");
  if (leaf->valid_at(now)) return {};
  return fail(ErrorCode::own_certificate_expired,
              std::chrono::floor<std::chrono::seconds>(now) < leaf->not_before ? "not yet valid" : "expired");
}

Credential Credential::with_ocsp_response(Bytes response) const {
  auto contents = copy_of(*contents_);
  contents->ocsp_response = to_octets(response);
  return Credential(std::move(contents));
}

Credential Credential::with_signed_certificate_timestamps(Bytes list) const {
  auto contents = copy_of(*contents_);
  contents->timestamps = to_octets(list);
  return Credential(std::move(contents));
}

Result<Credential> Credential::with_certificate_properties(CertificateProperties properties) const {
  if (properties.trust_anchor_id.size() > max_trust_anchor_id_size)
    return fail(ErrorCode::invalid_argument, "a trust anchor ID has 255 octets at most");
  if (properties.trust_anchor_id.empty() && !properties.trust_anchor_group_inclusions.empty())
    return fail(ErrorCode::invalid_argument, "trust_anchor_group_inclusions need a trust_anchor_id");
  if (!properties.trust_anchor_id.empty()) {
    if (auto path = check_path(*contents_); !path) return fail(path.error());
  }
  auto contents = copy_of(*contents_);
  contents->properties = std::move(properties);
  return Credential(std::move(contents));
}

Credential Credential::with_issuer_check(bool only_named) const {
  auto contents = copy_of(*contents_);
  contents->only_named_issuers = only_named;
  return Credential(std::move(contents));
}

Credential Credential::with_chain_check(bool only_listed) const {
  auto contents = copy_of(*contents_);
  contents->only_listed_signatures = only_listed;
  return Credential(std::move(contents));
}

Credential Credential::with_signature_schemes(std::span<const SignatureScheme> schemes) const {
  auto contents = copy_of(*contents_);
  contents->preferred.assign(schemes.begin(), schemes.end());
  return Credential(std::move(contents));
}

}  // namespace handfast
