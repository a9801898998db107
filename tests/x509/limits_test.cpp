// Work is bounded: pathological chains, and what the cache of signatures saves.
#include <chrono>

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;
using x509::Severity;
using x509::SignatureCache;
using x509::Verification;

CertificateForge ca(const std::string& subject, const std::string& issuer, const Key& key) {
  CertificateForge forge = Scenario().intermediate;
  forge.subject = common_name(subject);
  forge.issuer = common_name(issuer);
  forge.key = key.info;
  forge.remove(oid::certificate_extension<14>);
  forge.remove(oid::certificate_extension<35>);
  return forge;
}

/// Verifies a leaf of `issuer` with a thousand certificates beside it, and tells the time.
Verification verify_thousand(std::vector<Octets> certificates, const std::string& issuer, const Key& key) {
  Scenario s;
  s.send_intermediate = false;
  s.leaf.issuer = common_name(issuer);
  s.leaf.remove(oid::certificate_extension<35>);
  s.intermediate_key = &key;
  const Octets leaf = s.make_leaf();
  TrustStore::Builder builder;
  EXPECT_TRUE(builder.add_certificate(s.make_root()));
  const auto store = builder.build();
  std::vector<Bytes> chain = {leaf};
  chain.insert(chain.end(), certificates.begin(), certificates.end());
  x509::VerificationRequest request;
  request.chain = chain;
  request.trust = store.get();
  request.now = s.now;
  const auto start = std::chrono::steady_clock::now();
  Verification verification = x509::verify(request);
  const auto took = std::chrono::steady_clock::now() - start;
  testing::Test::RecordProperty("milliseconds",
                                std::to_string(std::chrono::duration<double, std::milli>(took).count()));
  return verification;
}

/// The bounds of the request hold, whatever the chain.
void expect_bounded(const Verification& verification) {
  EXPECT_FALSE(verification.ok());
  EXPECT_LE(verification.work.signature_checks, 100U);
  EXPECT_LE(verification.work.issuers_considered, 4097U);
  EXPECT_LE(verification.attempts.size(), 8U);
}

TEST(PathologicalChains, OneNameAThousandKeys) {
  std::vector<Octets> certificates;
  for (std::size_t i = 0; i < 1000; ++i) {
    CertificateForge forge = ca("CA", "CA", shared_key(4 + i % 500));
    forge.serial = der::integer(static_cast<std::uint32_t>(i));
    certificates.push_back(forge.sign(shared_key(4 + (i + 1) % 500)));
  }
  const Verification verification = verify_thousand(std::move(certificates), "CA", shared_key(3));
  expect_bounded(verification);
  EXPECT_TRUE(has(verification, FindingCode::gave_up_signatures, Severity::error));
}

TEST(PathologicalChains, AThousandNamesOneKey) {
  std::vector<Octets> certificates;
  for (int i = 0; i < 1000; ++i)
    certificates.push_back(
        ca("CA " + std::to_string(i), "CA " + std::to_string(i + 1), shared_key(4)).sign(shared_key(4)));
  const Verification verification = verify_thousand(std::move(certificates), "CA 0", shared_key(4));
  expect_bounded(verification);
  // The chain is simply longer than is wanted.
  EXPECT_TRUE(has(verification, FindingCode::too_many_intermediates, Severity::error))
      << to_text(verification);
}

// RFC 5280 §6.1: no path meets a certificate twice [5280:6.1#3].
TEST(PathologicalChains, AThousandCrossCertificates) {
  std::vector<Octets> certificates;
  for (std::size_t i = 0; i < 32; ++i)
    for (std::size_t j = 0; j < 32; ++j)
      if (i != j)
        certificates.push_back(ca("CA " + std::to_string(i), "CA " + std::to_string(j), shared_key(4 + i))
                                   .sign(shared_key(4 + j)));
  expect_bounded(verify_thousand(std::move(certificates), "CA 0", shared_key(4)));
}

TEST(PathologicalChains, AThousandCopiesCountOnce) {
  const std::vector<Octets> certificates(1000, ca("CA", "Nobody", shared_key(4)).sign(shared_key(5)));
  const Verification verification = verify_thousand(certificates, "CA", shared_key(4));
  expect_bounded(verification);
  EXPECT_EQ(verification.work.issuers_considered, 1U);
}

TEST(PathologicalChains, NamesTimesConstraintsAreBounded) {
  Scenario s;
  Octets names;
  Octets subtrees;
  for (int i = 0; i < 2000; ++i) {
    names.insert(names.end(), {0x82, 6, 'a', '.', 't', 'e', 's', 't'});
    const Octets subtree = der::sequence({dns("x" + std::to_string(i) + ".example")});
    subtrees.insert(subtrees.end(), subtree.begin(), subtree.end());
  }
  s.leaf.set(extension(oid::certificate_extension<17>, false, der::value(tag::sequence, names)));
  s.intermediate.set(extension(oid::certificate_extension<30>, true,
                               der::sequence({der::value(tag::constructed(1), subtrees)})));
  s.name.reset();
  const Verification verification = s.verify();
  EXPECT_TRUE(has(verification, FindingCode::gave_up_names, Severity::error));
  EXPECT_LE(verification.work.names_compared, 250'100U);
}

TEST(SignatureCache, ARepeatedChainCostsNoSignatureCheck) {
  SignatureCache cache;
  Scenario s;
  s.explain = false;
  s.tweak = [&](x509::VerificationRequest& request) { request.signature_cache = &cache; };
  // Signing is not deterministic here: the same octets have to come again.
  const Octets leaf = s.make_leaf();
  const Octets intermediate = s.make_intermediate();
  s.edit_leaf = [&](Octets& octets) { octets = leaf; };
  s.send_intermediate = false;
  s.extra = {intermediate};
  EXPECT_EQ(s.verify().work.signature_checks, 2U);
  const Verification again = s.verify();
  EXPECT_TRUE(again.ok());
  EXPECT_EQ(again.work.signature_checks, 0U);
  EXPECT_EQ(again.work.cached_signatures, 2U);
  // Everything else is judged anew.
  s.name = "other.example";
  EXPECT_EQ(s.verify().error.code, ErrorCode::certificate_name_mismatch);
  s.name = "www.example.com";
  s.now = moment(2030, 1, 1);
  EXPECT_EQ(s.verify().error.code, ErrorCode::certificate_expired);
  s.now = moment(2026, 6, 1);
  s.trust_root = false;
  EXPECT_EQ(s.verify().error.code, ErrorCode::unknown_ca);
}

TEST(SignatureCache, FailuresAreNotKept) {
  SignatureCache cache;
  Scenario s;
  s.tweak = [&](x509::VerificationRequest& request) { request.signature_cache = &cache; };
  const Octets leaf = [&] {
    Octets octets = s.make_leaf();
    octets.back() ^= 1;
    return octets;
  }();
  s.edit_leaf = [&](Octets& octets) { octets = leaf; };
  for (int i = 0; i < 2; ++i) {
    const Verification verification = s.verify();
    EXPECT_FALSE(verification.ok());
    EXPECT_GE(verification.work.signature_checks, 1U);
    EXPECT_EQ(verification.work.cached_signatures, 0U);
  }
}

crypto::Digest cache_key(std::uint32_t number) {
  const Octets octets = der::integer(number);
  return crypto::hash(crypto::HashAlgorithm::sha256, octets);
}

TEST(SignatureCache, IsBoundedAndReplacesTheOldest) {
  SignatureCache cache(256);
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    cache.insert(cache_key(i).view());
    EXPECT_TRUE(cache.contains(cache_key(i).view()));
  }
  std::size_t kept = 0;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) kept += cache.contains(cache_key(i).view()) ? 1 : 0;
  EXPECT_LE(kept, 1024U);
  EXPECT_FALSE(cache.contains(Octets(31)));
}

}  // namespace
}  // namespace handfast::test
