// The table of extensions, and what can be asked of hellos besides their fields.
#include <array>

#include <gtest/gtest.h>

#include "message/golden.hpp"
#include "message/messages.hpp"

namespace handfast::message {
namespace {

using test::golden;
using test::to_hex;

TEST(ExtensionTable, IsTheTableOfTheRfc) {
  using enum ExtensionPlace;
  using enum ExtensionType;
  // RFC 8446 §4.2, read off by hand for a few rows.
  EXPECT_EQ(places_of(server_name), client_hello | encrypted_extensions | server_hello_tls12);
  EXPECT_EQ(places_of(key_share), client_hello | server_hello | hello_retry_request);
  EXPECT_EQ(places_of(cookie), client_hello | hello_retry_request);
  EXPECT_EQ(places_of(early_data), client_hello | encrypted_extensions | new_session_ticket);
  EXPECT_TRUE(may_stand_in(oid_filters, certificate_request));
  EXPECT_FALSE(may_stand_in(oid_filters, client_hello));
  EXPECT_FALSE(may_stand_in(signature_algorithms, server_hello_tls12));
}

TEST(ExtensionTable, HasEachTypeOnce) {
  for (std::size_t i = 0; i < extension_table.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(extension_table[i].type, extension_table[j].type);
}

// [8446:4.3.2#5] [8446:9.3#5] [8446:4.6.1#7]
TEST(ExtensionTable, LeavesWhatHandfastDoesNotKnowAlone) {
  EXPECT_FALSE(is_known(static_cast<ExtensionType>(0x0a0a)));
  EXPECT_FALSE(is_known(ExtensionType::use_srtp));
  EXPECT_FALSE(is_known(ExtensionType::heartbeat));
  EXPECT_TRUE(is_known(ExtensionType::renegotiation_info));
}

/// The type's extension, with a body that no description accepts, in every kind of block.
template <class Block>
bool refused_here(ExtensionType type) {
  std::array<std::uint8_t, 6> octets{};
  wire::store<2>(octets.data(), 4);
  wire::store<2>(octets.data() + 2, static_cast<std::uint32_t>(type));
  Block block;
  wire::Reader<> reader(octets);
  reader.read(block);
  return reader.failed() && reader.error().code == ErrorCode::extension_not_allowed;
}

// [8446:4.2#3] [8446:4.2.6#2] [5246:7.4.1.4.1#5] [8446:4.1.3#7] [8446:4.2.9#5]
TEST(ExtensionTable, DecidesWhatEachBlockRefuses) {
  for (std::uint32_t number = 0; number <= 0xffff; ++number) {
    const auto type = static_cast<ExtensionType>(number);
    const auto refused = [&](auto... place) { return is_known(type) && (!may_stand_in(type, place) && ...); };
    using enum ExtensionPlace;
    ASSERT_EQ(refused_here<decltype(ClientHello::extensions)>(type), refused(client_hello)) << number;
    ASSERT_EQ(refused_here<decltype(ServerHello::extensions)>(type),
              refused(server_hello, server_hello_tls12))
        << number;
    ASSERT_EQ(refused_here<decltype(EncryptedExtensions::extensions)>(type), refused(encrypted_extensions));
    ASSERT_EQ(refused_here<decltype(CertificateEntry::extensions)>(type), refused(certificate));
    ASSERT_EQ(refused_here<decltype(CertificateRequest::extensions)>(type), refused(certificate_request));
    ASSERT_EQ(refused_here<decltype(NewSessionTicket::extensions)>(type), refused(new_session_ticket));
  }
}

// [8446:4.1.3#9]
TEST(ServerHello, IsToldFromAHelloRetryRequestByItsRandom) {
  EXPECT_TRUE(is_hello_retry_request(golden("hello_retry_request").octets));
  EXPECT_FALSE(is_hello_retry_request(golden("server_hello").octets));
  EXPECT_FALSE(is_hello_retry_request(golden("client_hello").octets));
  const auto sample = golden("hello_retry_request");
  for (std::size_t size = 0; size < 38; ++size)
    EXPECT_FALSE(is_hello_retry_request(Bytes(sample.octets).first(size)));
  EXPECT_TRUE(is_hello_retry_request(Bytes(sample.octets).first(38)));
  Octets other = sample.octets;
  other[37] ^= 1;
  EXPECT_FALSE(is_hello_retry_request(other));
}

TEST(ServerHello, ExtensionsAreJudgedByVersion) {
  const auto modern = golden("server_hello");
  const auto classic = golden("server_hello_tls12");
  const auto tls13 = wire::decode<ServerHello>(modern.body());
  const auto tls12 = wire::decode<ServerHello>(classic.body());
  ASSERT_TRUE(tls13 && tls12);
  EXPECT_TRUE(check_extensions(*tls13, ProtocolVersion::tls13));
  EXPECT_TRUE(check_extensions(*tls12, ProtocolVersion::tls12));
  const auto swapped = check_extensions(*tls12, ProtocolVersion::tls13);
  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error().code, ErrorCode::extension_not_allowed);
  EXPECT_STREQ(swapped.error().field, "server_name");
  EXPECT_EQ(swapped.error().message, HandshakeType::server_hello);
  EXPECT_EQ(swapped.error().offset, 48U);
  EXPECT_FALSE(check_extensions(*tls13, ProtocolVersion::tls12));
}

TEST(ClientHello, IsTruncatedInFrontOfItsBinders) {
  const auto sample = golden("client_hello");
  const auto hello = wire::decode<ClientHello>(sample.body());
  ASSERT_TRUE(hello);
  const Bytes prefix = truncated(sample.octets, *hello);
  // Two binders of 32 and 48 octets with a length each, and the length of the list.
  EXPECT_EQ(prefix.size(), sample.octets.size() - (2 + 1 + 32 + 1 + 48));
  EXPECT_EQ(prefix.data(), sample.octets.data());
  EXPECT_EQ(to_hex(Bytes(sample.octets).subspan(prefix.size(), 2)), "0052");
}

TEST(ClientHello, WithoutPskIsNotTruncated) {
  const auto sample = golden("client_hello_empty_block");
  const auto hello = wire::decode<ClientHello>(sample.body());
  ASSERT_TRUE(hello);
  EXPECT_EQ(truncated(sample.octets, *hello).size(), sample.octets.size());
}

}  // namespace
}  // namespace handfast::message
