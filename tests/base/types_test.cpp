// Names and numbers of TLS.
#include <handfast/types.hpp>

#include <gtest/gtest.h>

namespace handfast {
namespace {

TEST(Types, NamesAreTheRfcs) {
  EXPECT_EQ(to_string(CipherSuite::TLS_AES_128_GCM_SHA256), "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(to_string(NamedGroup::X25519MLKEM768), "X25519MLKEM768");
  EXPECT_EQ(to_string(ProtocolVersion::tls13), "TLSv1.3");
}

TEST(Types, UnknownNumbersPrintAsNumbers) {
  EXPECT_EQ(to_string(static_cast<CipherSuite>(0x0a0a)), "0x0a0a");
  EXPECT_EQ(to_string(static_cast<HandshakeType>(99)), "0x63");
}

TEST(Types, GreaseValuesAreTheSixteenOfRfc8701) {
  int count = 0;
  for (unsigned v = 0; v <= 0xffff; ++v) count += is_grease(static_cast<std::uint16_t>(v)) ? 1 : 0;
  EXPECT_EQ(count, 16);
  EXPECT_TRUE(is_grease(0xfafa));
  EXPECT_FALSE(is_grease(0x0a1a));
}

}  // namespace
}  // namespace handfast
