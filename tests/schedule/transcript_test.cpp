// The transcript: kept, hashed, branched, and replaced after a HelloRetryRequest.
#include "schedule/transcript.hpp"

#include "schedule/hashes.hpp"
#include "support/vectors.hpp"

namespace handfast::schedule {
namespace {

using crypto::HashAlgorithm;
using test::to_hex;

const Octets hello = test::from_hex("01000004 61626364");
const Octets answer = test::from_hex("02000001 78");

std::string hash_hex(HashAlgorithm algorithm, std::initializer_list<Bytes> parts) {
  return to_hex(crypto::hash(algorithm, parts).view());
}

TEST(Transcript, HashesWhatCameBeforeTheHashWasKnown) {
  for (const auto algorithm : {sha256, sha384}) {
    Transcript transcript;
    EXPECT_FALSE(transcript.selected());
    transcript.add(hello);
    EXPECT_EQ(to_hex(transcript.messages()), to_hex(hello));
    transcript.select(algorithm);
    EXPECT_TRUE(transcript.selected());
    EXPECT_TRUE(transcript.messages().empty());
    EXPECT_EQ(to_hex(transcript.digest().view()), hash_hex(algorithm, {hello}));
    transcript.add(answer);
    EXPECT_EQ(to_hex(transcript.digest().view()), hash_hex(algorithm, {hello, answer}));
  }
}

TEST(Transcript, KeepsWhatItExpectsWhereItIs) {
  Transcript transcript;
  transcript.expect(hello.size() + answer.size());
  transcript.add(hello);
  const std::uint8_t* const kept = transcript.messages().data();
  transcript.add(answer);
  EXPECT_EQ(transcript.messages().data(), kept);
  EXPECT_EQ(to_hex(transcript.messages()), to_hex(hello) + to_hex(answer));
  transcript.select(HashAlgorithm::sha256);
  transcript.expect(1000);  // nothing is kept any more
  EXPECT_EQ(to_hex(transcript.digest().view()), hash_hex(HashAlgorithm::sha256, {hello, answer}));
}

TEST(Transcript, GoesOnAfterADigest) {
  Transcript transcript(sha256);
  EXPECT_EQ(to_hex(transcript.digest().view()), hash_hex(sha256, {}));
  transcript.add(hello);
  (void)transcript.digest();
  transcript.add(answer);
  EXPECT_EQ(to_hex(transcript.digest().view()), hash_hex(sha256, {hello, answer}));
}

TEST(Transcript, SelectingTwiceChangesNothing) {
  Transcript transcript(sha256);
  transcript.add(hello);
  transcript.select(sha384);
  EXPECT_EQ(to_hex(transcript.digest().view()), hash_hex(sha256, {hello}));
}

TEST(Transcript, CopiesGoOnByThemselves) {
  Transcript kept;
  kept.add(hello);
  Transcript branch = kept;
  branch.select(sha384);
  branch.add(answer);
  kept.select(sha256);
  EXPECT_EQ(to_hex(kept.digest().view()), hash_hex(sha256, {hello}));
  EXPECT_EQ(to_hex(branch.digest().view()), hash_hex(sha384, {hello, answer}));
  Transcript second = branch;
  second.add(hello);
  EXPECT_EQ(to_hex(branch.digest().view()), hash_hex(sha384, {hello, answer}));
  EXPECT_EQ(to_hex(second.digest().view()), hash_hex(sha384, {hello, answer, hello}));
}

TEST(Transcript, DigestWithAPartLeavesItAsItWas) {
  Transcript transcript(sha256);
  transcript.add(hello);
  EXPECT_EQ(to_hex(transcript.digest_with(Bytes(answer).first(3)).view()),
            hash_hex(sha256, {hello, Bytes(answer).first(3)}));
  EXPECT_EQ(to_hex(transcript.digest().view()), hash_hex(sha256, {hello}));
}

TEST(Transcript, RetryReplacesTheFirstHelloByItsHash) {
  Transcript transcript;
  transcript.add(hello);
  transcript.select(sha256);
  transcript.replace_with_message_hash();
  transcript.add(answer);
  EXPECT_EQ(to_hex(transcript.digest().view()),
            "4b654a6b2960712d2dd9e1d8bf669d40b64dfa50bb33921f352ebf4115ec0123");
}

TEST(Transcript, IsRebuiltFromTheHashInACookie) {
  Transcript transcript = Transcript::of_message_hash(sha384, crypto::hash(sha384, hello).view());
  transcript.add(answer);
  EXPECT_EQ(to_hex(transcript.digest().view()),
            "22ea040a7393988787ab68adfd0f91da97774a55a042e4ce82f453ee12c40906"
            "0ae7a9b22ccad5a9f49db74a1de79469");
}

}  // namespace
}  // namespace handfast::schedule
