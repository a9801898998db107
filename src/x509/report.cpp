// Verdicts as a tree for people, and as data.
#include <handfast/findings.hpp>

#include "x509/describe_path.hpp"
#include "x509/json.hpp"
#include "x509/judge.hpp"
#include "x509/text.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

std::string time_text(Time time) { return to_text(std::chrono::floor<std::chrono::seconds>(time)); }
std::string timestamp(Time time) { return to_timestamp(std::chrono::floor<std::chrono::seconds>(time)); }

std::string place_of(const ExaminedCertificate& certificate) {
  if (certificate.source == ExaminedCertificate::Source::store) return "root in the trust store";
  return certificate.position == 0 ? "certificate 0 (leaf)"
                                   : joined({"certificate ", std::to_string(certificate.position)});
}

/// Lines with an indent, of which the sentence and what was found are the first, and what to do the second.
void print_finding(std::string& out, const Finding& finding, std::string_view indent) {
  const FindingInfo& info = finding.info();
  out.append(indent).append(name_of(finding.severity)).append(": ").append(info.sentence);
  if (!finding.found.empty()) out.append(" [").append(finding.found).append("]");
  out.append(" (").append(info.name).append(", ").append(info.section).append(")\n");
  if (finding.severity == Severity::error)
    out.append(indent).append("  hint: ").append(info.hint).append("\n");
}

void print_certificate(std::string& out, const ExaminedCertificate& certificate) {
  out.append("  ").append(place_of(certificate)).append(": ");
  out.append(certificate.subject.empty() ? "(empty name)" : certificate.subject).append("\n");
  out.append("      ").append(certificate.key);
  if (!certificate.serial.empty()) {
    out.append(", ")
        .append(time_text(certificate.not_before))
        .append(" to ")
        .append(time_text(certificate.not_after));
    out.append("\n      issued by ").append(certificate.issuer.empty() ? "(empty name)" : certificate.issuer);
    out.append(", signed with ").append(certificate.signature_algorithm);
    out.append("\n      SHA-256 ").append(hex(certificate.sha256));
  }
  out += "\n";
  for (const Finding& finding : certificate.findings) print_finding(out, finding, "      ");
}

void print_attempt(std::string& out, const Attempt& attempt, std::size_t number) {
  out.append("path ")
      .append(std::to_string(number))
      .append(attempt.accepted ? ": accepted\n" : ": refused\n");
  for (const ExaminedCertificate& certificate : attempt.certificates) print_certificate(out, certificate);
  for (const Finding& finding : attempt.findings) print_finding(out, finding, "  ");
}

void write_findings(JsonWriter& json, const std::vector<Finding>& findings) {
  json.key("findings");
  json.begin_array();
  for (const Finding& finding : findings) {
    const FindingInfo& info = finding.info();
    json.begin_object();
    json.member("code", info.name);
    json.member("severity", name_of(finding.severity));
    json.member("sentence", info.sentence);
    json.member("found", finding.found);
    json.member("hint", info.hint);
    json.member("section", info.section);
    json.end_object();
  }
  json.end_array();
}

void write_certificate(JsonWriter& json, const ExaminedCertificate& certificate) {
  const bool sent = certificate.source == ExaminedCertificate::Source::peer;
  json.begin_object();
  json.member("source", sent ? "peer" : "store");
  json.member("position", std::uint64_t{certificate.position});
  json.member("subject", certificate.subject);
  json.member("key", certificate.key);
  if (!certificate.serial.empty()) {
    json.member("issuer", certificate.issuer);
    json.member("serial", certificate.serial);
    json.member("signature_algorithm", certificate.signature_algorithm);
    json.member("not_before", timestamp(certificate.not_before));
    json.member("not_after", timestamp(certificate.not_after));
    json.member("sha256", hex(certificate.sha256));
  }
  write_findings(json, certificate.findings);
  json.end_object();
}

void write_work(JsonWriter& json, const Work& work) {
  json.key("work");
  json.begin_object();
  json.member("signature_checks", std::uint64_t{work.signature_checks});
  json.member("cached_signatures", std::uint64_t{work.cached_signatures});
  json.member("issuers_considered", std::uint64_t{work.issuers_considered});
  json.member("names_compared", std::uint64_t{work.names_compared});
  json.end_object();
}

}  // namespace

void Judge::write(FindingCode code, Severity severity, std::size_t where, std::string found) {
  Finding finding{code, severity, std::move(found)};
  if (where < record_->certificates.size())
    record_->certificates[where].findings.push_back(std::move(finding));
  else
    record_->findings.push_back(std::move(finding));
}

std::string to_text(const Verification& verification) {
  std::string out =
      verification.ok() ? "accepted\n" : joined({"refused: ", describe(verification.error), "\n"});
  for (const Finding& finding : verification.findings) print_finding(out, finding, "  ");
  std::size_t number = 0;
  for (const Attempt& attempt : verification.attempts) print_attempt(out, attempt, ++number);
  return out;
}

std::string to_json(const Verification& verification) {
  JsonWriter json;
  json.begin_object();
  json.member("accepted", verification.ok());
  if (!verification.ok()) {
    json.key("error");
    json.begin_object();
    json.member("code", name_of(verification.error.code));
    json.member("alert", to_string(verification.error.alert));
    json.member("text", describe(verification.error));
    json.end_object();
  }
  json.key("path");
  json.begin_array();
  for (const std::uint16_t position : verification.path) json.value(std::uint64_t{position});
  json.end_array();
  json.key("attempts");
  json.begin_array();
  for (const Attempt& attempt : verification.attempts) {
    json.begin_object();
    json.member("accepted", attempt.accepted);
    json.key("certificates");
    json.begin_array();
    for (const ExaminedCertificate& certificate : attempt.certificates) write_certificate(json, certificate);
    json.end_array();
    write_findings(json, attempt.findings);
    json.end_object();
  }
  json.end_array();
  write_findings(json, verification.findings);
  write_work(json, verification.work);
  json.end_object();
  return json.take();
}

}  // namespace handfast::x509
