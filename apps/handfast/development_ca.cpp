// The development CA and its certificate, kept in the user's state folder.
#include "development_ca.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include <handfast/certificate.hpp>
#include <handfast/issue.hpp>
#include <handfast/random.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.hpp"
#include "report.hpp"

namespace handfast::tool {
namespace {

using std::chrono::days;
using std::chrono::hours;

// Short, because nobody revokes them; renewed while there is time left for whoever has to notice.
constexpr days ca_life{90};
constexpr days ca_renewal{15};
constexpr days leaf_life{14};
constexpr days leaf_renewal{3};
static_assert(ca_renewal > leaf_life, "no certificate outlives its CA");
// Clocks of containers and browsers differ a little.
constexpr hours back_dating{1};

/// Nobody else works in the folder while this lives.
class Lock {
 public:
  explicit Lock(const std::string& file) noexcept
      : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ >= 0 && ::flock(file_, LOCK_EX) != 0) reset();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { reset(); }
  [[nodiscard]] bool held() const noexcept { return file_ >= 0; }

 private:
  void reset() noexcept {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }
  int file_;
};

struct Authority {
  Octets certificate;
  x509::CertificateDescription description;
  x509::IssuerKey key;
  bool is_new = false;
};

std::unexpected<Failure> cannot_make(std::string_view what, const Error& error) {
  return usage_failure(fmt::format("cannot make {}", what), error);
}

// None when anything about it is missing, wrong or near its end: then a new one is made.
std::optional<Authority> load_authority(const std::string& folder, Time now) {
  const auto text = read_file(folder + "/development-ca.pem");
  const auto secret = read_file(folder + "/development-ca.key");
  if (!text || !secret) return std::nullopt;
  auto certificates = x509::read_certificates(*text);
  auto key = x509::IssuerKey::from_pem(*secret);
  if (!certificates || !key) return std::nullopt;
  auto description = x509::describe_certificate(certificates->front());
  if (!description || description->not_after - now < ca_renewal || description->not_before > now)
    return std::nullopt;
  if (x509::fingerprint(key->subject_public_key_info()) != description->key_sha256) return std::nullopt;
  return Authority{std::move(certificates->front()), std::move(*description), std::move(*key)};
}

Outcome<Authority> make_authority(const std::string& folder, Time now) {
  auto key = x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random());
  if (!key) return cannot_make("a development CA", key.error());
  x509::CertificateTemplate content;
  content.common_name = "Handfast development CA";
  content.organization = "this machine only";
  content.not_before = now - back_dating;
  content.not_after = now + ca_life;
  content.is_ca = true;
  content.path_length = 0;
  content.permitted_dns_names = {"localhost"};
  content.permitted_addresses = {"127.0.0.0/8", "::1/128"};
  auto certificate = x509::issue_self_signed(content, *key, system_random());
  if (!certificate) return cannot_make("a development CA", certificate.error());
  auto description = x509::describe_certificate(*certificate);
  if (!description) return cannot_make("a development CA", description.error());
  if (auto written = write_file(folder + "/development-ca.key", key->to_pem(), 0600); !written)
    return std::unexpected(written.error());
  const std::string pem = x509::certificate_to_pem(*certificate);
  if (auto written = write_file(folder + "/development-ca.pem", as_bytes(pem), 0644); !written)
    return std::unexpected(written.error());
  return Authority{std::move(*certificate), std::move(*description), std::move(*key), true};
}

struct Leaf {
  Credential credential;
  Time not_after;
};

std::optional<Leaf> load_leaf(const std::string& folder, const Authority& authority, Time now) {
  const auto chain = read_file(folder + "/localhost.pem");
  const auto key = read_file(folder + "/localhost.key");
  if (!chain || !key) return std::nullopt;
  auto credential = Credential::from_pem(*chain, *key);
  if (!credential) return std::nullopt;
  const auto description = x509::describe_certificate(credential->chain().front());
  if (!description || description->not_after - now < leaf_renewal || description->not_before > now)
    return std::nullopt;
  if (description->authority_key_id != authority.description.subject_key_id) return std::nullopt;
  return Leaf{std::move(*credential), description->not_after};
}

Outcome<Leaf> make_leaf(const std::string& folder, const Authority& authority, Time now) {
  constexpr std::string_view what = "a certificate for localhost";
  auto key = x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random());
  if (!key) return cannot_make(what, key.error());
  x509::CertificateTemplate content;
  content.common_name = "localhost";
  content.dns_names = {"localhost"};
  content.addresses = {"127.0.0.1", "::1"};
  content.not_before = now - back_dating;
  content.not_after = now + leaf_life;
  content.server_auth = true;
  const auto certificate = x509::issue_certificate(content, key->subject_public_key_info(),
                                                   {authority.certificate, authority.key}, system_random());
  if (!certificate) return cannot_make(what, certificate.error());
  const std::string pem = x509::certificate_to_pem(*certificate);
  const SecretOctets secret = key->to_pem();
  auto credential = Credential::from_pem(as_bytes(pem), secret);
  if (!credential) return cannot_make(what, credential.error());
  if (auto written = write_file(folder + "/localhost.key", secret, 0600); !written)
    return std::unexpected(written.error());
  if (auto written = write_file(folder + "/localhost.pem", as_bytes(pem), 0644); !written)
    return std::unexpected(written.error());
  return Leaf{std::move(*credential), content.not_after};
}

Outcome<> make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && ::chmod(folder.c_str(), 0700) == 0) return {};
  return usage_failure(fmt::format("cannot make the folder {}: {}", folder,
                                   error ? error.message() : std::string(std::strerror(errno))),
                       "Set XDG_STATE_HOME to a folder that can be written, or give --cert and --key.");
}

}  // namespace

Outcome<std::string> state_folder() {
  // The XDG base directory specification: a path that is not absolute is ignored.
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    return std::string(state) + "/handfast";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.local/state/handfast";
  return usage_failure("there is no place for a development CA: neither XDG_STATE_HOME nor HOME is set",
                       "Set one of them, or give --cert and --key.");
}

Outcome<DevelopmentCertificate> development_certificate(const std::string& folder, Time now) {
  if (auto made = make_folder(folder); !made) return std::unexpected(made.error());
  const Lock lock(folder + "/lock");
  if (!lock.held())
    return usage_failure(fmt::format("cannot lock {}/lock: {}", folder, std::strerror(errno)));
  auto authority = load_authority(folder, now);
  if (!authority) {
    auto made = make_authority(folder, now);
    if (!made) return std::unexpected(made.error());
    authority = std::move(*made);
  }
  auto leaf = load_leaf(folder, *authority, now);
  if (!leaf) {
    auto made = make_leaf(folder, *authority, now);
    if (!made) return std::unexpected(made.error());
    leaf = std::move(*made);
  }
  return DevelopmentCertificate{std::move(leaf->credential), folder + "/development-ca.pem",
                                authority->description.not_after, leaf->not_after, authority->is_new};
}

std::string how_to_trust(const DevelopmentCertificate& certificate, std::string_view address) {
  return fmt::format(
      "development certificate for localhost, 127.0.0.1 and ::1, valid until {}\n"
      "{} CA, valid until {}, good for nothing but this machine:\n"
      "  {}\n"
      "trust it in    handfast connect --ca {} {}\n"
      "               curl --cacert {} https://{}/\n"
      "               Chromium: certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n handfast-development -i {}\n",
      show(certificate.not_after), certificate.ca_is_new ? "new" : "known", show(certificate.ca_not_after),
      certificate.ca_file, certificate.ca_file, address, certificate.ca_file, address, certificate.ca_file);
}

}  // namespace handfast::tool
