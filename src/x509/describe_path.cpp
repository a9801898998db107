// Paths in words.
#include "x509/describe_path.hpp"

#include <array>

#include "crypto/hash.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

constexpr std::array<std::string_view, 9> usages = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                                    "dataEncipherment", "keyAgreement",   "keyCertSign",
                                                    "cRLSign",          "encipherOnly",   "decipherOnly"};

ExaminedCertificate describe_anchor(const TrustAnchor& anchor) {
  ExaminedCertificate described;
  if (anchor.certificate) {
    described = examine(*anchor.certificate);
  } else {
    described.subject = to_text(anchor.subject);
    described.key = key_text(anchor.key);
  }
  described.source = ExaminedCertificate::Source::store;
  described.position = anchor.position;
  return described;
}

}  // namespace

std::string quoted_name(Bytes name) {
  return is_empty_name(name) ? "(empty name)" : joined({"\"", to_text(name), "\""});
}

std::string key_kind_text(const KeyInfo& key) {
  switch (key.kind) {
    case KeyInfo::Kind::rsa: return "RSA";
    case KeyInfo::Kind::rsa_pss: return "RSA-PSS";
    case KeyInfo::Kind::ed25519: return "Ed25519";
    case KeyInfo::Kind::ec:
      if (key.curve) return joined({"P-", std::to_string(key.bits)});
      return "EC with another curve";
    case KeyInfo::Kind::unknown: break;
  }
  return oid::name_or_dotted(key.algorithm);
}

std::string key_text(const KeyInfo& key) {
  const bool rsa = key.kind == KeyInfo::Kind::rsa || key.kind == KeyInfo::Kind::rsa_pss;
  return rsa ? joined({key_kind_text(key), " ", std::to_string(key.bits)}) : key_kind_text(key);
}

std::vector<std::string> key_usage_names(std::uint16_t bits) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < usages.size(); ++i)
    if ((bits >> (usages.size() - 1 - i) & 1U) != 0) names.emplace_back(usages[i]);
  return names;
}

std::string key_usage_text(std::uint16_t bits) {
  std::string text;
  for (const std::string& name : key_usage_names(bits)) text.append(text.empty() ? "" : ", ").append(name);
  return text.empty() ? "nothing" : text;
}

std::string serial_text(Bytes serial) { return hex(serial); }

ExaminedCertificate examine(const Certificate& certificate) {
  ExaminedCertificate described;
  described.subject = to_text(certificate.subject);
  described.issuer = to_text(certificate.issuer);
  described.serial = serial_text(certificate.serial);
  described.key = key_text(certificate.key);
  described.signature_algorithm = oid::name_or_dotted(certificate.signature_algorithm.identifier);
  described.not_before = certificate.not_before;
  described.not_after = certificate.not_after;
  const crypto::Digest digest = crypto::hash(crypto::HashAlgorithm::sha256, certificate.der);
  copy(digest.view(), described.sha256);
  return described;
}

Attempt describe_path(const Path& path) {
  Attempt attempt;
  for (std::size_t i = 0; i < path.size(); ++i) {
    attempt.certificates.push_back(examine(path[i].certificate));
    attempt.certificates.back().position = path[i].position;
  }
  if (path.anchor != nullptr && !path.leaf_is_anchor)
    attempt.certificates.push_back(describe_anchor(*path.anchor));
  return attempt;
}

}  // namespace handfast::x509
