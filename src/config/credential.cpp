// Credentials: a chain and its key, checked against each other.
#include <array>

#include <handfast/credential.hpp>
#include <handfast/server_name.hpp>

#include "config/credential_contents.hpp"
#include "wire/pem.hpp"
#include "x509/certificate.hpp"

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

// A single DER certificate is as good as a PEM file with one.
Result<std::vector<wire::PemBlock>> certificate_blocks(Bytes text) {
  if (!text.empty() && text.front() == 0x30) {
    std::vector<wire::PemBlock> one(1);
    one.front().octets.assign(text.begin(), text.end());
    return one;
  }
  auto blocks = wire::read_pem(text, wire::is_certificate_label);
  if (!blocks) return blocks;
  if (blocks->empty()) return fail(ErrorCode::no_certificate_in_file);
  return blocks;
}

Result<std::shared_ptr<Credential::Contents>> read_chain(Bytes certificate_chain) {
  const auto blocks = certificate_blocks(certificate_chain);
  if (!blocks) return fail(blocks.error());
  const auto leaf = x509::Certificate::parse(blocks->front().octets);
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
  for (const wire::PemBlock& block : *blocks) octets += block.octets.size();
  contents->storage.reserve(octets);
  for (const wire::PemBlock& block : *blocks) {
    if (!x509::Certificate::parse(block.octets))
      return fail(ErrorCode::own_certificate_malformed, "of the chain");
    const std::size_t start = contents->storage.size();
    contents->storage.insert(contents->storage.end(), block.octets.begin(), block.octets.end());
    contents->chain.push_back(Bytes(contents->storage).subspan(start));
  }
  contents->schemes = schemes_of(contents->public_key);
  return contents;
}

// A copy of its own storage, for a variation of a credential.
std::shared_ptr<Credential::Contents> copy_of(const Credential::Contents& from) {
  auto contents = std::make_shared<Credential::Contents>(from);
  std::size_t offset = 0;
  for (Bytes& certificate : contents->chain) {
    certificate = Bytes(contents->storage).subspan(offset, certificate.size());
    offset += certificate.size();
  }
  return contents;
}

}  // namespace

Result<Credential> Credential::from_pem(Bytes certificate_chain, Bytes private_key,
                                        std::string_view passphrase) {
  auto contents = read_chain(certificate_chain);
  if (!contents) return fail(contents.error());
  const bool der = !private_key.empty() && private_key.front() == 0x30;
  auto key = der ? crypto::PrivateKey::from_der(private_key, passphrase)
                 : crypto::PrivateKey::from_pem(private_key, passphrase);
  if (!key) return fail(key.error());
  if (!(key->public_key() == (*contents)->public_key)) return fail(ErrorCode::key_mismatch);
  (*contents)->private_key = std::move(*key);
  return Credential(std::move(*contents));
}

Result<Credential> Credential::external(Bytes certificate_chain) {
  auto contents = read_chain(certificate_chain);
  if (!contents) return fail(contents.error());
  return Credential(std::move(*contents));
}

std::span<const Bytes> Credential::chain() const noexcept { return contents_->chain; }

bool Credential::can_sign() const noexcept { return contents_->private_key.has_value(); }

std::span<const SignatureScheme> Credential::schemes() const noexcept { return contents_->schemes; }

bool Credential::matches(std::string_view host_name) const noexcept {
  const auto name = ServerName::parse(host_name);
  if (!name) return false;
  const auto leaf = x509::Certificate::parse(contents_->chain.front());
  return leaf && leaf->is_for(*name);
}

Result<> Credential::check_validity(Time now) const {
  const auto leaf = x509::Certificate::parse(contents_->chain.front());
  if (!leaf) return fail(ErrorCode::own_certificate_malformed);
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

}  // namespace handfast
