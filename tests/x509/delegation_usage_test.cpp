// Certificates that may delegate (RFC 9345 §4.2).
#include "x509/delegation_usage.hpp"

#include <handfast/certificate.hpp>
#include <handfast/issue.hpp>

#include <gtest/gtest.h>

#include "x509/oid.hpp"
#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

// RFC 9345 Appendix B: one that was in use.
constexpr std::string_view example = R"(-----BEGIN CERTIFICATE-----
MIIFRjCCBMugAwIBAgIQDGevB+lY0o/OecHFSJ6YnTAKBggqhkjOPQQDAzBMMQsw
CQYDVQQGEwJVUzEVMBMGA1UEChMMRGlnaUNlcnQgSW5jMSYwJAYDVQQDEx1EaWdp
Q2VydCBFQ0MgU2VjdXJlIFNlcnZlciBDQTAeFw0xOTAzMjYwMDAwMDBaFw0yMTAz
MzAxMjAwMDBaMGoxCzAJBgNVBAYTAlVTMRMwEQYDVQQIEwpDYWxpZm9ybmlhMRYw
FAYDVQQHEw1TYW4gRnJhbmNpc2NvMRkwFwYDVQQKExBDbG91ZGZsYXJlLCBJbmMu
MRMwEQYDVQQDEwprYzJrZG0uY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
d4azI83Bw0fcPgfoeiZpZZnwGuxjBjv++wzE0zAj8vNiUkKxOWSQiGNLn+xlWUpL
lw9djRN1rLmVmn2gb9GgdKOCA28wggNrMB8GA1UdIwQYMBaAFKOd5h/52jlPwG7o
kcuVpdox4gqfMB0GA1UdDgQWBBSfcb7fS3fUFAyB91fRcwoDPtgtJjAjBgNVHREE
HDAaggprYzJrZG0uY29tggwqLmtjMmtkbS5jb20wDgYDVR0PAQH/BAQDAgeAMB0G
A1UdJQQWMBQGCCsGAQUFBwMBBggrBgEFBQcDAjBpBgNVHR8EYjBgMC6gLKAqhiho
dHRwOi8vY3JsMy5kaWdpY2VydC5jb20vc3NjYS1lY2MtZzEuY3JsMC6gLKAqhiho
dHRwOi8vY3JsNC5kaWdpY2VydC5jb20vc3NjYS1lY2MtZzEuY3JsMEwGA1UdIARF
MEMwNwYJYIZIAYb9bAEBMCowKAYIKwYBBQUHAgEWHGh0dHBzOi8vd3d3LmRpZ2lj
ZXJ0LmNvbS9DUFMwCAYGZ4EMAQICMHsGCCsGAQUFBwEBBG8wbTAkBggrBgEFBQcw
AYYYaHR0cDovL29jc3AuZGlnaWNlcnQuY29tMEUGCCsGAQUFBzAChjlodHRwOi8v
Y2FjZXJ0cy5kaWdpY2VydC5jb20vRGlnaUNlcnRFQ0NTZWN1cmVTZXJ2ZXJDQS5j
cnQwDAYDVR0TAQH/BAIwADAPBgkrBgEEAYLaSywEAgUAMIIBfgYKKwYBBAHWeQIE
AgSCAW4EggFqAWgAdgC72d+8H4pxtZOUI5eqkntHOFeVCqtS6BqQlmQ2jh7RhQAA
AWm5hYJ5AAAEAwBHMEUCICiGfq+hSThRL2m8H0awoDR8OpnEHNkF0nI6nL5yYL/j
AiEAxwebGs/T6Es0YarPzoQJrVZqk+sHH/t+jrSrKd5TDjcAdgCHdb/nWXz4jEOZ
X73zbv9WjUdWNv9KtWDBtOr/XqCDDwAAAWm5hYNgAAAEAwBHMEUCIQD9OWA8KGL6
bxDKfgIleHJWB0iWieRs88VgJyfAg/aFDgIgQ/OsdSF9XOy1foqge0DTDM2FExuw
0JR0AGZWXoNtJzMAdgBElGUusO7Or8RAB9io/ijA2uaCvtjLMbU/0zOWtbaBqAAA
AWm5hYHgAAAEAwBHMEUCIQC4vua1n3BqthEqpA/VBTcsNwMtAwpCuac2IhJ9wx6X
/AIgb+o00k28JQo9TMpP4vzJ3BD3HXWSNc2Zizbq7mkUQYMwCgYIKoZIzj0EAwMD
aQAwZgIxAJsX7d0SuA8ddf/m7IWfNfs3MQfJyGkEezMJX1t6sRso5z50SS12LpXe
muGa1FE2ZgIxAL+CDUF5pz7mhrAEIjQ1MqlpF9tH40dJGvYZZQ3W23cMzSkDfvlt
y5S4RfWHIIPjbw==
-----END CERTIFICATE-----
)";

TEST(DelegationUsage, IsFoundInTheExampleOfTheRfc) {
  const auto certificates = x509::read_certificates(as_bytes(example));
  ASSERT_TRUE(certificates);
  const auto parsed = x509::Certificate::parse(certificates->front());
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(x509::may_delegate(*parsed));
}

bool may_delegate(const x509::CertificateTemplate& content) {
  const auto key = *x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random());
  const Octets made = *x509::issue_self_signed(content, key, system_random());
  return x509::may_delegate(*x509::Certificate::parse(made));
}

TEST(DelegationUsage, IsNothingWithoutDigitalSignature) {
  x509::CertificateTemplate content;
  content.dns_names = {"localhost"};
  content.not_before = moment(2026, 5, 1);
  content.not_after = moment(2026, 8, 1);
  EXPECT_FALSE(may_delegate(content));
  content.delegation_usage = true;
  EXPECT_TRUE(may_delegate(content));
  content.key_usage = x509::KeyUsage::key_agreement;
  EXPECT_FALSE(may_delegate(content));
}

TEST(DelegationUsage, IsNullAndNotCritical) {
  x509::CertificateTemplate content;
  content.dns_names = {"localhost"};
  content.not_before = moment(2026, 5, 1);
  content.not_after = moment(2026, 8, 1);
  const Octets identifier = to_octets(x509::oid::delegation_usage);
  content.extensions = {extension(identifier, false, Octets{5, 0})};
  EXPECT_TRUE(may_delegate(content));
  content.extensions = {extension(identifier, true, Octets{5, 0})};
  EXPECT_FALSE(may_delegate(content));
  content.extensions = {extension(identifier, false, Octets{0x30, 0})};
  EXPECT_FALSE(may_delegate(content));
}

}  // namespace
}  // namespace handfast::test
