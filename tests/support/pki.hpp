// A small certificate authority for tests: roots, leaves and credentials, made when they are needed.
#pragma once
#include <chrono>

#include <handfast/credential.hpp>
#include <handfast/issue.hpp>
#include <handfast/trust.hpp>

#include <gtest/gtest.h>

#include "x509/pem.hpp"

namespace handfast::test {

/// The moment that tests live in: 2026-11-24 12:00 UTC.
inline constexpr Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + std::chrono::hours{12}};

/// A root with its key.
class Authority {
 public:
  explicit Authority(x509::KeyKind kind = x509::KeyKind::ec_p256, const std::string& name = "Test Root")
      : key_(*x509::IssuerKey::generate(kind, system_random())) {
    x509::CertificateTemplate root;
    root.common_name = name;
    root.not_before = now - std::chrono::hours{24};
    root.not_after = now + std::chrono::days{30};
    root.is_ca = true;
    certificate_ = *x509::issue_self_signed(root, key_, system_random());
  }

  [[nodiscard]] std::shared_ptr<const TrustStore> trust() const {
    TrustStore::Builder builder;
    EXPECT_TRUE(builder.add_certificate(certificate_));
    return builder.build();
  }
  [[nodiscard]] const Octets& certificate() const noexcept { return certificate_; }
  [[nodiscard]] const x509::IssuerKey& key() const noexcept { return key_; }

  /// What a leaf says if the test says nothing else: for localhost, both purposes, valid now.
  [[nodiscard]] static x509::CertificateTemplate leaf_template(const std::string& dns_name = "localhost") {
    x509::CertificateTemplate leaf;
    leaf.common_name = dns_name;
    leaf.dns_names = {dns_name};
    leaf.not_before = now - std::chrono::hours{1};
    leaf.not_after = now + std::chrono::days{7};
    leaf.server_auth = true;
    leaf.client_auth = true;
    return leaf;
  }

  struct Leaf {
    Octets certificate;
    SecretOctets key_pem;
    std::string chain_pem;
  };
  [[nodiscard]] Leaf issue(x509::KeyKind kind, const x509::CertificateTemplate& content) const {
    const auto key = *x509::IssuerKey::generate(kind, system_random());
    Leaf leaf;
    leaf.certificate = *x509::issue_certificate(content, key.subject_public_key_info(), {certificate_, key_},
                                                system_random());
    leaf.key_pem = key.to_pem();
    leaf.chain_pem = x509::to_pem("CERTIFICATE", leaf.certificate);
    return leaf;
  }
  [[nodiscard]] Credential credential(x509::KeyKind kind = x509::KeyKind::ec_p256,
                                      const x509::CertificateTemplate& content = leaf_template()) const {
    const Leaf leaf = issue(kind, content);
    auto made = Credential::from_pem(as_bytes(leaf.chain_pem), leaf.key_pem);
    EXPECT_TRUE(made) << (made ? "" : describe(made.error()));
    return *made;
  }

 private:
  x509::IssuerKey key_;
  Octets certificate_;
};

}  // namespace handfast::test
