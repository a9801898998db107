// What threads share: trust stores, the cache of signatures, the list of public suffixes.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::SignatureCache;

template <class F>
void in_threads(std::uint32_t count, F&& work) {
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < count; ++i) threads.emplace_back([&, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

crypto::Digest cache_key(std::uint32_t number) {
  return crypto::hash(crypto::HashAlgorithm::sha256, der::integer(number));
}

TEST(Threads, ShareTheCacheOfSignatures) {
  SignatureCache cache(1024);
  std::atomic<std::uint32_t> missed = 0;
  std::atomic<std::uint32_t> invented = 0;
  in_threads(4, [&](std::uint32_t thread) {
    for (std::uint32_t i = 0; i < 5000; ++i) {
      const auto key = cache_key(thread * 100'000 + i);
      if (cache.contains(key.view())) ++invented;
      cache.insert(key.view());
      if (!cache.contains(key.view())) ++missed;  // others may have replaced it at once
    }
  });
  EXPECT_EQ(invented, 0U);
  EXPECT_LT(missed, 1'000U);
}

TEST(Threads, VerifyAgainstOneStoreWithOneCache) {
  const Scenario s;
  const Octets leaf = s.make_leaf();
  const Octets intermediate = s.make_intermediate();
  TrustStore::Builder builder(TrustStore::KeyUse::often);
  ASSERT_TRUE(builder.add_certificate(s.make_root()));
  const auto store = builder.build();
  const auto suffixes = *x509::PublicSuffixList::parse("com\nco.uk\n");
  SignatureCache cache;
  std::atomic<std::uint32_t> accepted = 0;
  in_threads(4, [&](std::uint32_t thread) {
    for (std::uint32_t i = 0; i < 200; ++i) {
      const auto name = ServerName::parse(i % 2 == 0 ? "www.example.com" : "other.example");
      const Bytes chain[] = {leaf, intermediate};
      x509::VerificationRequest request;
      request.chain = chain;
      request.trust = store.get();
      request.name = &*name;
      request.now = s.now;
      request.public_suffixes = suffixes.get();
      request.signature_cache = thread % 2 == 0 ? &cache : nullptr;
      if (x509::verify(request).ok()) ++accepted;
    }
  });
  EXPECT_EQ(accepted, 400U);
}

}  // namespace
}  // namespace handfast::test
