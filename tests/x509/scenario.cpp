// Scenarios.
#include "x509/scenario.hpp"

#include <stdexcept>

namespace handfast::test {
namespace {

const Octets root_id = {1, 1, 1, 1};
const Octets intermediate_id = {2, 2, 2, 2};
const Octets leaf_id = {3, 3, 3, 3};

}  // namespace

Scenario::Scenario() {
  using x509::KeyUsage;
  root.subject = root.issuer = common_name("Test Root");
  root.serial = der::integer(1);
  root.key = root_key->info;
  root.validity = validity(moment(2020, 1, 1), moment(2040, 1, 1));
  root.extensions = {basic_constraints(true), key_usage(KeyUsage::key_cert_sign | KeyUsage::crl_sign),
                     subject_key_id(root_id)};

  intermediate.issuer = root.subject;
  intermediate.subject = common_name("Test Intermediate");
  intermediate.serial = der::integer(2);
  intermediate.key = intermediate_key->info;
  intermediate.validity = validity(moment(2022, 1, 1), moment(2035, 1, 1));
  intermediate.extensions = {basic_constraints(true), key_usage(KeyUsage::key_cert_sign | KeyUsage::crl_sign),
                             subject_key_id(intermediate_id), authority_key_id(root_id)};

  leaf.issuer = intermediate.subject;
  leaf.subject = common_name("www.example.com");
  leaf.serial = der::integer(3);
  leaf.key = leaf_key->info;
  leaf.validity = validity(moment(2026, 1, 1), moment(2026, 12, 31));
  leaf.extensions = {basic_constraints(false),
                     key_usage(KeyUsage::digital_signature),
                     extended_key_usage({oid::server_auth, oid::client_auth}),
                     alternative_names({dns("www.example.com"), dns("example.com")}),
                     subject_key_id(leaf_id),
                     authority_key_id(intermediate_id)};
}

Octets Scenario::make_leaf() const {
  Octets octets = leaf.sign(*intermediate_key);
  if (edit_leaf) edit_leaf(octets);
  return octets;
}

ListForge Scenario::leaf_list() const {
  ListForge list;
  list.issuer = intermediate.subject;
  list.extensions.push_back(authority_key_id(intermediate_id));
  return list;
}

ListForge Scenario::intermediate_list() const {
  ListForge list;
  list.issuer = root.subject;
  list.extensions.push_back(authority_key_id(root_id));
  return list;
}

ResponseForge Scenario::leaf_response() const {
  ResponseForge response;
  response.issuer_name = intermediate.subject;
  response.issuer_key_info = intermediate_key->info;
  response.serial = leaf.serial;
  return response;
}

x509::Verification Scenario::verify() const {
  std::vector<Octets> sent = {make_leaf()};
  if (send_intermediate) sent.push_back(make_intermediate());
  sent.insert(sent.end(), extra.begin(), extra.end());
  const std::vector<Bytes> chain(sent.begin(), sent.end());
  const std::vector<Bytes> lists(crls.begin(), crls.end());

  TrustStore::Builder builder;
  if (trust_root && !builder.add_certificate(make_root()))
    throw std::runtime_error("the root does not parse");
  for (const Octets& anchor : trusted)
    if (!builder.add_certificate(anchor)) throw std::runtime_error("an anchor does not parse");
  const auto store = builder.build();

  std::optional<ServerName> wanted;
  if (name) {
    auto parsed = ServerName::parse(*name);
    if (!parsed) throw std::runtime_error("the wanted name does not parse");
    wanted = std::move(*parsed);
  }
  x509::VerificationRequest request;
  request.chain = chain;
  request.trust = store.get();
  request.name = wanted ? &*wanted : nullptr;
  request.now = now;
  request.profile = profile;
  request.crls = lists;
  request.ocsp_response = ocsp_response;
  request.explain = explain;
  if (tweak) tweak(request);
  return x509::verify(request);
}

std::multiset<x509::FindingCode> codes_of(const x509::Verification& verification, x509::Severity least) {
  std::multiset<x509::FindingCode> codes;
  const auto add = [&](const std::vector<x509::Finding>& findings) {
    for (const x509::Finding& finding : findings)
      if (finding.severity <= least) codes.insert(finding.code);
  };
  add(verification.findings);
  for (const x509::Attempt& attempt : verification.attempts) {
    add(attempt.findings);
    for (const x509::ExaminedCertificate& certificate : attempt.certificates) add(certificate.findings);
  }
  return codes;
}

bool has(const x509::Verification& verification, x509::FindingCode code, x509::Severity severity) {
  bool found = false;
  const auto look = [&](const std::vector<x509::Finding>& findings) {
    for (const x509::Finding& finding : findings)
      found = found || (finding.code == code && finding.severity == severity);
  };
  look(verification.findings);
  for (const x509::Attempt& attempt : verification.attempts) {
    look(attempt.findings);
    for (const x509::ExaminedCertificate& certificate : attempt.certificates) look(certificate.findings);
  }
  return found;
}

}  // namespace handfast::test
