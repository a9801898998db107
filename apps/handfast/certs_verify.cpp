// handfast certs verify: files in, verdict out.
#include "certs_verify.hpp"

#include <memory>
#include <optional>

#include <handfast/certificate.hpp>
#include <handfast/verify.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "files.hpp"
#include "report.hpp"
#include "tls_options.hpp"
#include "utc_time.hpp"

namespace handfast::tool {
namespace {

// Everything that is asked, owned here; the request views it.
struct Question {
  std::vector<Octets> chain;
  std::vector<Bytes> chain_views;
  std::vector<Octets> crls;
  std::vector<Bytes> crl_views;
  SecretOctets ocsp;
  std::shared_ptr<const TrustStore> trust;
  std::shared_ptr<const x509::PublicSuffixList> suffixes;
  std::optional<ServerName> name;
  x509::Purpose purpose = x509::Purpose::server;
  x509::Profile profile = x509::Profile::standard;
  x509::Revocation revocation = x509::Revocation::off;
  Time now;

  [[nodiscard]] x509::Verification ask() const {
    x509::VerificationRequest request;
    request.chain = chain_views;
    request.trust = trust.get();
    request.name = name ? &*name : nullptr;
    request.purpose = purpose;
    request.now = now;
    request.profile = profile;
    request.revocation = revocation;
    request.crls = crl_views;
    request.ocsp_response = ocsp;
    request.public_suffixes = suffixes.get();
    request.explain = true;
    return x509::verify(request);
  }
};

template <class Value>
struct Choice {
  std::string_view name;
  Value value;
};

constexpr Choice<x509::Purpose> purposes[] = {
    {"server", x509::Purpose::server}, {"client", x509::Purpose::client}, {"any", x509::Purpose::any}};
constexpr Choice<x509::Profile> profiles[] = {{"standard", x509::Profile::standard},
                                              {"webpki_strict", x509::Profile::webpki_strict}};
constexpr Choice<x509::Revocation> revocations[] = {{"off", x509::Revocation::off},
                                                    {"soft", x509::Revocation::soft_fail},
                                                    {"provided", x509::Revocation::where_provided},
                                                    {"hard", x509::Revocation::hard_fail}};

template <class Value, std::size_t Count>
Outcome<Value> choose(const Choice<Value> (&choices)[Count], std::string_view option,
                      const std::string& typed) {
  std::string known;
  for (const auto& choice : choices) {
    if (choice.name == typed) return choice.value;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", choice.name);
  }
  return usage_failure(fmt::format("{}: \"{}\" is none", option, printable(typed)),
                       fmt::format("Known: {}.", known));
}

Outcome<> read_chain(const CertsVerifyOptions& options, Question& question) {
  const auto content = read_file(options.chain);
  if (!content) return std::unexpected(content.error());
  auto chain = x509::read_certificates(*content);
  if (!chain) return usage_failure(options.chain, chain.error());
  question.chain = std::move(*chain);
  question.chain_views.assign(question.chain.begin(), question.chain.end());
  return {};
}

Outcome<> read_status(const CertsVerifyOptions& options, Question& question) {
  for (const std::string& path : options.crls) {
    const auto content = read_file(path);
    if (!content) return std::unexpected(content.error());
    auto lists = x509::read_crls(*content);
    if (!lists)
      return usage_failure(fmt::format("--crl {}: there is no revocation list in it", path),
                           "It has to be PEM (X509 CRL) or one list in DER.");
    for (Octets& list : *lists) question.crls.push_back(std::move(list));
  }
  question.crl_views.assign(question.crls.begin(), question.crls.end());
  if (options.ocsp.empty()) return {};
  auto response = read_file(options.ocsp);
  if (!response) return std::unexpected(response.error());
  if (response->empty())
    return usage_failure(fmt::format("--ocsp {}: the file is empty", options.ocsp),
                         "It has to be one OCSP response in DER, as `openssl ocsp -respout` writes it.");
  question.ocsp = std::move(*response);
  return {};
}

Outcome<std::shared_ptr<const TrustStore>> read_trust(const std::string& path) {
  if (!path.empty()) return load_trust("--ca", path);
  auto trust = TrustStore::system();
  if (!trust) return usage_failure("the system's roots", trust.error());
  return std::move(*trust);
}

Outcome<> read_choices(const CertsVerifyOptions& options, Question& question) {
  const auto purpose = choose(purposes, "--purpose", options.purpose);
  if (!purpose) return std::unexpected(purpose.error());
  const auto profile = choose(profiles, "--profile", options.profile);
  if (!profile) return std::unexpected(profile.error());
  // Whoever gives a list or a response wants it to count.
  const bool given = !options.crls.empty() || !options.ocsp.empty();
  const auto revocation = choose(revocations, "--revocation",
                                 !options.revocation.empty() ? options.revocation
                                 : given                     ? "provided"
                                                             : "off");
  if (!revocation) return std::unexpected(revocation.error());
  question.purpose = *purpose;
  question.profile = *profile;
  question.revocation = *revocation;
  question.now = system_now();
  if (options.time.empty()) return {};
  const auto time = parse_time(options.time);
  if (!time) return usage_failure(fmt::format("--time: {}", time.error().what), time.error().hint);
  question.now = *time;
  return {};
}

Outcome<> read_name(const CertsVerifyOptions& options, Question& question) {
  if (options.name.empty()) return {};
  auto name = ServerName::parse(options.name);
  if (!name) return usage_failure(fmt::format("--name \"{}\"", printable(options.name)), name.error());
  question.name = std::move(*name);
  return {};
}

Outcome<Question> read_question(const CertsVerifyOptions& options) {
  Question question;
  for (const auto step : {read_choices, read_name, read_chain, read_status})
    if (auto done = step(options, question); !done) return std::unexpected(done.error());
  auto trust = read_trust(options.ca);
  if (!trust) return std::unexpected(trust.error());
  question.trust = std::move(*trust);
  question.suffixes = system_suffixes();
  return question;
}

template <class Value, std::size_t Count>
std::string_view name_in(const Choice<Value> (&choices)[Count], Value value) {
  for (const auto& choice : choices)
    if (choice.value == value) return choice.name;
  return "";
}

std::string name_text(const Question& question) {
  return question.name ? question.name->text() : std::string();
}

std::string question_text(const CertsVerifyOptions& options, const Question& question) {
  return fmt::format(
      "asked: {}, as a {}, at {}; profile {}, roots of {}, revocation {}\n",
      question.name ? fmt::format("for {}", name_text(question)) : "for any name (--name compares one)",
      question.purpose == x509::Purpose::any ? "certificate for any purpose"
                                             : options.purpose + "'s certificate",
      show(question.now), name_in(profiles, question.profile),
      options.ca.empty() ? fmt::format("the system ({})", question.trust->size()) : options.ca,
      name_in(revocations, question.revocation));
}

nlohmann::json question_json(const CertsVerifyOptions& options, const Question& question) {
  return {{"chain", printable(options.chain, 4096)},
          {"ca", options.ca.empty() ? nlohmann::json() : nlohmann::json(printable(options.ca, 4096))},
          {"roots", question.trust->size()},
          {"name", question.name ? nlohmann::json(name_text(question)) : nlohmann::json()},
          {"purpose", options.purpose},
          {"time", iso(question.now)},
          {"profile", options.profile},
          {"revocation", name_in(revocations, question.revocation)}};
}

std::string answer(const CertsVerifyOptions& options, const Question& question,
                   const x509::Verification& verdict, ExitCode exit) {
  if (!options.json) return x509::to_text(verdict) + question_text(options, question);
  nlohmann::json json = nlohmann::json::parse(x509::to_json(verdict));
  json["asked"] = question_json(options, question);
  json["exit_code"] = static_cast<int>(exit);
  return json.dump() + "\n";
}

}  // namespace

CLI::App* CertsVerifyOptions::add_to(CLI::App& certs, CertsVerifyOptions& options) {
  CLI::App* command = certs.add_subcommand(
      "verify", "Say whether a chain is trusted, and why: every path that was tried, every finding");
  command
      ->add_option("chain", options.chain, "PEM file: the certificate in question first, then intermediates")
      ->type_name("CHAIN.pem")
      ->required();
  command->add_option("--ca", options.ca, "PEM file with the trusted roots (default: the system's)")
      ->type_name("FILE");
  command->add_option("--name", options.name, "DNS name or address that the certificate has to be for")
      ->type_name("NAME");
  command->add_option("--purpose", options.purpose, "what it is shown for: server, client or any")
      ->type_name("PURPOSE")
      ->capture_default_str();
  command
      ->add_option(
          "--time", options.time,
          "the moment to judge at, such as 2026-12-01T13:00:00Z or @SECONDS since 1970 (default: now)")
      ->type_name("TIME");
  command->add_option("--crl", options.crls, "revocation lists, PEM or DER; may be given again")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--ocsp", options.ocsp, "the OCSP response that a server would staple, in DER")
      ->type_name("FILE");
  command
      ->add_option(
          "--revocation", options.revocation,
          "off; soft: an unknown status is a warning; provided: what is given has to hold; hard: every "
          "certificate needs a status (default: provided if --crl or --ocsp is given, else off)")
      ->type_name("MODE");
  command
      ->add_option(
          "--profile", options.profile,
          "standard: breaches of rules that bind only issuers are warnings; webpki_strict: they refuse")
      ->type_name("PROFILE")
      ->capture_default_str();
  command->add_flag("--json", options.json, "print one JSON object instead of the tree");
  command->footer("Exit status: 0 trusted; 4 refused; 2 options, local files; 1 a bug in Handfast.");
  return command;
}

ExitCode run_certs_verify(const CertsVerifyOptions& options) {
  const auto question = read_question(options);
  if (!question) return report(question.error(), options.json);
  const x509::Verification verdict = question->ask();
  const ExitCode exit = verdict.ok() ? ExitCode::ok : ExitCode::certificate;
  const auto printed = write_output(answer(options, *question, verdict, exit));
  return printed ? exit : report(printed.error(), options.json);
}

}  // namespace handfast::tool
