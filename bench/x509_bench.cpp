// Certificates: parsing, validating with and without remembered signatures, and chains made to waste time.
#include <stdexcept>

#include <handfast/issue.hpp>
#include <handfast/verify.hpp>

#include <benchmark/benchmark.h>

#include "x509/certificate.hpp"

namespace {

using namespace handfast;
using x509::IssuerKey;

const Time now = std::chrono::sys_days(std::chrono::year{2026} / 6 / 1);

IssuerKey make_key() { return *IssuerKey::generate(x509::KeyKind::ec_p256, system_random()); }

x509::CertificateTemplate ca_template(const std::string& name) {
  x509::CertificateTemplate ca;
  ca.common_name = name;
  ca.is_ca = true;
  ca.not_before = now - std::chrono::days(1000);
  ca.not_after = now + std::chrono::days(1000);
  return ca;
}

/// A root, an intermediate and a server's leaf with a handful of names, all on P-256.
struct Chain {
  Chain() {
    const auto issue = [](const x509::CertificateTemplate& content, const IssuerKey& key, Bytes issuer,
                          const IssuerKey& issuer_key) {
      return *x509::issue_certificate(content, key.subject_public_key_info(), {issuer, issuer_key},
                                      system_random());
    };
    root = *x509::issue_self_signed(ca_template("Bench Root"), root_key, system_random());
    intermediate = issue(ca_template("Bench CA"), intermediate_key, root, root_key);
    x509::CertificateTemplate content;
    content.common_name = "www.example.com";
    content.dns_names = {"www.example.com", "example.com", "*.example.net", "mail.example.com"};
    content.server_auth = true;
    content.not_before = now - std::chrono::days(30);
    content.not_after = now + std::chrono::days(60);
    leaf = issue(content, leaf_key, intermediate, intermediate_key);
    TrustStore::Builder builder;
    if (!builder.add_certificate(root)) throw std::runtime_error("the root does not parse");
    store = builder.build();
    sent = {leaf, intermediate};
    request.chain = sent;
    request.trust = store.get();
    request.name = &name;
    request.now = now;
  }

  IssuerKey root_key = make_key();
  IssuerKey intermediate_key = make_key();
  IssuerKey leaf_key = make_key();
  Octets root;
  Octets intermediate;
  Octets leaf;
  std::shared_ptr<const TrustStore> store;
  std::vector<Bytes> sent;
  ServerName name = *ServerName::parse("www.example.com");
  x509::VerificationRequest request;
};

const Chain& chain() {
  static const Chain made;
  return made;
}

void validate(benchmark::State& state, const x509::VerificationRequest& request, bool accepted) {
  x509::Verification last;
  for (auto _ : state) {
    last = x509::verify(request);
    benchmark::DoNotOptimize(last);
  }
  if (last.ok() != accepted) state.SkipWithError("the verdict is another one");
  state.counters["signatures"] = last.work.signature_checks;
}

void parse_leaf(benchmark::State& state) {
  const Bytes leaf = chain().leaf;
  x509::Certificate certificate;
  for (auto _ : state) {
    const auto defect = x509::Certificate::parse_into(certificate, leaf);
    benchmark::DoNotOptimize(defect);
    benchmark::DoNotOptimize(certificate);
  }
  state.counters["octets"] = static_cast<double>(leaf.size());
}
BENCHMARK(parse_leaf);

/// What a chain of two certificates costs at least: two signatures, with keys that are ready.
void two_signature_checks(benchmark::State& state) {
  const auto leaf = *x509::Certificate::parse(chain().leaf);
  const auto intermediate = *x509::Certificate::parse(chain().intermediate);
  const auto root = *x509::Certificate::parse(chain().root);
  const auto intermediate_key = *intermediate.public_key();
  const auto root_key = *root.public_key();
  for (auto _ : state) {
    const bool good =
        intermediate_key.verify(leaf.signature_algorithm.algorithm, leaf.signed_octets, leaf.signature)
            .has_value() &&
        root_key
            .verify(intermediate.signature_algorithm.algorithm, intermediate.signed_octets,
                    intermediate.signature)
            .has_value();
    if (!good) state.SkipWithError("a signature is wrong");
  }
}
BENCHMARK(two_signature_checks);

void parse_and_validate(benchmark::State& state) { validate(state, chain().request, true); }
BENCHMARK(parse_and_validate);

void parse_and_validate_strictly(benchmark::State& state) {
  x509::VerificationRequest request = chain().request;
  request.profile = x509::Profile::webpki_strict;
  validate(state, request, true);
}
BENCHMARK(parse_and_validate_strictly);

void parse_and_validate_with_cache(benchmark::State& state) {
  x509::SignatureCache cache;
  x509::VerificationRequest request = chain().request;
  request.signature_cache = &cache;
  validate(state, request, true);
}
BENCHMARK(parse_and_validate_with_cache);

/// A thousand certificates beside the leaf. `name(i)` and `issuer(i)` say who signs whom; there are `keys`
/// keys.
template <class Name, class IssuerName>
void thousand(benchmark::State& state, std::size_t keys, Name name, IssuerName issuer_name) {
  std::vector<IssuerKey> pool;
  for (std::size_t i = 0; i < keys; ++i) pool.push_back(make_key());
  std::vector<Octets> certificates;
  for (std::size_t i = 0; i < 1000; ++i) {
    // Only the issuer's name and key count here, so any certificate with that name serves as the issuer's.
    const Octets issuer =
        *x509::issue_self_signed(ca_template(issuer_name(i)), pool[(i + 1) % keys], system_random());
    certificates.push_back(*x509::issue_certificate(ca_template(name(i)),
                                                    pool[i % keys].subject_public_key_info(),
                                                    {issuer, pool[(i + 1) % keys]}, system_random()));
  }
  x509::CertificateTemplate content;
  content.dns_names = {"www.example.com"};
  content.server_auth = true;
  content.not_before = now;
  content.not_after = now;
  const IssuerKey leaf_key = make_key();
  const Octets leaf = *x509::issue_certificate(content, leaf_key.subject_public_key_info(),
                                               {certificates[0], pool[0]}, system_random());
  std::vector<Bytes> sent = {leaf};
  sent.insert(sent.end(), certificates.begin(), certificates.end());
  x509::VerificationRequest request = chain().request;
  request.chain = sent;
  validate(state, request, false);
}

std::string numbered(std::size_t i) { return "CA " + std::to_string(i); }

void thousand_of_one_name(benchmark::State& state) {
  thousand(state, 500, [](std::size_t) { return "CA"; }, [](std::size_t) { return "CA"; });
}
void thousand_of_one_key(benchmark::State& state) {
  thousand(
      state, 1, [](std::size_t i) { return numbered(i); }, [](std::size_t i) { return numbered(i + 1); });
}
void thousand_in_a_row(benchmark::State& state) {
  thousand(
      state, 1000, [](std::size_t i) { return numbered(i); }, [](std::size_t i) { return numbered(i + 1); });
}
void thousand_crosswise(benchmark::State& state) {
  // Ten names with one key each; every certificate of a name is issued by the next one's key.
  thousand(
      state, 10, [](std::size_t i) { return numbered(i % 10); },
      [](std::size_t i) { return numbered((i + 1) % 10); });
}
BENCHMARK(thousand_of_one_name)->Unit(benchmark::kMillisecond);
BENCHMARK(thousand_of_one_key)->Unit(benchmark::kMillisecond);
BENCHMARK(thousand_in_a_row)->Unit(benchmark::kMillisecond);
BENCHMARK(thousand_crosswise)->Unit(benchmark::kMillisecond);

void load_system_store(benchmark::State& state) {
  for (auto _ : state) {
    const auto store = TrustStore::from_file("/etc/ssl/certs/ca-certificates.crt");
    if (!store) return state.SkipWithError("there is no bundle");
    benchmark::DoNotOptimize(store);
  }
}
BENCHMARK(load_system_store)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
