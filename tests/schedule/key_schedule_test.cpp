// TLS 1.3's key schedule against known answers: RFC 8448's first trace, and values computed with Python's
// hmac.
#include "schedule/key_schedule.hpp"

#include <numeric>

#include "schedule/hashes.hpp"
#include "support/vectors.hpp"

namespace handfast::schedule {
namespace {

using crypto::AeadAlgorithm;
using crypto::Digest;
using crypto::HashAlgorithm;
using crypto::HmacKey;
using test::from_hex;
using test::to_hex;

static_assert(!std::is_copy_constructible_v<EarlySecret> && !std::is_copy_constructible_v<HandshakeSecret> &&
              !std::is_copy_constructible_v<MasterSecret>);

std::string hex(const crypto::MacValue& value) { return to_hex(value.view()); }

Digest digest_of(std::string_view value) {
  const Octets octets = from_hex(value);
  Digest digest;
  digest.size = static_cast<std::uint8_t>(octets.size());
  copy(octets, digest.octets);
  return digest;
}

Octets counting(std::size_t size) {
  Octets octets(size);
  std::iota(octets.begin(), octets.end(), std::uint8_t{0});
  return octets;
}

TEST(KeySchedule, DerivesTheSecretsOfRfc8448sFirstTrace) {
  const Octets shared = from_hex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
  const Digest hellos = digest_of("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");
  const Digest flight = digest_of("9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13");
  const Digest all = digest_of("209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d");

  HandshakeSecret handshake = EarlySecret(sha256).extract(shared);
  EXPECT_EQ(hex(handshake.client_handshake_traffic_secret(hellos)),
            "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
  EXPECT_EQ(hex(handshake.server_handshake_traffic_secret(hellos)),
            "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");

  const MasterSecret master = std::move(handshake).extract();
  EXPECT_EQ(hex(master.client_application_traffic_secret_0(flight)),
            "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
  EXPECT_EQ(hex(master.server_application_traffic_secret_0(flight)),
            "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
  EXPECT_EQ(hex(master.exporter_master_secret(flight)),
            "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50");
  const crypto::MacValue resumption = master.resumption_master_secret(all);
  EXPECT_EQ(hex(resumption), "7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c");
  EXPECT_EQ(hex(resumption_psk(sha256, resumption.view(), from_hex("0000"))),
            "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3");
}

TEST(KeySchedule, DerivesKeysAndFinishedOfRfc8448sFirstTrace) {
  const Octets secret = from_hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
  const TrafficKeys keys = traffic_keys(sha256, secret, AeadAlgorithm::aes_128_gcm);
  EXPECT_EQ(to_hex(keys.key.view()), "3fce516009c21727d0f2e4e86ee403bc");
  EXPECT_EQ(to_hex(keys.iv.view()), "5d313eb2671276ee13000b30");
  const Digest until_certificate_verify =
      digest_of("edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed");
  EXPECT_EQ(hex(verify_data(sha256, secret, until_certificate_verify)),
            "9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718");
}

TEST(KeySchedule, ConstantsOfAnAbsentPskAreWhatTheDerivationGives) {
  for (const auto algorithm : {sha256, sha384}) {
    const Octets zeros(crypto::digest_size(algorithm), 0);
    const Octets shared = counting(32);
    const Digest hellos = crypto::hash(algorithm, as_bytes("hellos"));
    // The same PSK, once absent and once spelled out: RFC 8446 §7.1 makes them equal.
    EXPECT_EQ(hex(EarlySecret(algorithm).extract(shared).client_handshake_traffic_secret(hellos)),
              hex(EarlySecret(algorithm, zeros).extract(shared).client_handshake_traffic_secret(hellos)));
    // And once by hand, from HKDF alone.
    const HmacKey early(algorithm, crypto::hkdf_extract(algorithm, zeros, zeros).view());
    const auto derived = crypto::derive_secret(early, "derived", crypto::hash(algorithm, {}));
    const HmacKey handshake(algorithm, crypto::hkdf_extract(algorithm, derived.view(), shared).view());
    EXPECT_EQ(hex(crypto::derive_secret(handshake, "c hs traffic", hellos)),
              hex(EarlySecret(algorithm).extract(shared).client_handshake_traffic_secret(hellos)));
  }
}

TEST(KeySchedule, RunsOnSha384) {
  const Digest hellos = crypto::hash(sha384, as_bytes("hellos"));
  HandshakeSecret handshake = EarlySecret(sha384).extract(counting(32));
  EXPECT_EQ(hex(handshake.server_handshake_traffic_secret(hellos)),
            "aac6a34edaa7a14268fca9d220f70859ad9d584372fd9148de7f6433a0fecb33"
            "b4122d66968586a7eea5973c035ea283");
  EXPECT_EQ(hex(std::move(handshake).extract().resumption_master_secret(hellos)),
            "95c2b9a90e23711fcc39da585573f9621335ad1d1e6fa9e388e782c34c6cac50"
            "5d4d6fff10f761dc5374e12e3a5ed066");
  const TrafficKeys keys = traffic_keys(sha384, counting(48), AeadAlgorithm::aes_256_gcm);
  EXPECT_EQ(to_hex(keys.key.view()), "6877d022f1c61d24ebb7487c16752d9a4798e40431c75b39320e537c90e23225");
  EXPECT_EQ(to_hex(keys.iv.view()), "42822531a0fe88648fc09e9f");
}

TEST(KeySchedule, BinderDependsOnWhereThePskComesFrom) {
  const EarlySecret early(sha256, counting(32));
  const Digest hello = crypto::hash(sha256, as_bytes("truncated hello"));
  EXPECT_EQ(hex(early.binder(PskKind::resumption, hello)),
            "c1867d4de5bc6a04cfd44b67780cfd997c0657f257b083105caac38c30318c6b");
  EXPECT_EQ(hex(early.binder(PskKind::external, hello)),
            "3ee3b563f8e57064f632d9743bedf6a37a2bf6dd54f6bbfee5cdcebfa6e21261");
  EXPECT_EQ(hex(early.binder(PskKind::imported, hello)),
            "9a6b11d19fe6d7bc8a2df5c59fa75722564688b7ce2b6b02f025d9c3b4b7dc62");
}

TEST(KeySchedule, PskWithoutKeyExchangeMixesInZeros) {
  const Digest hellos = crypto::hash(sha256, as_bytes("truncated hello"));
  EXPECT_EQ(hex(EarlySecret(sha256, counting(32)).extract({}).client_handshake_traffic_secret(hellos)),
            "85a7497ec27e977e706d8d2973a7b3254dc9195bcf611994fc1d8f11201babb9");
}

// [8446:4.6.3#2]
TEST(KeySchedule, KeyUpdateGivesTheNextSecret) {
  const Octets secret = from_hex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
  EXPECT_EQ(hex(next_traffic_secret(sha256, secret)),
            "51921b8aa3001976eb401d0a4319a8516416a6c56001a357e5d162031e84f916");
}

const Octets exporter_secret = from_hex("fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50");

TEST(Exporter, MatchesKnownAnswers) {
  Octets out(100);
  ASSERT_TRUE(exporter(sha256, exporter_secret, "EXPORTER-test", as_bytes("context"), out));
  EXPECT_EQ(to_hex(out),
            "051bbf7b01391c1bd6b6342d5a0f4ea18ea3a2948701d24a87d8fd32fca2127308f739fa98bf0ca03bbd9167090e614f"
            "0c556ad4fd8c1758622fbc68b3cd694ddbe409e2f7ec32e99adbe0c33673b33501620514a91156553bece02651077347"
            "e85e916d");
  ASSERT_TRUE(exporter(sha384, counting(48), "EXPORTER-test", as_bytes("context"), out));
  EXPECT_EQ(to_hex(out),
            "2df0708bdf2b55362dc4238286eebfd98a3bb4ed79b49b34cc29ed08f72345abce2bed6ef2d4f0558eefef0627b24b45"
            "7631fe3a787aeff9d7e5f21b0ee1640e6afde1e06fdb932ffd739ae58b993c98d67b778d3b7466a58ea47930db00f3cd"
            "eba89bec");
}

TEST(Exporter, ChannelBindingIsTheExporterOfRfc9266) {
  const auto binding = tls_exporter_channel_binding(sha256, exporter_secret);
  EXPECT_EQ(to_hex(binding), "e3b0946bf2f4668144f22872e0afd51dc9608638c6f9b2584b98c6cd3a4affad");
}

TEST(Exporter, RefusesWhatHkdfCannotGive) {
  Octets out(255 * 32 + 1);
  const auto refused = [&](std::string_view label, MutableBytes output) {
    const auto result = exporter(sha256, exporter_secret, label, {}, output);
    return !result && result.error().code == ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(refused("", MutableBytes(out).first(32)));
  EXPECT_TRUE(refused(std::string(250, 'x'), MutableBytes(out).first(32)));
  EXPECT_TRUE(refused("EXPORTER-test", out));
  EXPECT_TRUE(
      exporter(sha256, exporter_secret, "EXPORTER-test", {}, MutableBytes(out).first(out.size() - 1)));
  EXPECT_TRUE(exporter(sha256, exporter_secret, std::string(249, 'x'), {}, MutableBytes(out).first(32)));
  EXPECT_TRUE(exporter(sha256, exporter_secret, "x", {}, {}));
}

}  // namespace
}  // namespace handfast::schedule
