// An authority of each key type, with a server and a client under it, written by Handfast itself.
#include "credentials.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <handfast/certificate.hpp>
#include <handfast/issue.hpp>

#include <stdlib.h>

namespace handfast::bench {
namespace {

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

std::string name_of_key(KeyType key) { return key == KeyType::ecdsa ? "ecdsa" : "rsa"; }

void write_file(const std::string& path, Bytes content) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

Octets read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Octets content{std::istreambuf_iterator<char>(file), {}};
  if (!file || content.empty()) throw std::runtime_error("cannot read " + path);
  return content;
}

x509::CertificateTemplate valid_today(const std::string& common_name) {
  x509::CertificateTemplate content;
  content.common_name = common_name;
  content.not_before = system_now() - std::chrono::hours(1);
  content.not_after = system_now() + std::chrono::hours(24);
  return content;
}

void write_leaf(const std::string& prefix, const std::string& role, KeyType type, x509::KeyKind kind,
                const x509::Issuer& issuer) {
  x509::CertificateTemplate content = valid_today(role);
  if (role == "server") content.dns_names = {"localhost"};
  (role == "server" ? content.server_auth : content.client_auth) = true;
  if (type == KeyType::rsa)  // for key transport, too
    content.key_usage = x509::KeyUsage::digital_signature | x509::KeyUsage::key_encipherment;
  const auto key = value_of(x509::IssuerKey::generate(kind, system_random()));
  const Octets certificate =
      value_of(x509::issue_certificate(content, key.subject_public_key_info(), issuer, system_random()));
  write_file(prefix + role + ".pem", as_bytes(x509::certificate_to_pem(certificate)));
  write_file(prefix + role + ".key", key.to_pem());
}

void write_authority(const std::string& folder, KeyType type) {
  const x509::KeyKind kind = type == KeyType::ecdsa ? x509::KeyKind::ec_p256 : x509::KeyKind::rsa_2048;
  const std::string prefix = folder + "/" + name_of_key(type) + "-";
  x509::CertificateTemplate content = valid_today("Benchmark Authority");
  content.is_ca = true;
  const auto key = value_of(x509::IssuerKey::generate(kind, system_random()));
  const Octets certificate = value_of(x509::issue_self_signed(content, key, system_random()));
  write_file(folder + "/" + authority_file(type), as_bytes(x509::certificate_to_pem(certificate)));
  for (const char* role : {"server", "client"}) write_leaf(prefix, role, type, kind, {certificate, key});
}

}  // namespace

std::string authority_file(KeyType key) { return name_of_key(key) + "-authority.pem"; }

Credential read_credential(const std::string& folder, const std::string& role, KeyType key) {
  const std::string prefix = folder + "/" + name_of_key(key) + "-" + role;
  return value_of(Credential::from_pem(read_file(prefix + ".pem"), read_file(prefix + ".key")));
}

CredentialFolder::CredentialFolder()
    : path_((std::filesystem::temp_directory_path() / "handfast-bench-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a folder for certificates");
  write_authority(path_, KeyType::ecdsa);
  write_authority(path_, KeyType::rsa);
}

CredentialFolder::~CredentialFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace handfast::bench
