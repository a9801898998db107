// The options that connect and serve share.
#include "tls_options.hpp"

#include <algorithm>
#include <array>

#include <handfast/certificate.hpp>
#include <handfast/certificate_properties.hpp>
#include <handfast/time.hpp>
#include <handfast/trust_anchor_id.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "files.hpp"
#include "report.hpp"

namespace handfast::tool {
namespace {

constexpr std::array all_groups = {
    NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::SecP384r1MLKEM1024,
    NamedGroup::x25519,         NamedGroup::secp256r1,         NamedGroup::secp384r1,
    NamedGroup::secp521r1,      NamedGroup::MLKEM768,          NamedGroup::MLKEM1024};

// All that this library makes and RFC 9345 §4 allows.
constexpr Preferences<SignatureScheme, 8> delegation_schemes = {
    SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ed25519,
    SignatureScheme::ecdsa_secp384r1_sha384, SignatureScheme::ecdsa_secp521r1_sha512,
    SignatureScheme::rsa_pss_pss_sha256,     SignatureScheme::rsa_pss_pss_sha384,
    SignatureScheme::rsa_pss_pss_sha512};

template <class List>
std::string list(const List& values) {
  std::vector<std::string_view> names;
  names.reserve(values.size());
  for (const auto value : values) names.push_back(name_of(value));
  return fmt::format("{}", fmt::join(names, ", "));
}

// Every suite that some policy has.
std::string suite_names() {
  Preferences<CipherSuite, 64> suites;
  for (const Policy* policy : policies::all())
    for (const CipherSuite suite : policy->cipher_suites) suites.add(suite);
  return list(suites);
}

std::string compression_names() {
  std::vector<std::string> names;
  for (const auto& compression : certificate_compression::all())
    names.push_back(to_string(compression->algorithm()));
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

Outcome<Octets> parse_anchor(std::string_view option, const std::string& text) {
  auto id = parse_trust_anchor_id(text);
  if (id) return std::move(*id);
  return usage_failure(fmt::format("{}: \"{}\" is no trust anchor ID", option, printable(text)),
                       "Write numbers with dots between them: 32473.1.");
}

Outcome<> fill_trust_anchors(const std::vector<std::string>& texts, CommonSettings& settings) {
  if (texts.empty()) return {};
  auto& requested = settings.requested_trust_anchors.emplace();
  if (texts == std::vector<std::string>{"none"}) return {};
  for (const std::string& text : texts) {
    auto id = parse_anchor("--trust-anchors", text);
    if (!id) return std::unexpected(id.error());
    requested.push_back(std::move(*id));
  }
  return {};
}

std::string policy_names() {
  std::string names = "default, modern, classic";
  for (const Policy* policy : policies::all()) names += fmt::format(", {}", policy->name);
  return names;
}

// Replaces a list of the policy by the names that were given.
template <class List, class Parse>
Outcome<> replace(List& values, const std::vector<std::string>& names, std::string_view what, Parse parse,
                  const std::string& known) {
  if (names.empty()) return {};
  values.clear();
  for (const std::string& name : names) {
    const auto value = parse(name);
    if (!value)
      return usage_failure(fmt::format("unknown {} \"{}\"", what, printable(name)),
                           fmt::format("Known: {}.", known));
    values.add(*value);
  }
  return {};
}

// A client offers shares for what it did before, as far as it still may, in its new order (RFC 8446 §4.2.8);
// else for its first choice.
void choose_key_shares(Policy& policy) {
  const auto before = policy.key_shares;
  policy.key_shares.clear();
  for (const NamedGroup group : policy.groups)
    if (before.contains(group)) policy.key_shares.add(group);
  if (policy.key_shares.empty()) policy.key_shares.add(policy.groups.front());
}

Outcome<> replace_version(ProtocolVersion& version, const std::string& name, std::string_view option) {
  if (name.empty()) return {};
  const auto parsed = parse_protocol_version(name);
  if (!parsed)
    return usage_failure(fmt::format("{}: unknown version \"{}\"", option, printable(name)),
                         "Known: 1.2 and 1.3.");
  version = *parsed;
  return {};
}

Outcome<std::string> read_passphrase(const std::string& path) {
  if (path.empty()) return std::string();
  const auto content = read_file(path);
  if (!content) return std::unexpected(content.error());
  const std::string_view text = as_text(*content);
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

// Whose fault is it: each error of Credential::from_pem names the file that has to change.
std::unexpected<Failure> credential_failure(const Error& error, const std::string& certificate,
                                            const std::string& key) {
  switch (error.code) {
    case ErrorCode::key_mismatch: {
      auto failure = usage_failure(fmt::format("{} and {}", certificate, key), error);
      failure.error().what =
          fmt::format("the private key in {} does not belong to what is in {}", key, certificate);
      return failure;
    }
    case ErrorCode::bad_pem:
    case ErrorCode::no_private_key_in_file:
    case ErrorCode::bad_private_key:
    case ErrorCode::unsupported_private_key:
    case ErrorCode::passphrase_needed:
    case ErrorCode::wrong_passphrase: {
      auto failure = usage_failure(key, error);
      if (error.code == ErrorCode::passphrase_needed) failure.error().hint = "Give --passphrase-file.";
      return failure;
    }
    default: return usage_failure(certificate, error);
  }
}

}  // namespace

void add_seconds(CLI::App& command, const std::string& option, double& seconds, const std::string& meaning) {
  // CLI::Range lets what is no number through.
  const auto in_range = [](const std::string& text) -> std::string {
    double value = -1;
    const bool fits = CLI::detail::lexical_cast(text, value) && value >= 0.0 && value <= 1e6;
    return fits ? "" : text + " is not from 0 to 1000000 seconds";
  };
  command.add_option(option, seconds, meaning)->type_name("SECONDS")->capture_default_str()->check(in_range);
}

void TlsOptions::add_algorithms_to(CLI::App& command) {
  command
      .add_option("--alpn", application_protocols, "application protocols, most wanted first: h2,http/1.1")
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--policy", policy, "named choice of algorithms: " + policy_names())
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--groups", groups, "key exchange groups instead of the policy's: " + list(all_groups))
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--ciphers", ciphers,
                  "cipher suites instead of the policy's, by their RFC names: TLS_AES_128_GCM_SHA256,...")
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--compress", compressions,
                  "compression of certificates (RFC 8879), most wanted first; here: " + compression_names())
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--trust-anchors", trust_anchors,
                  "IDs of CAs whose certificates the peer may best show, such as 32473.1 (a draft of the "
                  "IETF, TLS 1.3); none: only ask which ones it has")
      ->type_name("ID,ID")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void TlsOptions::add_to(CLI::App& command) {
  command.add_option("--cert", certificates, "PEM file with our certificate, then its intermediates")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--key", keys, "PEM file with its private key (default: the file of --cert)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option(
          "--delegated", delegated,
          "delegated credential (RFC 9345) for the --cert at the same place, whose --key is then its key")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option(
          "--cert-anchor", certificate_anchors,
          "trust anchor ID of the CA that issued the --cert at the same place, for peers that ask for "
          "it (default: as its file says, in a block CERTIFICATE PROPERTIES)")
      ->type_name("ID")
      ->allow_extra_args(false);
  command.add_flag("--accept-delegated", accept_delegated,
                   "take a delegated credential of the peer (RFC 9345)");
  command
      .add_option("--raw-key", raw_keys,
                  "PEM file with a private key that is shown without a certificate (RFC 7250)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option(
          "--peer-key", peer_keys,
          "PEM file with a public key: the peer may show it without a certificate, and is trusted then")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--passphrase-file", passphrase_file, "the first line opens encrypted keys")
      ->type_name("FILE");
  add_algorithms_to(command);
  command.add_option("--min", min_version, "lowest TLS version, 1.2 or 1.3")->type_name("V");
  command.add_option("--max", max_version, "highest TLS version")->type_name("V");
  command
      .add_option("--keylog", key_log,
                  "append the connection's secrets (SSLKEYLOGFILE format): whoever reads them reads all")
      ->type_name("FILE");
}

Outcome<Policy> make_policy(const TlsOptions& options) {
  const Policy* named = policies::find(options.policy);
  if (named == nullptr)
    return usage_failure(fmt::format("unknown policy \"{}\"", printable(options.policy)),
                         fmt::format("Known: {}.", policy_names()));
  Policy policy = *named;
  if (auto done = replace(policy.groups, options.groups, "group", parse_named_group, list(all_groups)); !done)
    return std::unexpected(done.error());
  if (auto done =
          replace(policy.cipher_suites, options.ciphers, "cipher suite", parse_cipher_suite, suite_names());
      !done)
    return std::unexpected(done.error());
  if (!options.groups.empty()) choose_key_shares(policy);
  if (auto done = replace_version(policy.min_version, options.min_version, "--min"); !done)
    return std::unexpected(done.error());
  if (auto done = replace_version(policy.max_version, options.max_version, "--max"); !done)
    return std::unexpected(done.error());
  if (policy.min_version > policy.max_version)
    return usage_failure(fmt::format("the lowest version {} is above the highest {}",
                                     name_of(policy.min_version), name_of(policy.max_version)),
                         "Change --min, --max or --policy.");
  return policy;
}

namespace {

std::unexpected<Failure> validity_failure(const std::string& path, const Credential& credential,
                                          const Error& error, Time now) {
  auto failure = usage_failure(path, error);
  const auto leaf = x509::describe_certificate(credential.chain().front());
  if (leaf && now < leaf->not_before)
    failure.error().hint =
        fmt::format("Wait until {}, or correct this machine's clock.", show(leaf->not_before));
  return failure;
}

// The certificate at this place with its own key, or with the delegated credential that is for the key.
Outcome<Credential> make_credential(const TlsOptions& options, std::size_t place, Bytes chain, Bytes key,
                                    std::string_view passphrase) {
  const bool delegated = place < options.delegated.size();
  const std::string& key_path = options.keys.empty() ? options.certificates[place] : options.keys[place];
  if (!delegated) {
    auto credential = Credential::from_pem(chain, key, passphrase);
    if (!credential) return credential_failure(credential.error(), options.certificates[place], key_path);
    return std::move(*credential);
  }
  const std::string& path = options.delegated[place];
  const auto content = read_file(path);
  if (!content) return std::unexpected(content.error());
  auto credential = Credential::delegated(chain, *content, key, passphrase);
  if (!credential) return credential_failure(credential.error(), path, key_path);
  return std::move(*credential);
}

// The same with what its file, or --cert-anchor, says of its issuer.
Outcome<Credential> add_properties(const TlsOptions& options, std::size_t place, Bytes file,
                                   const Credential& credential) {
  CertificateProperties properties;
  const bool der = !file.empty() && file.front() == 0x30;
  if (!der) {
    auto read = read_certificate_properties(file);
    if (!read) return usage_failure(options.certificates[place], read.error());
    properties = std::move(*read);
  }
  if (place < options.certificate_anchors.size()) {
    auto id = parse_anchor("--cert-anchor", options.certificate_anchors[place]);
    if (!id) return std::unexpected(id.error());
    properties.trust_anchor_id = std::move(*id);
  }
  auto complete = credential.with_certificate_properties(std::move(properties));
  if (!complete) return usage_failure(options.certificates[place], complete.error());
  return std::move(*complete);
}

// How many there are of each fits how they belong together.
Outcome<> check_counts(const TlsOptions& options) {
  if (options.keys.size() > options.certificates.size())
    return usage_failure("there are more --key than --cert",
                         "Each --key belongs to the --cert at the same place.");
  if (!options.keys.empty() && options.keys.size() != options.certificates.size())
    return usage_failure("there are more --cert than --key",
                         "Give one --key for each --cert, in the same order.");
  if (options.delegated.size() > options.keys.size())
    return usage_failure("there are more --delegated than --key",
                         "Each --delegated belongs to the --cert at the same place, whose --key is its key.");
  if (options.certificate_anchors.size() > options.certificates.size())
    return usage_failure("there are more --cert-anchor than --cert",
                         "Each --cert-anchor belongs to the --cert at the same place.");
  return {};
}

}  // namespace

Outcome<std::vector<Credential>> load_credentials(const TlsOptions& options) {
  if (auto fits = check_counts(options); !fits) return std::unexpected(fits.error());
  const auto passphrase = read_passphrase(options.passphrase_file);
  if (!passphrase) return std::unexpected(passphrase.error());
  std::vector<Credential> credentials;
  for (std::size_t i = 0; i < options.certificates.size(); ++i) {
    const std::string& certificate = options.certificates[i];
    const std::string& key = options.keys.empty() ? certificate : options.keys[i];
    const auto chain = read_file(certificate);
    if (!chain) return std::unexpected(chain.error());
    const auto secret = read_file(key);
    if (!secret) return std::unexpected(secret.error());
    // From here on what is no PEM is the key.
    if (const auto read = x509::read_certificates(*chain); !read)
      return usage_failure(certificate, read.error());
    auto credential = make_credential(options, i, *chain, *secret, *passphrase);
    if (!credential) return std::unexpected(credential.error());
    const Time now = system_now();
    if (const auto valid = credential->check_validity(now); !valid)
      return validity_failure(certificate, *credential, valid.error(), now);
    auto complete = add_properties(options, i, *chain, *credential);
    if (!complete) return std::unexpected(complete.error());
    credentials.push_back(std::move(*complete));
  }
  for (const std::string& key : options.raw_keys) {
    const auto secret = read_file(key);
    if (!secret) return std::unexpected(secret.error());
    auto credential = Credential::raw_public_key(*secret, *passphrase);
    if (!credential) return credential_failure(credential.error(), key, key);
    credentials.push_back(std::move(*credential));
  }
  return credentials;
}

std::string credential_file(const TlsOptions& options, std::size_t place) {
  if (place < options.certificates.size()) return options.certificates[place];
  place -= options.certificates.size();
  return place < options.raw_keys.size() ? options.raw_keys[place] : "the development certificate";
}

bool concerns_credentials(const Error& error) noexcept {
  return error.detail != nullptr && std::string_view(error.detail).starts_with("credentials: ");
}

Outcome<std::shared_ptr<const TrustStore>> load_trust(std::string_view option, const std::string& path,
                                                      TrustStore::KeyUse use) {
  const auto content = read_file(path);
  if (!content) return std::unexpected(content.error());
  auto trust = TrustStore::from_file(path, use);
  if (!trust) return usage_failure(fmt::format("{} {}", option, path), trust.error());
  return std::move(*trust);
}

std::shared_ptr<const x509::PublicSuffixList> system_suffixes() {
  auto suffixes = x509::PublicSuffixList::system();
  return suffixes ? std::move(*suffixes) : nullptr;
}

Outcome<> fill_peer_keys(const TlsOptions& options, bool with_certificates, CommonSettings& settings) {
  for (const std::string& path : options.peer_keys) {
    const auto content = read_file(path);
    if (!content) return std::unexpected(content.error());
    auto key = x509::read_public_key(*content);
    if (!key) return usage_failure(fmt::format("--peer-key {}", path), key.error());
    settings.trusted_public_keys.push_back(std::move(*key));
  }
  if (options.peer_keys.empty()) return {};
  settings.peer_certificate_types = {CertificateType::RawPublicKey};
  if (with_certificates) settings.peer_certificate_types.add(CertificateType::X509);
  return {};
}

Outcome<> fill_compressions(const TlsOptions& options, CommonSettings& settings) {
  const auto all = certificate_compression::all();
  for (const std::string& name : options.compressions) {
    const auto found =
        std::ranges::find(all, name, [](const auto& each) { return name_of(each->algorithm()); });
    if (found == all.end())
      return usage_failure(fmt::format("--compress: unknown compression \"{}\"", printable(name)),
                           fmt::format("Known: {}.", compression_names()));
    settings.certificate_compression.push_back(*found);
  }
  return {};
}

Outcome<> fill_settings(const TlsOptions& options, CommonSettings& settings) {
  auto policy = make_policy(options);
  if (!policy) return std::unexpected(policy.error());
  settings.policy = *policy;
  for (const std::string& protocol : options.application_protocols)
    if (protocol.empty() || protocol.size() > 255)
      return usage_failure("--alpn: a protocol's name has 1 to 255 octets", "Write --alpn h2,http/1.1.");
  settings.application_protocols = options.application_protocols;
  if (options.accept_delegated) settings.delegated_credentials = delegation_schemes;
  if (auto filled = fill_compressions(options, settings); !filled) return filled;
  if (auto filled = fill_trust_anchors(options.trust_anchors, settings); !filled) return filled;
  if (options.key_log.empty()) return {};
  auto log = key_log_file(options.key_log);
  if (!log) return usage_failure(fmt::format("--keylog {}", options.key_log), log.error());
  settings.key_log = std::move(*log);
  return {};
}

Failure key_log_failure(const std::error_code& reason) {
  return usage_failure(fmt::format("secrets are missing in the key log: {}", reason.message()),
                       "Make room where --keylog puts it; what was logged before can still be used.")
      .error();
}

}  // namespace handfast::tool
