// The fields of messages with the DER in them: every octet exactly once, whatever comes.
#include "explain/message_fields.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "explain/explained.hpp"
#include "message/golden.hpp"

namespace handfast {
namespace {

using explain::message_fields;
using test::golden;
using test::Golden;

// Empty, or what is wrong.
std::string broken(Bytes octets, const message::AnnotationContext& context) {
  const explain::MessageFields explained = message_fields(octets, context);
  const auto plain = message::annotate(octets, context);
  if (explained.error.has_value() != plain.error.has_value()) return "another verdict than the annotator's";
  message::Annotation annotation;
  annotation.fields = explained.fields;
  annotation.error = plain.error;
  annotation.path_of_error = plain.path_of_error;
  return test::broken_annotation(octets, annotation);
}

TEST(MessageFields, CoverEveryOctetOfEverySampleExactlyOnce) {
  for (const Golden& sample : test::all_golden())
    EXPECT_EQ(broken(sample.octets, sample.context), "") << sample.name;
}

TEST(MessageFields, CoverWhatIsCutAndWhatIsDamaged) {
  for (const Golden& sample : test::all_golden()) {
    for (std::size_t i = 0; i < sample.octets.size(); ++i) {
      const Octets cut(sample.octets.begin(), sample.octets.begin() + static_cast<std::ptrdiff_t>(i));
      ASSERT_EQ(broken(cut, sample.context), "") << sample.name << " cut to " << i;
      Octets damaged = sample.octets;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ 0x81U);
      ASSERT_EQ(broken(damaged, sample.context), "") << sample.name << ", octet " << i;
    }
  }
}

TEST(MessageFields, CoverOctetsDrawnAtRandom) {
  std::mt19937 random(20261125);
  const auto draw = [&](unsigned below) { return static_cast<std::uint8_t>(random() % below); };
  for (int round = 0; round < 4000; ++round) {
    Octets octets(4 + random() % 120);
    // Small numbers are lengths that may fit.
    for (std::uint8_t& octet : octets) octet = draw(round % 2 == 0 ? 256 : 24);
    octets[1] = octets[2] = 0;
    octets[3] = static_cast<std::uint8_t>(octets.size() - 4);
    const message::AnnotationContext context{
        .version = round % 3 == 0 ? ProtocolVersion::tls12 : ProtocolVersion::tls13,
        .cipher_suite = CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA};
    ASSERT_EQ(broken(octets, context), "") << "round " << round;
  }
}

TEST(MessageFields, OpenTheDerOfARealFlight) {
  test::Scene scene = test::tls13();
  test::make_mutual(scene);
  const inspect::Story story = scene.explained();
  const auto names = [&](HandshakeType type) {
    const auto message = std::ranges::find(story.messages, type, &inspect::ExplainedMessage::type);
    std::string all;
    for (const auto& field : message_fields(message->octets, {}).fields) all += field.name + '\n';
    return all;
  };
  EXPECT_TRUE(names(HandshakeType::certificate).contains("cert_data\nlength\nCertificate\ntag\nlength\n"));
  EXPECT_TRUE(names(HandshakeType::certificate_verify).contains("signature\nlength\nEcdsa-Sig-Value\n"));
  EXPECT_TRUE(names(HandshakeType::certificate_request).contains("Name\ntag\nlength\n"));
}

TEST(MessageFields, LeaveWhatIsNoDerAsItIs) {
  Golden sample = golden("certificate");
  sample.octets[11] = 0xff;  // where the first certificate begins
  const auto fields = message_fields(sample.octets, sample.context).fields;
  const auto undecoded = [](const inspect::Field& field) { return field.name == "undecoded"; };
  EXPECT_TRUE(std::ranges::any_of(fields, undecoded));
  EXPECT_FALSE(fields.front().bad);
}

}  // namespace
}  // namespace handfast
