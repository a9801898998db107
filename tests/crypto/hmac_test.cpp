// HMAC, HKDF and the PRF: short known answers, Wycheproof, ACVP.
#include "crypto/hmac.hpp"

#include <gtest/gtest.h>

#include "crypto/hkdf.hpp"
#include "crypto/prf.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

using test::Case;
using test::from_hex;
using test::json;
using test::to_hex;

struct NamedHash {
  HashAlgorithm algorithm;
  const char* file;  // part of a vector file's name
  const char* acvp;  // ACVP's name
};
constexpr NamedHash hashes[] = {
    {HashAlgorithm::sha1, "sha1", "SHA-1"},
    {HashAlgorithm::sha256, "sha256", "SHA2-256"},
    {HashAlgorithm::sha384, "sha384", "SHA2-384"},
    {HashAlgorithm::sha512, "sha512", "SHA2-512"},
};

std::optional<HashAlgorithm> hash_of_acvp(const json& name) {
  for (const NamedHash& hash : hashes)
    if (name == hash.acvp) return hash.algorithm;
  return std::nullopt;
}

// RFC 4231 §4.3 (short key) and §4.7 (a key longer than the block), RFC 2202 §3 for SHA-1.
TEST(HmacKey, GivesTheKnownAnswers) {
  const Bytes text = as_bytes("what do ya want for nothing?");
  const Bytes key = as_bytes("Jefe");
  EXPECT_EQ(to_hex(HmacKey(HashAlgorithm::sha1, key).mac(text).view()),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(to_hex(HmacKey(HashAlgorithm::sha256, key).mac(text).view()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      to_hex(HmacKey(HashAlgorithm::sha384, key).mac(text).view()),
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
  EXPECT_EQ(to_hex(HmacKey(HashAlgorithm::sha512, key).mac(text).view()),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
            "caeab1a34d4a6b4b636e070a38bce737");
  const Octets long_key(131, 0xaa);
  const Bytes long_text = as_bytes("Test Using Larger Than Block-Size Key - Hash Key First");
  EXPECT_EQ(to_hex(HmacKey(HashAlgorithm::sha256, long_key).mac(long_text).view()),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(to_hex(HmacKey(HashAlgorithm::sha512, long_key).mac(long_text).view()),
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
            "95e64f73f63f0aec8b915a985d786598");
}

TEST(HmacKey, PassesWycheproof) {
  constexpr int expected[] = {170, 174, 174, 174};
  for (std::size_t i = 0; i < std::size(hashes); ++i) {
    HANDFAST_VECTORS_OR_SKIP(file, std::string("wycheproof/hmac_") + hashes[i].file + "_test.json");
    const int count = test::for_each_case(file, [&](const Case& each) {
      const HmacKey key(hashes[i].algorithm, each.octets("key"));
      const Octets tag = each.octets("tag");
      const MacValue mac = key.mac(each.octets("msg"));
      ASSERT_LE(tag.size(), mac.size());
      EXPECT_EQ(constant_time_equal(mac.view().first(tag.size()), tag), each.valid());
    });
    EXPECT_EQ(count, expected[i]) << hashes[i].file;
  }
}

TEST(HmacKey, TakesItsDataInPartsAndManyTimes) {
  for (const NamedHash& hash : hashes) {
    for (const std::size_t key_size :
         std::initializer_list<std::size_t>{0, 1, 63, 64, 65, 127, 128, 129, 200}) {
      const Octets key(key_size, 0x31);
      const HmacKey prepared(hash.algorithm, key);
      const MacValue whole = prepared.mac(as_bytes("abcdef"));
      EXPECT_EQ(whole.size(), digest_size(hash.algorithm));
      EXPECT_TRUE(whole.equals(prepared.mac({as_bytes("ab"), {}, as_bytes("cdef")}).view()));
      EXPECT_TRUE(whole.equals(prepared.clone().mac(as_bytes("abcdef")).view()));
      Hmac running(prepared);
      for (const char c : std::string_view("abcdef")) running.update(as_bytes(std::string_view(&c, 1)));
      EXPECT_TRUE(whole.equals(running.finish().view()));
      EXPECT_FALSE(whole.equals(prepared.mac(as_bytes("abcdeg")).view()));
    }
  }
}

// A short text is put into blocks here, a long one in libcrypto: the same MAC at every length between.
TEST(HmacKey, GivesTheSameMacOfShortAndLongTexts) {
  Octets text(300);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::uint8_t>(i * 7);
  for (const NamedHash& hash : hashes) {
    const HmacKey key(hash.algorithm, as_bytes("a key"));
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const Bytes part = Bytes(text).first(size);
      Hmac running(key);
      running.update(part);
      const MacValue expected = running.finish();
      EXPECT_TRUE(expected.equals(key.mac(part).view())) << hash.file << ' ' << size;
      EXPECT_TRUE(expected.equals(key.mac({part.first(size / 3), part.subspan(size / 3)}).view()))
          << hash.file << ' ' << size;
    }
  }
}

// RFC 5869 §A.1 and §A.3.
TEST(Hkdf, GivesTheKnownAnswers) {
  const Octets secret(22, 0x0b);
  const MacValue prk = hkdf_extract(HashAlgorithm::sha256, from_hex("000102030405060708090a0b0c"), secret);
  EXPECT_EQ(to_hex(prk.view()), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  Octets okm(42);
  hkdf_expand(HmacKey(HashAlgorithm::sha256, prk.view()), from_hex("f0f1f2f3f4f5f6f7f8f9"), okm);
  EXPECT_EQ(to_hex(okm),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  const MacValue unsalted = hkdf_extract(HashAlgorithm::sha256, {}, secret);
  EXPECT_EQ(to_hex(unsalted.view()), "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
  EXPECT_TRUE(unsalted.equals(hkdf_extract(HashAlgorithm::sha256, Octets(32, 0), secret).view()));
}

TEST(Hkdf, PassesWycheproof) {
  constexpr int expected[] = {0, 86, 83, 83};
  for (std::size_t i = 1; i < std::size(hashes); ++i) {
    HANDFAST_VECTORS_OR_SKIP(file, std::string("wycheproof/hkdf_") + hashes[i].file + "_test.json");
    const int count = test::for_each_case(file, [&](const Case& each) {
      const auto size = each.test.at("size").get<std::size_t>();
      if (each.invalid()) {  // more than the counter can count: a bug of the caller, see the contract's test
        EXPECT_GT(size, 255 * digest_size(hashes[i].algorithm));
        return;
      }
      const MacValue prk = hkdf_extract(hashes[i].algorithm, each.octets("salt"), each.octets("ikm"));
      Octets okm(size);
      hkdf_expand(HmacKey(hashes[i].algorithm, prk.view()), each.octets("info"), okm);
      EXPECT_EQ(to_hex(okm), each.test.at("okm").get<std::string>());
    });
    EXPECT_EQ(count, expected[i]) << hashes[i].file;
  }
}

// RFC 8448 §3: the early secret's "derived", and the "key" and "iv" of the server's handshake traffic.
TEST(ExpandLabel, GivesTheKnownAnswersOfRfc8448) {
  const MacValue early = hkdf_extract(HashAlgorithm::sha256, {}, Octets(32, 0));
  EXPECT_EQ(to_hex(early.view()), "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a");
  const HmacKey early_key(HashAlgorithm::sha256, early.view());
  const MacValue derived = derive_secret(early_key, "derived", hash(HashAlgorithm::sha256, {}));
  EXPECT_EQ(to_hex(derived.view()), "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba");
  const HmacKey traffic(HashAlgorithm::sha256,
                        from_hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"));
  Octets key(16);
  expand_label(traffic, "key", {}, key);
  EXPECT_EQ(to_hex(key), "3fce516009c21727d0f2e4e86ee403bc");
  Octets iv(12);
  expand_label(traffic, "iv", {}, iv);
  EXPECT_EQ(to_hex(iv), "5d313eb2671276ee13000b30");
}

// The whole schedule of RFC 8446 §7.1, with ACVP's notion of the transcript: the randoms of both sides.
TEST(ExpandLabel, PassesAcvpKeySchedules) {
  HANDFAST_VECTORS_OR_SKIP(file, "acvp/TLS13.json");
  int count = 0;
  for (const json& set : file.at("vectorSets")) {
    for (const json& group : set.at("testGroups")) {
      const auto algorithm = hash_of_acvp(group.at("hmacAlg"));
      ASSERT_TRUE(algorithm);
      for (const json& test : group.at("tests")) {
        SCOPED_TRACE(test.at("tcId").get<int>());
        const auto input = [&](const char* name) {
          return test.contains(name) ? from_hex(test.at(name).get<std::string>())
                                     : Octets(digest_size(*algorithm), 0);
        };
        const auto expected = [&](const char* name) {
          return test.at("expected").at(name).get<std::string>();
        };
        const Digest empty = hash(*algorithm, {});
        Hash transcript(*algorithm);

        const HmacKey early(*algorithm, hkdf_extract(*algorithm, {}, input("psk")).view());
        transcript.update(input("helloClientRandom"));
        EXPECT_EQ(to_hex(derive_secret(early, "c e traffic", transcript.digest()).view()),
                  expected("clientEarlyTrafficSecret"));
        EXPECT_EQ(to_hex(derive_secret(early, "e exp master", transcript.digest()).view()),
                  expected("earlyExporterMasterSecret"));

        const MacValue to_handshake = derive_secret(early, "derived", empty);
        const HmacKey handshake(*algorithm,
                                hkdf_extract(*algorithm, to_handshake.view(), input("dhe")).view());
        transcript.update(input("helloServerRandom"));
        EXPECT_EQ(to_hex(derive_secret(handshake, "c hs traffic", transcript.digest()).view()),
                  expected("clientHandshakeTrafficSecret"));
        EXPECT_EQ(to_hex(derive_secret(handshake, "s hs traffic", transcript.digest()).view()),
                  expected("serverHandshakeTrafficSecret"));

        const MacValue to_master = derive_secret(handshake, "derived", empty);
        const Octets zeros(digest_size(*algorithm), 0);
        const HmacKey master(*algorithm, hkdf_extract(*algorithm, to_master.view(), zeros).view());
        transcript.update(input("finishedServerRandom"));
        EXPECT_EQ(to_hex(derive_secret(master, "c ap traffic", transcript.digest()).view()),
                  expected("clientApplicationTrafficSecret"));
        EXPECT_EQ(to_hex(derive_secret(master, "s ap traffic", transcript.digest()).view()),
                  expected("serverApplicationTrafficSecret"));
        EXPECT_EQ(to_hex(derive_secret(master, "exp master", transcript.digest()).view()),
                  expected("exporterMasterSecret"));
        transcript.update(input("finishedClientRandom"));
        EXPECT_EQ(to_hex(derive_secret(master, "res master", transcript.digest()).view()),
                  expected("resumptionMasterSecret"));
        ++count;
      }
    }
  }
  EXPECT_EQ(count, 10);
}

TEST(HkdfContract, EndsTheProcessWhereTheCounterWouldOverflow) {
  const HmacKey key(HashAlgorithm::sha256, {});
  Octets most(255 * 32);
  hkdf_expand(key, {}, most);
  Octets too_much(255 * 32 + 1);
  EXPECT_DEATH(hkdf_expand(key, {}, too_much), "");
  Octets out(32);
  EXPECT_DEATH(expand_label(key, std::string(250, 'x'), {}, out), "");
  EXPECT_DEATH(expand_label(key, "key", Octets(256), out), "");
  expand_label(key, std::string(249, 'x'), Octets(255), out);
}

// The vectors for TLS 1.2's PRF with SHA-256 and SHA-384 that circulate since RFC 5246's time.
TEST(Prf, GivesTheKnownAnswers) {
  Octets out(100);
  prf(HashAlgorithm::sha256, from_hex("9bbe436ba940f017b17652849a71db35"), "test label",
      {from_hex("a0ba9f936cda311827a6f796ffd5198c")}, out);
  EXPECT_EQ(to_hex(out),
            "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
            "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
            "87347b66");
  Octets out384(148);
  prf(HashAlgorithm::sha384, from_hex("b80b733d6ceefcdc71566ea48e5567df"), "test label",
      {from_hex("cd665cf6a8447dd6"), from_hex("ff8b27555edb7465")}, out384);
  EXPECT_EQ(
      to_hex(out384),
      "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0"
      "e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425"
      "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e0990703"
      "d73e56f");
}

TEST(Prf, PassesAcvp) {
  HANDFAST_VECTORS_OR_SKIP(file, "acvp/TLS12.json");
  int count = 0;
  for (const json& set : file.at("vectorSets")) {
    for (const json& group : set.at("testGroups")) {
      const auto algorithm = hash_of_acvp(group.at("hashAlg"));
      ASSERT_TRUE(algorithm);
      for (const json& test : group.at("tests")) {
        SCOPED_TRACE(test.at("tcId").get<int>());
        const auto octets = [&](const char* name) { return from_hex(test.at(name).get<std::string>()); };
        Octets master(48);
        prf(*algorithm, octets("preMasterSecret"), "extended master secret", {octets("sessionHash")}, master);
        EXPECT_EQ(to_hex(master), test.at("expected").at("masterSecret").get<std::string>());
        Octets keys(group.at("keyBlockLength").get<std::size_t>() / 8);
        prf(*algorithm, master, "key expansion", {octets("serverRandom"), octets("clientRandom")}, keys);
        EXPECT_EQ(to_hex(keys), test.at("expected").at("keyBlock").get<std::string>());
        ++count;
      }
    }
  }
  EXPECT_EQ(count, 14);
}

TEST(Prf, IsAPrefixOfItsLongerOutputs) {
  Octets longest(200);
  prf(HashAlgorithm::sha256, as_bytes("secret"), "label", {as_bytes("seed")}, longest);
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 31, 32, 33, 63, 64, 65, 199}) {
    Octets shorter(size);
    prf(HashAlgorithm::sha256, as_bytes("secret"), "label", {as_bytes("se"), as_bytes("ed")}, shorter);
    EXPECT_TRUE(equal(shorter, Bytes(longest).first(size)));
  }
}

}  // namespace
}  // namespace handfast::crypto
