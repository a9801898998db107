// NIST's ACVP vectors for the key schedules of TLS 1.3 and TLS 1.2.
#include <optional>

#include "schedule/key_schedule.hpp"
#include "schedule/key_schedule12.hpp"
#include "schedule/transcript.hpp"
#include "support/vectors.hpp"

namespace handfast::schedule {
namespace {

using crypto::HashAlgorithm;
using nlohmann::json;
using test::from_hex;
using test::to_hex;

HashAlgorithm hash_named(const std::string& name) {
  if (name == "SHA2-256") return HashAlgorithm::sha256;
  if (name == "SHA2-384") return HashAlgorithm::sha384;
  EXPECT_EQ(name, "SHA2-512");
  return HashAlgorithm::sha512;
}

template <class Check>
int for_each_test(const json& file, Check check) {
  int count = 0;
  for (const json& set : file.at("vectorSets"))
    for (const json& group : set.at("testGroups"))
      for (const json& test : group.at("tests")) {
        SCOPED_TRACE("tcId " + test.at("tcId").dump());
        check(group, test, test.at("expected"));
        ++count;
      }
  return count;
}

void check_tls13(const json& group, const json& test, const json& expected) {
  const HashAlgorithm algorithm = hash_named(group.at("hmacAlg"));
  const auto octets = [&](const char* name) {
    return test.contains(name) ? from_hex(test.at(name).get<std::string>()) : Octets();
  };
  const auto expect = [&](const char* name, const crypto::MacValue& value) {
    EXPECT_EQ(to_hex(value.view()), expected.at(name).get<std::string>()) << name;
  };
  const Octets psk = octets("psk");
  EarlySecret early = psk.empty() ? EarlySecret(algorithm, Octets(crypto::digest_size(algorithm), 0))
                                  : EarlySecret(algorithm, psk);
  // ACVP's "messages" are the randoms alone.
  Transcript transcript(algorithm);
  transcript.add(octets("helloClientRandom"));
  expect("clientEarlyTrafficSecret", early.client_early_traffic_secret(transcript.digest()));
  expect("earlyExporterMasterSecret", early.early_exporter_master_secret(transcript.digest()));
  HandshakeSecret handshake = std::move(early).extract(octets("dhe"));
  transcript.add(octets("helloServerRandom"));
  expect("clientHandshakeTrafficSecret", handshake.client_handshake_traffic_secret(transcript.digest()));
  expect("serverHandshakeTrafficSecret", handshake.server_handshake_traffic_secret(transcript.digest()));
  const MasterSecret master = std::move(handshake).extract();
  transcript.add(octets("finishedServerRandom"));
  expect("clientApplicationTrafficSecret", master.client_application_traffic_secret_0(transcript.digest()));
  expect("serverApplicationTrafficSecret", master.server_application_traffic_secret_0(transcript.digest()));
  expect("exporterMasterSecret", master.exporter_master_secret(transcript.digest()));
  transcript.add(octets("finishedClientRandom"));
  expect("resumptionMasterSecret", master.resumption_master_secret(transcript.digest()));
}

TEST(Acvp, Tls13KeySchedule) {
  HANDFAST_VECTORS_OR_SKIP(file, "acvp/TLS13.json");
  EXPECT_GE(for_each_test(file, check_tls13), 10);
}

void check_tls12(const json& group, const json& test, const json& expected) {
  const HashAlgorithm algorithm = hash_named(group.at("hashAlg"));
  const auto octets = [&](const char* name) { return from_hex(test.at(name).get<std::string>()); };
  crypto::Digest session_hash;
  const Octets session_octets = octets("sessionHash");
  session_hash.size = static_cast<std::uint8_t>(session_octets.size());
  copy(session_octets, session_hash.octets);
  const MasterSecret12 master = extended_master_secret12(algorithm, octets("preMasterSecret"), session_hash);
  EXPECT_EQ(to_hex(master.view()), expected.at("masterSecret").get<std::string>());

  // The block is cut as a suite needs it, so its octets are compared part by part.
  const Octets block = from_hex(expected.at("keyBlock").get<std::string>());
  SuiteInfo suite = *suite_info(CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256);
  suite.hash = algorithm;
  const KeyBlock12 keys(suite, crypto::HmacKey(algorithm, master.view()), octets("clientRandom"),
                        octets("serverRandom"));
  const Bytes view = block;
  EXPECT_EQ(to_hex(keys.key(Role::client)), to_hex(view.subspan(0, 32)));
  EXPECT_EQ(to_hex(keys.key(Role::server)), to_hex(view.subspan(32, 32)));
  EXPECT_EQ(to_hex(keys.iv(Role::client)), to_hex(view.subspan(64, 12)));
  EXPECT_EQ(to_hex(keys.iv(Role::server)), to_hex(view.subspan(76, 12)));
}

TEST(Acvp, Tls12ExtendedMasterSecretAndKeyBlock) {
  HANDFAST_VECTORS_OR_SKIP(file, "acvp/TLS12.json");
  EXPECT_GE(for_each_test(file, check_tls12), 14);
}

}  // namespace
}  // namespace handfast::schedule
