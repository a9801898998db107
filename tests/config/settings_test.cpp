// Settings that are out of bounds are refused when a configuration is made, each by its name; and what
// policies and their values are called.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "config/credential_contents.hpp"
#include "support/pair.hpp"

namespace handfast::test {
namespace {

// What make() says of a server; empty: nothing.
std::string refusal(ErrorCode code, const std::function<void(ServerSettings&)>& change) {
  ServerSettings settings = server_settings();
  change(settings);
  const auto made = ServerConfig::make(settings);
  if (made) return "";
  EXPECT_EQ(name_of(made.error().code), name_of(code));
  return made.error().detail;
}

TEST(ConfigBounds, OfApplicationProtocols) {
  const std::string one_to_255 = "application_protocols: a name has 1 to 255 octets";
  const auto with = [](std::vector<std::string> names) {
    return refusal(ErrorCode::invalid_argument,
                   [&names](ServerSettings& settings) { settings.application_protocols = names; });
  };
  EXPECT_EQ(with({"h2", ""}), one_to_255);
  EXPECT_EQ(with({std::string(256, 'x')}), one_to_255);
  EXPECT_EQ(with({std::string(255, 'x'), "h2"}), "");
  // RFC 7301 §3.1: the list has 2^16-1 octets, a name's length included; 255 names of 257 are that many.
  EXPECT_EQ(with(std::vector<std::string>(255, std::string(255, 'x'))), "");
  EXPECT_EQ(with(std::vector<std::string>(257, std::string(255, 'x'))),
            "application_protocols: more than 65,535 octets");
}

TEST(ConfigBounds, OfRecordsMessagesAndSessions) {
  const auto with_limit = [](std::uint16_t limit) {
    return refusal(ErrorCode::invalid_argument,
                   [limit](ServerSettings& settings) { settings.record_size_limit = limit; });
  };
  // RFC 8449 §4: from 64 octets to what TLS 1.3 can hold.
  for (const std::uint16_t fine : {std::uint16_t{0}, std::uint16_t{64}, std::uint16_t{16385}})
    EXPECT_EQ(with_limit(fine), "") << fine;
  for (const std::uint16_t wrong : {std::uint16_t{1}, std::uint16_t{63}, std::uint16_t{16386}})
    EXPECT_EQ(with_limit(wrong), "record_size_limit: 0, or 64 to 16,385") << wrong;

  const auto with_messages = [](std::uint32_t octets) {
    return refusal(ErrorCode::invalid_argument,
                   [octets](ServerSettings& settings) { settings.max_handshake_message = octets; });
  };
  EXPECT_EQ(with_messages(4096), "");
  EXPECT_EQ(with_messages(4095), "max_handshake_message: 4,096 at least");

  const auto with_lifetime = [](std::chrono::seconds lifetime) {
    return refusal(ErrorCode::invalid_argument,
                   [lifetime](ServerSettings& settings) { settings.session_lifetime = lifetime; });
  };
  // RFC 8446 §4.6.1: seven days at most.
  EXPECT_EQ(with_lifetime(std::chrono::days{7}), "");
  EXPECT_EQ(with_lifetime(std::chrono::days{7} + std::chrono::seconds{1}),
            "session_lifetime: 1 second to 7 days");
  EXPECT_EQ(with_lifetime(std::chrono::seconds{0}), "session_lifetime: 1 second to 7 days");
}

TEST(ConfigCredentials, AreNeededAndLongEnough) {
  EXPECT_EQ(refusal(ErrorCode::unsupported_option, [](ServerSettings& s) { s.credentials.clear(); }),
            "credentials: a server needs a certificate");
  const auto with_rsa = [](std::uint16_t bits) {
    return refusal(ErrorCode::unsupported_option, [bits](ServerSettings& settings) {
      settings.credentials = {authority().credential(x509::KeyKind::rsa_2048)};
      settings.policy.min_rsa_bits = bits;
    });
  };
  EXPECT_EQ(with_rsa(2048), "");
  EXPECT_EQ(with_rsa(3072), "credentials: the RSA key is shorter than the policy allows");
}

TEST(ConfigTrust, NeedsAnAnchor) {
  ClientSettings settings = client_settings();
  settings.trust = TrustStore::Builder().build();
  const auto made = ClientConfig::make(settings);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::no_trust_anchor);
}

TEST(Credential, IsReadFromOneDerCertificateAlone) {
  const auto leaf = authority().issue(x509::KeyKind::ec_p256, Authority::leaf_template());
  const auto made = Credential::from_pem(leaf.certificate, leaf.key_pem);
  ASSERT_TRUE(made) << describe(made.error());
  ASSERT_EQ(made->chain().size(), 1U);
  EXPECT_TRUE(equal(made->chain().front(), leaf.certificate));
  EXPECT_TRUE(std::ranges::equal(made->schemes(), std::array{SignatureScheme::ecdsa_secp256r1_sha256}));
}

// A certificate of our own that does not parse is our fault, whatever a peer's would be.
TEST(Credential, OfAMalformedCertificateIsOurFault) {
  auto leaf = authority().issue(x509::KeyKind::ec_p256, Authority::leaf_template());
  leaf.certificate.pop_back();
  const auto made = Credential::from_pem(leaf.certificate, leaf.key_pem);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::own_certificate_malformed);
  EXPECT_EQ(made.error().alert, AlertDescription::internal_error);
}

TEST(Credential, IsValidInItsTime) {
  const Credential credential = authority().credential();
  EXPECT_TRUE(credential.check_validity(now));
  const auto early = credential.check_validity(now - std::chrono::days{1});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::own_certificate_expired);
  EXPECT_STREQ(early.error().detail, "not yet valid");
  const auto late = credential.check_validity(now + std::chrono::days{8});
  ASSERT_FALSE(late);
  EXPECT_STREQ(late.error().detail, "expired");
}

// What it reads of its leaf, it reads in its own copy of the chain, however many were made of one.
TEST(Credential, OutlivesTheOneItIsAVariationOf) {
  std::optional<Credential> first = authority().credential();
  const Credential stapled = first->with_ocsp_response(Octets{1, 2, 3});
  const Credential both = stapled.with_signed_certificate_timestamps(Octets{4});
  EXPECT_FALSE(both.chain().front().data() == first->chain().front().data());
  first.reset();
  for (const Credential* credential : {&stapled, &both}) {
    EXPECT_EQ(credential->contents().leaf->der.data(), credential->chain().front().data());
    EXPECT_TRUE(credential->matches("localhost"));
    EXPECT_TRUE(credential->matches("LOCALHOST."));
    EXPECT_FALSE(credential->matches("other.example"));
    EXPECT_FALSE(credential->matches("no name"));
    EXPECT_FALSE(credential->matches(""));
    EXPECT_TRUE(credential->check_validity(now));
  }
}

// RFC 9850 §2: label, random and secret, a line each; a second log of the file goes on behind the first.
TEST(KeyLogFile, AppendsLinesThatNobodyElseReads) {
  namespace fs = std::filesystem;
  std::string folder = (fs::temp_directory_path() / "handfast-key-log-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const fs::path path = fs::path(folder) / "keys";
  for (const std::uint8_t octet : {std::uint8_t{0xab}, std::uint8_t{0x01}}) {
    const auto log = key_log_file(path.string());
    ASSERT_TRUE(log) << describe(log.error());
    (*log)->write("LABEL", Octets(2, octet), Octets(3, 0x4f));
  }
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, "LABEL abab 4f4f4f\nLABEL 0101 4f4f4f\n");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  fs::remove_all(folder);
  const auto none = key_log_file(path.string());
  ASSERT_FALSE(none) << "the folder is gone";
  EXPECT_EQ(none.error().code, ErrorCode::file_unreadable);
}

// What it could not write it tells, and what it writes later stands on a line of its own.
TEST(KeyLogFile, SaysWhenLinesAreLost) {
  namespace fs = std::filesystem;
  std::string path = (fs::temp_directory_path() / "handfast-key-log-XXXXXX").string();
  const int made = ::mkstemp(path.data());
  ASSERT_GE(made, 0);
  ::close(made);
  const auto log = key_log_file(path);
  ASSERT_TRUE(log) << describe(log.error());
  const auto write = [&] { (*log)->write("LABEL", Octets(2, 0xab), Octets(3, 0x4f)); };
  write();
  EXPECT_FALSE((*log)->failure());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 24, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  write();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ((*log)->failure(), std::errc::file_too_large);
  write();
  EXPECT_EQ((*log)->failure(), std::errc::file_too_large) << "the first reason stays";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, "LABEL abab 4f4f4f\nLABEL \nLABEL abab 4f4f4f\n");
  fs::remove(path);
}

TEST(PolicyNames, AreDatedOrAliases) {
  EXPECT_EQ(policies::find("default"), &policies::standard);
  EXPECT_EQ(policies::find("standard"), &policies::standard);
  EXPECT_EQ(policies::find("modern"), &policies::modern);
  EXPECT_EQ(policies::find("classic"), &policies::classic);
  EXPECT_EQ(policies::find("lenient"), nullptr);
  for (const Policy* policy : policies::all()) EXPECT_EQ(policies::find(policy->name), policy);
}

TEST(PolicyValues, AreReadByTheirNames) {
  EXPECT_EQ(parse_cipher_suite("tls_aes_128_gcm_sha256"), CipherSuite::TLS_AES_128_GCM_SHA256);
  EXPECT_EQ(parse_signature_scheme("ed25519"), SignatureScheme::ed25519);
  for (const std::string_view name : {"P-256", "p256", "prime256v1", "SECP256R1"})
    EXPECT_EQ(parse_named_group(name), NamedGroup::secp256r1) << name;
  EXPECT_EQ(parse_named_group("x25519mlkem768"), NamedGroup::X25519MLKEM768);
  for (const std::string_view name : {"1.3", "TLS1.3", "TLSv1.3"})
    EXPECT_EQ(parse_protocol_version(name), ProtocolVersion::tls13) << name;
  EXPECT_EQ(parse_protocol_version("tlsv1.2"), ProtocolVersion::tls12);
}

TEST(PolicyValues, ThatNobodyKnowsAreRefused) {
  EXPECT_EQ(parse_cipher_suite("TLS_NULL").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(parse_signature_scheme("").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(parse_named_group("P-255").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(parse_protocol_version("1.1").error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace handfast::test
