// handfast certs delegate: a delegated credential for a public key.
#include "certs_delegate.hpp"

#include <array>

#include <handfast/certificate.hpp>
#include <handfast/delegated_credential.hpp>
#include <handfast/time.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "failure.hpp"
#include "files.hpp"

namespace handfast::tool {
namespace {

// One of them fits each key that may be delegated to.
constexpr std::array schemes = {SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ed25519,
                                SignatureScheme::ecdsa_secp384r1_sha384,
                                SignatureScheme::ecdsa_secp521r1_sha512, SignatureScheme::rsa_pss_pss_sha256};

Result<Octets> issue(const Credential& issuer, DelegationTemplate content, Time now) {
  auto issued = Result<Octets>(fail(ErrorCode::certificate_unsupported));
  for (const SignatureScheme scheme : schemes) {
    content.scheme = scheme;
    issued = issue_delegated_credential(issuer, content, now, system_random());
    if (issued) break;
  }
  return issued;
}

Outcome<std::string> delegate(const CertsDelegateOptions& options) {
  auto credentials = load_credentials(options.tls);
  if (!credentials) return std::unexpected(credentials.error());
  const auto file = read_file(options.public_key);
  if (!file) return std::unexpected(file.error());
  const auto key = x509::read_public_key(*file);
  if (!key) return usage_failure(fmt::format("--public-key {}", options.public_key), key.error());
  const Time now = system_now();
  DelegationTemplate content;
  content.role = options.client ? Role::client : Role::server;
  content.public_key = *key;
  content.not_after = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::hours(options.hours);
  const auto issued = issue(credentials->front(), content, now);
  if (!issued) return usage_failure(options.tls.certificates.front(), issued.error());
  return delegated_credential_to_pem(*issued);
}

}  // namespace

CLI::App* CertsDelegateOptions::add_to(CLI::App& certs, CertsDelegateOptions& options) {
  CLI::App* command = certs.add_subcommand(
      "delegate",
      "Let a certificate's key vouch for another key (RFC 9345): for serve or connect --delegated");
  command
      ->add_option("--cert", options.tls.certificates,
                   "PEM file with the certificate; it has to allow this (DelegationUsage)")
      ->type_name("FILE")
      ->required()
      ->expected(1);
  command
      ->add_option("--key", options.tls.keys, "PEM file with its private key (default: the file of --cert)")
      ->type_name("FILE")
      ->expected(1);
  command
      ->add_option("--passphrase-file", options.tls.passphrase_file, "the first line opens an encrypted key")
      ->type_name("FILE");
  command->add_option("--public-key", options.public_key, "PEM file with the public key that is vouched for")
      ->type_name("FILE")
      ->required();
  command->add_option("--hours", options.hours, "for how long, within a week and the certificate's own time")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1U, 168U).description(""));
  command->add_flag("--client", options.client, "for a client that proves itself; else for a server");
  command->add_option("--out", options.out, "file to write (default: standard output)")->type_name("FILE");
  command->footer("Exit status: 0 written; 2 options, local files; 1 a bug in Handfast.");
  return command;
}

ExitCode run_certs_delegate(const CertsDelegateOptions& options) {
  const auto pem = delegate(options);
  if (!pem) return report(pem.error(), false);
  constexpr unsigned readable = 0644;  // it is of no use without its key
  const auto written =
      options.out.empty() ? write_output(*pem) : write_file(options.out, as_bytes(*pem), readable);
  return written ? ExitCode::ok : report(written.error(), false);
}

}  // namespace handfast::tool
