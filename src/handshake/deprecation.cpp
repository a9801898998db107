// What is deprecated in a handshake, by its summary.
#include <handfast/deprecation.hpp>

#include "schedule/suite.hpp"

namespace handfast {
namespace {

using schedule::SuiteInfo;

struct Rule {
  bool (*used)(const Summary& summary, const SuiteInfo& suite);
  Deprecation text;
};

// All of them are about TLS 1.2.
constexpr auto rules = std::to_array<Rule>({
    {[](const Summary&, const SuiteInfo& suite) { return suite.key_exchange == schedule::KeyExchange::rsa; },
     {"RSA key transport", "whoever gets the server's key later can read everything recorded today",
      "TLS 1.3, or a suite with ECDHE", "RFC 10015, RFC 9325 §4.1"}},
    {[](const Summary& summary, const SuiteInfo& suite) {
       return suite.cbc.has_value() && !summary.encrypt_then_mac;
     },
     {"CBC with the MAC inside",
      "padding and MAC have given away plaintext again and again (Lucky Thirteen, POODLE)",
      "TLS 1.3, or a suite with GCM or ChaCha20-Poly1305; encrypt_then_mac at least",
      "RFC 9325 §4.2, RFC 7366"}},
    {[](const Summary& summary, const SuiteInfo& suite) {
       return suite.cbc.has_value() && summary.encrypt_then_mac;
     },
     {"CBC", "it is no authenticated encryption, even with the MAC outside",
      "TLS 1.3, or a suite with GCM or ChaCha20-Poly1305", "RFC 9325 §4.2"}},
    {[](const Summary&, const SuiteInfo& suite) {
       return suite.cbc.has_value() && suite.cbc->mac == crypto::HashAlgorithm::sha1;
     },
     {"SHA-1 in the MAC", "SHA-1 is broken as a hash; its HMAC is only not broken yet",
      "TLS 1.3, or a suite of SHA-256 or SHA-384", "RFC 9325 §4.2"}},
    {[](const Summary& summary, const SuiteInfo&) { return !summary.extended_master_secret; },
     {"no extended_master_secret", "one connection's secrets can be made those of another (triple handshake)",
      "TLS 1.3, or a peer that knows RFC 7627", "RFC 7627, RFC 9325 §3.5"}},
    {[](const Summary& summary, const SuiteInfo&) { return !summary.secure_renegotiation; },
     {"no renegotiation_info", "the peer may splice this connection behind another one",
      "TLS 1.3, or a peer that knows RFC 5746", "RFC 5746, RFC 9325 §3.5"}},
    {[](const Summary&, const SuiteInfo&) { return true; },
     {"TLS 1.2", "certificates and names travel in the clear, and nothing new is added to it", "TLS 1.3",
      "RFC 9325 §3.1.1, RFC 9851"}},
});

}  // namespace

std::vector<Deprecation> deprecations(const Summary& summary) {
  std::vector<Deprecation> found;
  const SuiteInfo* suite = schedule::suite_info(summary.cipher_suite);
  if (suite == nullptr || suite->version != ProtocolVersion::tls12) return found;
  for (const Rule& rule : rules)
    if (rule.used(summary, *suite)) found.push_back(rule.text);
  return found;
}

}  // namespace handfast
