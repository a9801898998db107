// The options that connect and serve share, and what becomes of them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <handfast/config.hpp>
#include <handfast/credential.hpp>
#include <handfast/policy.hpp>
#include <handfast/public_suffixes.hpp>
#include <handfast/trust.hpp>

#include <CLI/App.hpp>

#include "failure.hpp"

namespace handfast::tool {

/// Values as typed; empty: not given.
struct TlsOptions {
  std::vector<std::string> certificates;  ///< files; the n-th belongs to the n-th key
  std::vector<std::string> keys;
  std::vector<std::string> delegated;  ///< the n-th belongs to the n-th certificate, and has the n-th key
  bool accept_delegated = false;       ///< of the peer
  std::vector<std::string> certificate_anchors;  ///< IDs; the n-th belongs to the n-th certificate
  std::vector<std::string> trust_anchors;        ///< IDs that the peer is told; "none": it is only asked
  std::vector<std::string> raw_keys;             ///< private keys to be shown as raw public keys
  std::vector<std::string> peer_keys;            ///< raw public keys that are trusted
  std::string passphrase_file;
  std::vector<std::string> compressions;  ///< of certificates
  std::vector<std::string> application_protocols;
  std::string policy = "default";
  std::vector<std::string> groups;
  std::vector<std::string> ciphers;
  std::string min_version;
  std::string max_version;
  std::string key_log;

  /// Declares those that choose algorithms and protocols.
  void add_algorithms_to(CLI::App& command);
  /// Declares all of them on a subcommand.
  void add_to(CLI::App& command);
};

/// Declares an option that takes seconds, up to 1,000,000; `meaning` says of what.
void add_seconds(CLI::App& command, const std::string& option, double& seconds, const std::string& meaning);
/// The named policy with groups, ciphers and versions replaced by those that were given.
Outcome<Policy> make_policy(const TlsOptions& options);
/// The certificates with their keys, checked to be valid now.
Outcome<std::vector<Credential>> load_credentials(const TlsOptions& options);
/// The file of the i-th of them; "the development certificate" behind the last.
std::string credential_file(const TlsOptions& options, std::size_t place);
/// Whether settings do not fit together because of a credential.
bool concerns_credentials(const Error& error) noexcept;
/// The CA certificates of a file.
Outcome<std::shared_ptr<const TrustStore>> load_trust(std::string_view option, const std::string& path,
                                                      TrustStore::KeyUse use = TrustStore::KeyUse::seldom);
/// Debian's list of public suffixes; null without its package: then only wildcards directly below top-level
/// domains are too broad.
std::shared_ptr<const x509::PublicSuffixList> system_suffixes();
/// Raw public keys that are accepted of the peer; none: it has to show a certificate, which it otherwise may
/// only with `with_certificates`.
Outcome<> fill_peer_keys(const TlsOptions& options, bool with_certificates, CommonSettings& settings);
/// The compressions of certificates that are named.
Outcome<> fill_compressions(const TlsOptions& options, CommonSettings& settings);
/// What both roles have in common.
Outcome<> fill_settings(const TlsOptions& options, CommonSettings& settings);
/// Secrets are missing in the file of --keylog.
Failure key_log_failure(const std::error_code& reason);

/// A configuration of settings whose credentials are those of load_credentials(). If one of them does not
/// suit the rest, its file is named.
template <class Config, class Settings>
Outcome<std::shared_ptr<const Config>> make_configuration(
    const TlsOptions& options, Settings settings, Result<std::shared_ptr<const Config>> (*make)(Settings)) {
  auto config = make(settings);
  if (config) return std::move(*config);
  const Error& error = config.error();
  const std::vector<Credential> all = std::move(settings.credentials);
  for (std::size_t i = 0; concerns_credentials(error) && i < all.size(); ++i) {
    settings.credentials.assign(1, all[i]);
    if (const auto alone = make(settings); !alone && concerns_credentials(alone.error()))
      return usage_failure(credential_file(options, i), alone.error());
  }
  return usage_failure("these options do not fit together", error);
}

}  // namespace handfast::tool
