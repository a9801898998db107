// The table of cipher suites, held against the suites' names: "TLS_kx_auth_WITH_cipher_hash".
#include "schedule/suite.hpp"

#include <gtest/gtest.h>

namespace handfast::schedule {
namespace {

using crypto::AeadAlgorithm;
using crypto::HashAlgorithm;

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

void check_against_name(const SuiteInfo& info, std::string_view name) {
  SCOPED_TRACE(name);
  EXPECT_NE(info.aead.has_value(), info.cbc.has_value());
  EXPECT_EQ(info.version, holds(name, "_WITH_") ? ProtocolVersion::tls12 : ProtocolVersion::tls13);
  EXPECT_EQ(info.key_exchange, holds(name, "TLS_RSA_")     ? KeyExchange::rsa
                               : holds(name, "TLS_ECDHE_") ? KeyExchange::ecdhe
                                                           : KeyExchange::negotiated_apart);
  EXPECT_EQ(info.authentication, holds(name, "_ECDSA_") ? Authentication::ecdsa
                                 : holds(name, "_RSA_") ? Authentication::rsa
                                                        : Authentication::negotiated_apart);
  if (info.aead) {
    EXPECT_EQ(*info.aead, holds(name, "AES_128_GCM")   ? AeadAlgorithm::aes_128_gcm
                          : holds(name, "AES_256_GCM") ? AeadAlgorithm::aes_256_gcm
                                                       : AeadAlgorithm::chacha20_poly1305);
    EXPECT_EQ(info.hash, name.ends_with("_SHA384") ? HashAlgorithm::sha384 : HashAlgorithm::sha256);
  } else {
    EXPECT_TRUE(holds(name, "_CBC_"));
    EXPECT_EQ(info.cbc->key_size, holds(name, "AES_128") ? 16U : 32U);
    EXPECT_EQ(info.cbc->mac, name.ends_with("_SHA")      ? HashAlgorithm::sha1
                             : name.ends_with("_SHA256") ? HashAlgorithm::sha256
                                                         : HashAlgorithm::sha384);
    EXPECT_EQ(info.hash, name.ends_with("_SHA384") ? HashAlgorithm::sha384 : HashAlgorithm::sha256);
  }
  EXPECT_EQ(info.deprecated(), holds(name, "TLS_RSA_") || holds(name, "_CBC_"));
}

TEST(Suites, EveryNamedSuiteButTheSignalsIsDescribedAsItsNameSays) {
  int described = 0;
  for (int number = 0; number <= 0xffff; ++number) {
    const auto suite = static_cast<CipherSuite>(number);
    const std::string_view name = name_of(suite);
    const SuiteInfo* info = suite_info(suite);
    const bool real =
        !name.empty() && !name.ends_with("_SCSV") && suite != CipherSuite::TLS_NULL_WITH_NULL_NULL;
    ASSERT_EQ(info != nullptr, real) << to_string(suite);
    if (info == nullptr) continue;
    EXPECT_EQ(info->suite, suite);
    check_against_name(*info, name);
    ++described;
  }
  EXPECT_EQ(described, 23);
}

}  // namespace
}  // namespace handfast::schedule
