// The annotator: golden samples, coverage of every octet, damaged messages.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "message/golden.hpp"
#include "message/properties.hpp"

namespace handfast {
namespace {

using test::all_golden;
using test::golden;
using test::Golden;
using test::to_text;

// HANDFAST_UPDATE_GOLDEN=1 writes what comes out into the files, to be reviewed as a diff.
TEST(Annotate, ExplainsEverySampleAsExpected) {
  const auto samples = all_golden();
  ASSERT_GE(samples.size(), 38U);
  for (const Golden& sample : samples) {
    const std::string text = to_text(message::annotate(sample.octets, sample.context));
    if (std::getenv("HANDFAST_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(sample.path) << sample.head << text;
      continue;
    }
    EXPECT_EQ(text, sample.annotation) << sample.name;
  }
}

TEST(Annotate, SamplesHoldEveryMessageAndEveryExtension) {
  const auto samples = all_golden();
  std::size_t forms = 0;
  test::for_each_message([&]<class T>() {
    bool found = false;
    for (const Golden& sample : samples)
      if (!sample.damaged() && sample.octets[0] == static_cast<std::uint8_t>(T::type))
        found = found || wire::decode<T>(sample.body()).has_value();
    EXPECT_TRUE(found) << T::name;
    ++forms;
  });
  EXPECT_EQ(forms, 22U);

  for (const auto& [name, place] : std::initializer_list<std::pair<const char*, message::ExtensionPlace>>{
           {"client_hello", message::ExtensionPlace::client_hello},
           {"server_hello", message::ExtensionPlace::server_hello},
           {"server_hello_tls12", message::ExtensionPlace::server_hello_tls12},
           {"hello_retry_request", message::ExtensionPlace::hello_retry_request},
           {"encrypted_extensions", message::ExtensionPlace::encrypted_extensions},
           {"certificate", message::ExtensionPlace::certificate},
           {"certificate_request", message::ExtensionPlace::certificate_request},
           {"new_session_ticket", message::ExtensionPlace::new_session_ticket}}) {
    const auto annotation = message::annotate(golden(name).octets, golden(name).context);
    for (const auto& row : message::extension_table) {
      const bool shown = std::ranges::any_of(
          annotation.fields, [&](const wire::Field& field) { return field.name == name_of(row.type); });
      EXPECT_EQ(shown, message::may_stand_in(row.type, place)) << name << ' ' << name_of(row.type);
    }
  }
}

TEST(Annotate, LeavesCoverEveryOctetExactlyOnce) {
  for (const Golden& sample : all_golden())
    EXPECT_EQ(test::broken_property(sample.octets, sample.context), "") << sample.name;
}

TEST(Annotate, CoversEveryTruncatedMessage) {
  for (const Golden& sample : all_golden()) {
    for (std::size_t size = 0; size < sample.octets.size(); ++size) {
      Octets cut(sample.octets.begin(), sample.octets.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(test::broken_property(cut, sample.context), "") << sample.name << " cut to " << size;
    }
  }
}

TEST(Annotate, CoversEveryDamagedMessage) {
  for (const Golden& sample : all_golden()) {
    for (std::size_t i = 0; i < sample.octets.size(); ++i) {
      for (const int flip : {0x01, 0x04, 0x80, 0xff}) {
        Octets damaged = sample.octets;
        damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
        ASSERT_EQ(test::broken_property(damaged, sample.context), "")
            << sample.name << ", octet " << i << " xor " << flip;
      }
    }
  }
}

// Small numbers are lengths that may fit, so that many get far into a message.
TEST(Annotate, CoversOctetsDrawnAtRandom) {
  std::mt19937 random(8446);
  for (int round = 0; round < 20'000; ++round) {
    Octets octets(4 + random() % 160);
    for (std::uint8_t& octet : octets)
      octet = static_cast<std::uint8_t>(random() % (round % 2 == 0 ? 256 : 24));
    octets[1] = octets[2] = 0;
    if (round % 5 != 0) octets[3] = static_cast<std::uint8_t>(octets.size() - 4);
    const message::AnnotationContext context{
        .version = round % 3 == 0 ? ProtocolVersion::tls12 : ProtocolVersion::tls13,
        .cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA};
    const auto annotation = message::annotate(octets, context);
    ASSERT_EQ(test::broken_annotation(octets, annotation), "") << "round " << round;
  }
}

TEST(Annotate, GoesOnBehindADamagedExtension) {
  const auto annotation = message::annotate(golden("damaged_key_share").octets);
  EXPECT_EQ(annotation.path_of_error, "client_hello.extensions.key_share.client_shares[1].key_exchange");
  const auto& last = annotation.fields.back();
  EXPECT_EQ(message::path_of(annotation.fields, annotation.fields.size() - 1),
            "client_hello.extensions.extended_master_secret.length");
  EXPECT_FALSE(last.bad);
}

TEST(Annotate, LocatesNothingInASoundMessage) {
  EXPECT_EQ(message::locate(golden("client_hello").octets), "");
  EXPECT_EQ(message::locate(golden("damaged_value").octets), "key_update.request_update");
}

TEST(Annotate, ChoosesTheFormByVersionAndSuite) {
  const auto sample = golden("certificate_tls12");
  EXPECT_FALSE(message::annotate(sample.octets, {.version = ProtocolVersion::tls12}).error);
  EXPECT_TRUE(message::annotate(sample.octets, {.version = ProtocolVersion::tls13}).error);
  const auto rsa = golden("client_key_exchange_rsa");
  EXPECT_TRUE(message::annotate(rsa.octets, {.version = ProtocolVersion::tls12,
                                             .cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA})
                  .error);
}

TEST(Annotate, ExplainsAlerts) {
  EXPECT_EQ(to_text(message::annotate_alert(test::from_hex("0228"))),
            "0+2 alert\n  0+1 level = fatal (2)\n  1+1 description = handshake_failure (40)\n");
  EXPECT_EQ(
      to_text(message::annotate_alert(test::from_hex("02"))),
      "0+1 alert !\n  0+1 level = fatal (2)\n  1+0 description !\n"
      "error: The message ends in the middle of a field (field description at octet 1) [alert decode_error]\n"
      "path: alert.description\n");
}

TEST(Annotate, ExplainsChangeCipherSpec) {
  EXPECT_EQ(to_text(message::annotate_change_cipher_spec(test::from_hex("01"))),
            "0+1 change_cipher_spec\n  0+1 type = 1\n");
  EXPECT_TRUE(message::annotate_change_cipher_spec(test::from_hex("02")).error);
}

TEST(Annotate, NamesFieldsByPath) {
  const auto fields = message::annotate(golden("certificate").octets).fields;
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < fields.size(); ++i) paths.push_back(message::path_of(fields, i));
  EXPECT_EQ(paths.front(), "certificate");
  EXPECT_NE(std::ranges::find(
                paths, "certificate.certificate_list[0].extensions.delegated_credential.cred.valid_time"),
            paths.end());
  EXPECT_EQ(paths.back(), "certificate.certificate_list[1].extensions.length");
}

}  // namespace
}  // namespace handfast
