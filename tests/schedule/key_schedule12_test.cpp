// TLS 1.2's secrets against values computed with Python's hmac.
#include "schedule/key_schedule12.hpp"

#include <numeric>

#include "schedule/hashes.hpp"
#include "support/vectors.hpp"

namespace handfast::schedule {
namespace {

using crypto::HashAlgorithm;
using test::to_hex;

const Octets client_random(32, 0xc1);
const Octets server_random(32, 0x51);

Octets pre_master_secret() {
  Octets octets(48);
  std::iota(octets.begin(), octets.end(), std::uint8_t{0});
  return octets;
}
MasterSecret12 master(HashAlgorithm algorithm) {
  return master_secret12(algorithm, pre_master_secret(), client_random, server_random);
}
crypto::HmacKey key_of(HashAlgorithm algorithm) { return {algorithm, master(algorithm).view()}; }

TEST(MasterSecret12, MatchesKnownAnswers) {
  EXPECT_EQ(
      to_hex(master(sha256).view()),
      "5b23e5643a98387dcb37d7597a8434c4179c4892ae7b2974d75f5f3e7a49da7245cd0306b099c4b4af02eab7aea864d6");
  EXPECT_EQ(
      to_hex(master(sha384).view()),
      "411fe0fec6105b9af6c1d4586488c7f4b98e2fb3791154aa35a6e66e146ea0c3cfe989cd0a8947a53090f6a4dc030efc");
  EXPECT_EQ(
      to_hex(extended_master_secret12(sha256, pre_master_secret(), crypto::hash(sha256, as_bytes("session")))
                 .view()),
      "eea7b66e5e5f150058446032d53e77cccec702ed4b60d8819d14fba01fad489ea6d77974be08ee8f08601609696ef529");
}

struct Cut {
  CipherSuite suite;
  std::string_view client_mac_key, server_mac_key, client_key, server_key, client_iv, server_iv;
};

class KeyBlock : public testing::TestWithParam<Cut> {};

TEST_P(KeyBlock, IsCutInTheOrderOfTheRfc) {
  const Cut& cut = GetParam();
  const SuiteInfo& suite = *suite_info(cut.suite);
  const KeyBlock12 block(suite, key_of(suite.hash), client_random, server_random);
  EXPECT_EQ(to_hex(block.mac_key(Role::client)), cut.client_mac_key);
  EXPECT_EQ(to_hex(block.mac_key(Role::server)), cut.server_mac_key);
  EXPECT_EQ(to_hex(block.key(Role::client)), cut.client_key);
  EXPECT_EQ(to_hex(block.key(Role::server)), cut.server_key);
  EXPECT_EQ(to_hex(block.iv(Role::client)), cut.client_iv);
  EXPECT_EQ(to_hex(block.iv(Role::server)), cut.server_iv);
}

INSTANTIATE_TEST_SUITE_P(
    Suites, KeyBlock,
    testing::Values(Cut{CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "", "",
                        "c5083e1668ae71abd2becbb513bf98d5", "c75d871b2355b4bc765fb20a3e69cfd5", "e52ee845",
                        "8f54bab6"},
                    Cut{CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "", "",
                        "c5083e1668ae71abd2becbb513bf98d5c75d871b2355b4bc765fb20a3e69cfd5",
                        "e52ee8458f54bab6ea5cf2d343d9bedf1749729fb25ec5db30a31b6a39d16c82",
                        "65255bb02320801501c394fd", "97aa55e436dc436961bd1956"},
                    Cut{CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
                        "a378859de31992cbac7b65da7fe6190c56026cd578fe4c55b32f5baacf3e5beb448b3e4aa648063857db"
                        "b0f123b32207",
                        "3870f68a219c605377fda8cccd0e2fb0794d984ca6ad362bcf7c350b3b7af4ac6cfce5fb7aec0d59dc3b"
                        "8a2f1868b325",
                        "c223db29e5484c6aa4358f3d24014d61c59c57b5e1137365545fda99e5d829f7",
                        "6c07b71b74c8c2936da9f404bb4dde4a97174b7435e6a1c8b785da5bf82dff70", "", ""}),
    [](const auto& cut) { return to_string(cut.param.suite); });

TEST(KeyBlockSizes, FitsTheLargestSuite) {
  for (int number = 0; number <= 0xffff; ++number) {
    const SuiteInfo* suite = suite_info(static_cast<CipherSuite>(number));
    if (suite == nullptr || suite->version != ProtocolVersion::tls12) continue;
    const KeyBlock12 block(*suite, key_of(suite->hash), client_random, server_random);
    EXPECT_EQ(block.key(Role::server).size(), suite->aead ? key_size(*suite->aead) : suite->cbc->key_size);
    EXPECT_EQ(block.mac_key(Role::server).empty(), suite->aead.has_value());
  }
}

// [5246:7.4.9#2]
TEST(VerifyData12, DiffersByRole) {
  const crypto::Digest transcript = crypto::hash(sha256, as_bytes("handshake"));
  EXPECT_EQ(to_hex(verify_data12(Role::client, key_of(sha256), transcript).view()),
            "ab32c43f81fac076e534eaf2");
  EXPECT_EQ(to_hex(verify_data12(Role::server, key_of(sha256), transcript).view()),
            "99e77311e57d23a102636210");
}

TEST(Exporter12, TellsNoContextFromAnEmptyOne) {
  const auto exported = [](std::optional<Bytes> context) {
    Octets out(24);
    EXPECT_TRUE(exporter12(sha256, master(sha256).view(), "EXPORTER-test", client_random, server_random,
                           context, out));
    return to_hex(out);
  };
  EXPECT_EQ(exported(std::nullopt), "525d271ea47a090054bfe1f9959b2fb3f39a47fa0bd2acba");
  EXPECT_EQ(exported(Bytes()), "33b4fe709569dbcae2f282d5a81d3450874b7cf29d41b5be");
  EXPECT_EQ(exported(as_bytes("context")), "adf3a349b5e765cc289f3eb787a894360440be263ebe1a59");
}

TEST(Exporter12, DoesNotGiveAwayTheConnectionsOwnKeys) {
  Octets out(40);
  for (const std::string_view label :
       {"master secret", "extended master secret", "key expansion", "client finished", "server finished"}) {
    const auto result =
        exporter12(sha256, master(sha256).view(), label, client_random, server_random, std::nullopt, out);
    ASSERT_FALSE(result) << label;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
  const Octets long_context(65536);
  EXPECT_FALSE(exporter12(sha256, master(sha256).view(), "EXPORTER-test", client_random, server_random,
                          Bytes(long_context), out));
  EXPECT_TRUE(exporter12(sha256, master(sha256).view(), "EXPORTER-test", client_random, server_random,
                         Bytes(long_context).first(65535), out));
}

}  // namespace
}  // namespace handfast::schedule
