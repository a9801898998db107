// Trust stores: what they take, and that the system's roots are all accepted.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <handfast/certificate.hpp>
#include <handfast/trust.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include "x509/certificate.hpp"
#include "x509/pem.hpp"
#include "x509/scenario.hpp"
#include "x509/trust_anchor.hpp"

namespace handfast::test {
namespace {

/// A folder that is gone at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "/handfast-trust-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string write(const std::string& name, std::string_view content) const {
    std::string path = path_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Sets a variable of the environment, or unsets it, for a while.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name)) before_ = old;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_); }

 private:
  void set(const std::optional<std::string>& value) {
    if (value)
      ::setenv(name_, value->c_str(), 1);
    else
      ::unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> before_;
};

TEST(TrustStore, ReadsPemFilesAndSkipsWhatDoesNotParse) {
  const Scenario s;
  const std::string text =
      "Root:\n" + x509::certificate_to_pem(s.make_root()) + x509::to_pem("CERTIFICATE", Octets{0x30, 0}) +
      x509::to_pem("PRIVATE KEY", Octets{0x30, 0}) + x509::certificate_to_pem(s.make_intermediate());
  const auto store = TrustStore::from_pem(as_bytes(text));
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->size(), 2U);
  EXPECT_EQ((*store)->skipped(), 1U);
  EXPECT_EQ((*store)->certificates().size(), 2U);
  ASSERT_EQ((*store)->subjects().size(), 2U);
  EXPECT_TRUE(equal((*store)->subjects()[0], s.root.subject));
}

TEST(TrustStore, TheSameCertificateCountsOnce) {
  const Octets root = Scenario().make_root();
  TrustStore::Builder builder;
  EXPECT_TRUE(builder.add_certificate(root));
  EXPECT_TRUE(builder.add_certificate(root));
  EXPECT_EQ(builder.build()->size(), 1U);
  EXPECT_EQ(builder.build()->size(), 0U);  // the builder is empty afterwards
}

TEST(TrustStore, TwoKeysOfOneNameAreTwoAnchorsAndOneSubject) {
  Scenario s;
  TrustStore::Builder builder;
  EXPECT_TRUE(builder.add_certificate(s.make_root()));
  s.root.key = shared_key(4).info;
  EXPECT_TRUE(builder.add_certificate(s.root.sign(shared_key(4))));
  const auto store = builder.build();
  EXPECT_EQ(store->size(), 2U);
  EXPECT_EQ(store->subjects().size(), 1U);
}

// The tables of its keys change how fast a path is judged and nothing else.
TEST(TrustStore, KeysOfManyChecksJudgeTheSame) {
  const Scenario s;
  const auto store =
      TrustStore::from_pem(as_bytes(x509::certificate_to_pem(s.make_root())), TrustStore::KeyUse::often);
  ASSERT_TRUE(store);
  const crypto::PublicKey& key = *(*store)->contents().anchors.front()->public_key;
  EXPECT_EQ(key.has_table(), key.for_many_checks().has_table());
  EXPECT_FALSE((*TrustStore::from_pem(as_bytes(x509::certificate_to_pem(s.make_root()))))
                   ->contents()
                   .anchors.front()
                   ->public_key->has_table());
  const Octets leaf = s.make_leaf();
  Octets intermediate = s.make_intermediate();
  const auto judge = [&] {
    const Bytes chain[] = {leaf, intermediate};
    x509::VerificationRequest request;
    request.chain = chain;
    request.trust = store->get();
    request.now = s.now;
    return x509::verify(request).ok();
  };
  EXPECT_TRUE(judge());
  intermediate.back() ^= 1;  // the last octet of the root's signature
  EXPECT_FALSE(judge());
}

TEST(TrustStore, TakesTrustedCertificatesOfOpenssl) {
  // The certificate has more data behind it there.
  Octets octets = Scenario().make_root();
  octets.insert(octets.end(), {0x30, 0x00});
  const auto store = TrustStore::from_pem(as_bytes(x509::to_pem("TRUSTED CERTIFICATE", octets)));
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->size(), 1U);
}

/// A scenario whose root, or leaf, stands in a file of OpenSSL's with these lists behind it.
x509::Verification verify_with_lists(Bytes lists, x509::Purpose purpose, bool leaf = false) {
  Scenario s;
  s.leaf.remove(oid::certificate_extension<37>);
  const auto store = TrustStore::from_pem(
      as_bytes(x509::to_pem("TRUSTED CERTIFICATE", join({leaf ? s.make_leaf() : s.make_root(), lists}))));
  s.tweak = [&](x509::VerificationRequest& request) {
    request.trust = store ? store->get() : nullptr;
    request.purpose = purpose;
  };
  return s.verify();
}

TEST(TrustStore, TrustsACertificateForWhatItsFileSays) {
  using x509::Purpose;
  const Octets server = identifier(oid::server_auth);
  const Octets client = identifier(oid::client_auth);
  const Octets any = identifier(oid::any_extended_key_usage);
  const auto trust = [](Bytes purposes) { return der::sequence({der::sequence({purposes})}); };
  const auto reject = [](Bytes purposes) {
    return der::sequence({der::value(tag::constructed(0), purposes)});
  };
  EXPECT_TRUE(verify_with_lists(trust(server), Purpose::server).ok());
  EXPECT_FALSE(verify_with_lists(trust(server), Purpose::client).ok());
  EXPECT_TRUE(verify_with_lists(trust(any), Purpose::client).ok());
  EXPECT_FALSE(verify_with_lists(trust(Bytes()), Purpose::server).ok());
  EXPECT_FALSE(verify_with_lists(reject(server), Purpose::server).ok());
  EXPECT_TRUE(verify_with_lists(reject(server), Purpose::client).ok());
  EXPECT_FALSE(verify_with_lists(reject(client), Purpose::client).ok());
  EXPECT_FALSE(verify_with_lists(reject(any), Purpose::any).ok());
  // Rejecting weighs more; the name behind it only informs.
  const Octets both = der::sequence({der::sequence({server}), der::value(tag::constructed(0), server),
                                     der::value(tag::utf8_string, as_bytes("alias"))});
  const auto refused = verify_with_lists(both, Purpose::server);
  EXPECT_TRUE(has(refused, x509::FindingCode::issuer_purpose_not_allowed, x509::Severity::error))
      << x509::to_text(refused);
  // A leaf that stands there itself.
  EXPECT_TRUE(verify_with_lists(trust(server), Purpose::server, true).ok());
  EXPECT_TRUE(has(verify_with_lists(reject(server), Purpose::server, true),
                  x509::FindingCode::purpose_not_allowed, x509::Severity::error));
}

TEST(TrustStore, PassesOverATrustedCertificateWhoseListsDoNotParse) {
  for (const Octets& lists : {Octets{0x05, 0x00}, Octets{0x30, 0x02, 0x30, 0x05}, Octets{0x30, 0x00, 0x00}}) {
    const Octets octets = join({Scenario().make_root(), lists});
    EXPECT_EQ(TrustStore::from_pem(as_bytes(x509::to_pem("TRUSTED CERTIFICATE", octets))).error().code,
              ErrorCode::no_certificate_in_file);
    // And what is no such file may have nothing behind it at all.
    EXPECT_EQ(TrustStore::from_pem(as_bytes(x509::to_pem("CERTIFICATE", octets))).error().code,
              ErrorCode::no_certificate_in_file);
  }
}

TEST(TrustStore, FilesMayBeDer) {
  const Folder folder;
  const Octets root = Scenario().make_root();
  const auto store = TrustStore::from_file(folder.write("root.der", as_text(root)));
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->size(), 1U);
}

TEST(TrustStore, SaysWhatIsWrongWithAFile) {
  const Folder folder;
  EXPECT_EQ(TrustStore::from_file(folder.path() + "/missing").error().code, ErrorCode::file_unreadable);
  EXPECT_EQ(TrustStore::from_file(folder.path()).error().code, ErrorCode::file_unreadable);
  EXPECT_EQ(TrustStore::from_file(folder.write("empty", "")).error().code, ErrorCode::no_certificate_in_file);
  EXPECT_EQ(TrustStore::from_file(folder.write("text", "hello")).error().code,
            ErrorCode::no_certificate_in_file);
  EXPECT_EQ(TrustStore::from_file(folder.write("bad", "-----BEGIN CERTIFICATE-----\nAQ")).error().code,
            ErrorCode::bad_pem);
  EXPECT_EQ(TrustStore::from_file(
                folder.write("bad64", "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n"))
                .error()
                .code,
            ErrorCode::bad_pem);
  EXPECT_EQ(TrustStore::from_file(folder.write("nothing.der", std::string_view("\x30\x00", 2))).error().code,
            ErrorCode::no_certificate_in_file);
}

TEST(TrustStore, SystemFollowsTheEnvironment) {
  const Variable no_file("SSL_CERT_FILE", std::nullopt);
  const Variable no_folders("SSL_CERT_DIR", std::nullopt);
  const Scenario s;
  const Folder folder;
  const std::string root = folder.write("root.pem", x509::certificate_to_pem(s.make_root()));
  {
    const Variable file("SSL_CERT_FILE", root);
    EXPECT_EQ((*TrustStore::system())->size(), 1U);
    const Folder other;
    other.write("a.pem", x509::certificate_to_pem(s.make_intermediate()));
    other.write("readme", "-----BEGIN damaged");
    const Variable folders("SSL_CERT_DIR", other.path() + ":" + folder.path());
    EXPECT_EQ((*TrustStore::system())->size(), 2U);
  }
  {
    const Variable folders("SSL_CERT_DIR", folder.path());
    EXPECT_EQ((*TrustStore::system())->size(), 1U);
  }
  {
    const Variable folders("SSL_CERT_DIR", folder.path() + "/missing");
    EXPECT_EQ(TrustStore::system().error().code, ErrorCode::file_unreadable);
  }
  {
    const Variable file("SSL_CERT_FILE", folder.path() + "/missing");
    EXPECT_EQ(TrustStore::system().error().code, ErrorCode::file_unreadable);
  }
  {
    const Folder empty;
    const Variable folders("SSL_CERT_DIR", empty.path());
    EXPECT_EQ(TrustStore::system().error().code, ErrorCode::no_trust_anchor);
  }
}

TEST(TrustStore, BareAnchorsNeedANameAndAKey) {
  const Scenario s;
  TrustStore::Builder builder;
  EXPECT_TRUE(builder.add_anchor(s.root.subject, s.root_key->info));
  const Octets constraints =
      der::sequence({der::value(tag::constructed(0), der::sequence({dns("example.com")}))});
  EXPECT_TRUE(builder.add_anchor(s.root.subject, s.root_key->info, constraints));
  EXPECT_EQ(builder.add_anchor(s.root_key->info, s.root_key->info).error().code,
            ErrorCode::certificate_malformed);
  EXPECT_EQ(builder.add_anchor(s.root.subject, {}).error().code, ErrorCode::certificate_malformed);
  EXPECT_EQ(builder.add_anchor(s.root.subject, s.root_key->info, Octets{0x30, 0x01}).error().code,
            ErrorCode::certificate_malformed);
  EXPECT_EQ(builder.add_anchor(s.root.subject, rsa_info(Octets(64, 0x81))).error().code,
            ErrorCode::certificate_unsupported);
  EXPECT_EQ(builder.build()->size(), 2U);
}

// Issue 3: the default profile accepts every root of Debian's bundle.
TEST(DebianRoots, EachOneIsAcceptedWhileItIsValid) {
  constexpr const char* bundle = "/etc/ssl/certs/ca-certificates.crt";
  if (!std::filesystem::exists(bundle)) GTEST_SKIP() << "package ca-certificates is not installed";
  const auto store = TrustStore::from_file(bundle);
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->skipped(), 0U);
  EXPECT_GT((*store)->size(), 100U);
  for (const auto& anchor : (*store)->contents().anchors) {
    EXPECT_TRUE(anchor->public_key);
    const Bytes chain[] = {anchor->certificate->der};
    x509::VerificationRequest request;
    request.chain = chain;
    request.trust = store->get();
    request.now = anchor->certificate->not_after;
    request.explain = true;
    const auto verification = x509::verify(request);
    EXPECT_TRUE(verification.ok()) << to_text(verification);
  }
}

}  // namespace
}  // namespace handfast::test
