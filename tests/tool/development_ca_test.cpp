// The development CA through time, which a test of the whole program cannot move.
#include "development_ca.hpp"

#include <filesystem>
#include <fstream>

#include <handfast/certificate.hpp>
#include <handfast/server_name.hpp>
#include <handfast/verify.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace handfast::tool {
namespace {

using std::chrono::days;

class DevelopmentCa : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = (std::filesystem::temp_directory_path() / "handfast-ca-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder = path;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  DevelopmentCertificate load(Time now) {
    auto made = development_certificate(folder, now);
    EXPECT_TRUE(made) << (made ? "" : made.error().what);
    return *made;
  }
  static std::string fingerprint(const DevelopmentCertificate& certificate) {
    const auto digest = x509::fingerprint(certificate.credential.chain().front());
    return {digest.begin(), digest.end()};
  }
  bool trusted(const DevelopmentCertificate& certificate, std::string_view name, Time now) {
    const auto trust = TrustStore::from_file(certificate.ca_file).value();
    const auto wanted = ServerName::parse(name).value();
    x509::VerificationRequest request;
    request.chain = certificate.credential.chain();
    request.trust = trust.get();
    request.name = &wanted;
    request.now = now;
    return x509::verify(request).ok();
  }

  std::string folder;
  const Time start = system_now();
};

TEST_F(DevelopmentCa, VouchesForThisMachineOnly) {
  const auto certificate = load(start);
  EXPECT_TRUE(certificate.ca_is_new);
  for (const char* name : {"localhost", "127.0.0.1", "::1"})
    EXPECT_TRUE(trusted(certificate, name, start)) << name;
  EXPECT_FALSE(trusted(certificate, "example.org", start));
}

TEST_F(DevelopmentCa, IsKeptWhileItIsFresh) {
  const auto first = load(start);
  const auto second = load(start + days{10});
  EXPECT_FALSE(second.ca_is_new);
  EXPECT_EQ(fingerprint(first), fingerprint(second));
}

TEST_F(DevelopmentCa, RenewsTheLeafBeforeItEnds) {
  const auto first = load(start);
  const Time later = start + days{12};
  const auto second = load(later);
  EXPECT_FALSE(second.ca_is_new);
  EXPECT_NE(fingerprint(first), fingerprint(second));
  EXPECT_TRUE(trusted(second, "localhost", later));
}

TEST_F(DevelopmentCa, RenewsTheCaBeforeItEndsAndTheLeafWithIt) {
  const auto first = load(start);
  const Time later = start + days{80};
  const auto second = load(later);
  EXPECT_TRUE(second.ca_is_new);
  EXPECT_NE(fingerprint(first), fingerprint(second));
  EXPECT_TRUE(trusted(second, "localhost", later));
}

TEST_F(DevelopmentCa, StartsAnewWhenTheClockWentBack) {
  load(start + days{30});
  const auto second = load(start);
  EXPECT_TRUE(second.ca_is_new);
  EXPECT_TRUE(trusted(second, "localhost", start));
}

TEST_F(DevelopmentCa, TellsWhatItCannotWrite) {
  std::ofstream(folder + "/file") << "in the way";
  const auto made = development_certificate(folder + "/file/below", start);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().exit, ExitCode::usage);
  EXPECT_NE(made.error().hint.find("XDG_STATE_HOME"), std::string::npos);
}

}  // namespace
}  // namespace handfast::tool
