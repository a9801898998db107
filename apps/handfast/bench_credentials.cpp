// An authority of each key type, with a server and a client under it.
#include "bench_credentials.hpp"

#include <cerrno>
#include <chrono>
#include <filesystem>

#include <handfast/certificate.hpp>
#include <handfast/issue.hpp>
#include <handfast/random.hpp>

#include <stdlib.h>

#include "files.hpp"

namespace handfast::tool {
namespace {

constexpr unsigned owner_only = 0600;

x509::CertificateTemplate valid_today(const std::string& common_name) {
  x509::CertificateTemplate content;
  content.common_name = common_name;
  content.not_before = system_now() - std::chrono::hours(1);
  content.not_after = system_now() + std::chrono::hours(24);
  return content;
}

Outcome<> write_certificate(const std::string& path, const Result<Octets>& certificate) {
  if (!certificate) return usage_failure(path, certificate.error());
  return write_file(path, as_bytes(x509::certificate_to_pem(*certificate)), owner_only);
}

Outcome<> write_leaf(const std::string& prefix, const std::string& role, x509::KeyKind kind,
                     const x509::Issuer& issuer) {
  x509::CertificateTemplate content = valid_today(role);
  if (role == "server") content.dns_names = {"localhost"};
  (role == "server" ? content.server_auth : content.client_auth) = true;
  if (kind == x509::KeyKind::rsa_2048)  // for key transport, too
    content.key_usage = x509::KeyUsage::digital_signature | x509::KeyUsage::key_encipherment;
  const auto key = x509::IssuerKey::generate(kind, system_random());
  if (!key) return usage_failure(prefix + role, key.error());
  const auto certificate =
      x509::issue_certificate(content, key->subject_public_key_info(), issuer, system_random());
  if (auto written = write_certificate(prefix + role + ".pem", certificate); !written) return written;
  return write_file(prefix + role + ".key", key->to_pem(), owner_only);
}

Outcome<> write_authority(const std::string& prefix, x509::KeyKind kind) {
  x509::CertificateTemplate content = valid_today("Benchmark Authority");
  content.is_ca = true;
  const auto key = x509::IssuerKey::generate(kind, system_random());
  if (!key) return usage_failure(prefix, key.error());
  const auto certificate = x509::issue_self_signed(content, *key, system_random());
  if (auto written = write_certificate(prefix + "authority.pem", certificate); !written) return written;
  for (const char* role : {"server", "client"})
    if (auto written = write_leaf(prefix, role, kind, {*certificate, *key}); !written) return written;
  return {};
}

}  // namespace

Outcome<BenchCredentials> BenchCredentials::make() {
  std::string path = (std::filesystem::temp_directory_path() / "handfast-bench-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr)
    return usage_failure("cannot make a folder for certificates in " + path, "Set TMPDIR.");
  BenchCredentials folder(std::move(path));
  if (auto written = write_authority(folder.path() + "/ecdsa-", x509::KeyKind::ec_p256); !written)
    return std::unexpected(std::move(written.error()));
  if (auto written = write_authority(folder.path() + "/rsa-", x509::KeyKind::rsa_2048); !written)
    return std::unexpected(std::move(written.error()));
  return folder;
}

BenchCredentials::~BenchCredentials() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace handfast::tool
