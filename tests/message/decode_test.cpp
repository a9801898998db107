// What the parser accepts and refuses, message by message.
#include <gtest/gtest.h>

#include "message/golden.hpp"
#include "message/messages.hpp"
#include "message/properties.hpp"

namespace handfast::message {
namespace {

using test::from_hex;
using test::golden;
using test::to_hex;

template <class T>
Error error_of(const char* hex) {
  const Octets octets = from_hex(hex);
  T value;
  const auto decoded = wire::decode_into(value, octets);
  EXPECT_FALSE(decoded) << "decoded: " << hex;
  return decoded ? Error() : decoded.error();
}

/// An extension block with one extension.
template <class Block>
Result<> decode_extension(ExtensionType type, const char* hex) {
  const Octets data = from_hex(hex);
  Octets octets(6 + data.size());
  wire::store<2>(octets.data(), static_cast<std::uint32_t>(4 + data.size()));
  wire::store<2>(octets.data() + 2, static_cast<std::uint32_t>(type));
  wire::store<2>(octets.data() + 4, static_cast<std::uint32_t>(data.size()));
  copy(data, MutableBytes(octets).subspan(6));
  struct Holder {
    Block extensions;
  };
  Holder holder;
  wire::Reader<> reader(octets);
  reader("extensions", holder.extensions);
  if (reader.failed()) return fail(reader.error());
  return {};
}
template <class Block>
ErrorCode code_of(ExtensionType type, const char* hex) {
  const auto result = decode_extension<Block>(type, hex);
  EXPECT_FALSE(result) << to_string(type) << " decoded: " << hex;
  return result ? ErrorCode::internal_error : result.error().code;
}

using InClientHello = decltype(ClientHello::extensions);
using InServerHello = decltype(ServerHello::extensions);
using InEncryptedExtensions = decltype(EncryptedExtensions::extensions);
using InCertificateRequest = decltype(CertificateRequest::extensions);
using InCertificate = decltype(CertificateEntry::extensions);
using InNewSessionTicket = decltype(NewSessionTicket::extensions);

TEST(Decode, ReadsTheFieldsOfAClientHello) {
  const auto sample = golden("client_hello");
  const auto hello = wire::decode<ClientHello>(sample.body());
  ASSERT_TRUE(hello) << describe(hello.error());
  EXPECT_EQ(hello->legacy_version, ProtocolVersion::tls12);
  EXPECT_EQ(hello->random[0], 0x20);
  EXPECT_EQ(hello->legacy_session_id.size(), 32U);
  EXPECT_TRUE(hello->cipher_suites.contains(CipherSuite::TLS_AES_256_GCM_SHA384));
  const auto& extensions = hello->extensions;
  EXPECT_EQ(extensions.server_name->server_name_list.front().host_name.text(), "www.example.com");
  EXPECT_EQ(extensions.max_fragment_length->max_fragment_length, MaxFragmentLength::octets_1024);
  EXPECT_TRUE(extensions.supported_groups->named_group_list.contains(NamedGroup::X25519MLKEM768));
  EXPECT_EQ(extensions.record_size_limit->record_size_limit, 16385);
  EXPECT_EQ(extensions.key_share->client_shares.count(), 2U);
  EXPECT_EQ(extensions.pre_shared_key->identities.front().obfuscated_ticket_age, 0x12345678U);
  EXPECT_EQ(extensions.pre_shared_key->binders.count(), 2U);
  EXPECT_EQ(trust_anchor_id_to_text(extensions.trust_anchors->trust_anchor_list.front()), "32473.1");
  EXPECT_EQ(extensions.received().count(), 31U);
}

TEST(Decode, EverySampleRoundTrips) {
  for (const auto& sample : test::all_golden()) {
    if (sample.damaged()) continue;
    test::for_each_message([&]<class T>() {
      if (sample.octets[0] != static_cast<std::uint8_t>(T::type)) return;
      EXPECT_EQ(test::broken_round_trip<T>(sample.body()), "") << sample.name;
    });
  }
}

// [8446:6#5,6]
TEST(Decode, RefusesEveryTruncationOfWhatHasAnEnd) {
  // Only messages whose last field has a length of its own, or a constant one.
  const auto refuses = [&]<class T>(const char* name) {
    const auto sample = golden(name);
    const Bytes body = sample.body();
    for (std::size_t size = 0; size < body.size(); ++size) {
      const Octets cut = to_octets(body.first(size));
      T value;
      const auto decoded = wire::decode_into(value, cut);
      ASSERT_FALSE(decoded) << name << " cut to " << size;
      EXPECT_EQ(decoded.error().code, ErrorCode::truncated) << name << " cut to " << size;
      EXPECT_EQ(decoded.error().message, T::type);
      EXPECT_NE(decoded.error().field, nullptr);
      EXPECT_LE(decoded.error().offset, size);
    }
  };
  refuses.operator()<HelloRetryRequest>("hello_retry_request");
  refuses.operator()<EncryptedExtensions>("encrypted_extensions");
  refuses.operator()<CertificateRequest>("certificate_request");
  refuses.operator()<Certificate>("certificate");
  refuses.operator()<CertificateVerify>("certificate_verify");
  refuses.operator()<NewSessionTicket>("new_session_ticket");
  refuses.operator()<KeyUpdate>("key_update");
  refuses.operator()<CompressedCertificate>("compressed_certificate");
  refuses.operator()<Certificate12>("certificate_tls12");
  refuses.operator()<RawPublicKey12>("raw_public_key_tls12");
  refuses.operator()<CertificateStatus>("certificate_status");
  refuses.operator()<ServerKeyExchange>("server_key_exchange");
  refuses.operator()<CertificateRequest12>("certificate_request_tls12");
  refuses.operator()<EncryptedPreMasterSecret>("client_key_exchange_rsa");
  refuses.operator()<ClientECDiffieHellmanPublic>("client_key_exchange_ecdhe");
  refuses.operator()<NewSessionTicket12>("new_session_ticket_tls12");
}

// RFC 5246 §7.4.1.2, §7.4.1.3 [8446:4.1.2#14] [8446:4.1.2#15]: a hello may end in front of its extensions,
// and nowhere else.
TEST(Decode, HellosMayEndInFrontOfTheirExtensions) {
  const auto client = golden("client_hello");
  const std::size_t client_end = 81;
  for (std::size_t size = 0; size < client.body().size(); ++size)
    EXPECT_EQ(wire::decode<ClientHello>(client.body().first(size)).has_value(), size == client_end) << size;
  const auto server = golden("server_hello");
  const std::size_t server_end = 46;
  for (std::size_t size = 0; size < server.body().size(); ++size)
    EXPECT_EQ(wire::decode<ServerHello>(server.body().first(size)).has_value(), size == server_end) << size;
}

TEST(Decode, RefusesTrailingData) {
  for (const auto& sample : test::all_golden()) {
    if (sample.damaged() || sample.name == "finished") continue;
    Octets longer = to_octets(sample.body());
    longer.push_back(0);
    test::for_each_message([&]<class T>() {
      if (sample.octets[0] != static_cast<std::uint8_t>(T::type)) return;
      T value;
      if (!wire::decode_into(value, sample.body())) return;  // another form of this type
      const auto decoded = wire::decode_into(value, longer);
      ASSERT_FALSE(decoded) << sample.name;
      const bool block = sample.name.ends_with("without_extensions");  // half of a block's length
      EXPECT_EQ(decoded.error().code, block ? ErrorCode::truncated : ErrorCode::trailing_data) << sample.name;
      EXPECT_EQ(decoded.error().offset, block ? longer.size() - 1 : sample.body().size()) << sample.name;
    });
  }
}

TEST(Decode, NamesTheInnermostField) {
  const Error error = error_of<Certificate>("00 00000c 000001aa 0006 0005 0002 0200");
  EXPECT_EQ(error.code, ErrorCode::illegal_value);
  EXPECT_EQ(error.message, HandshakeType::certificate);
  EXPECT_STREQ(error.field, "status_type");
  EXPECT_EQ(error.offset, 14U);
}

TEST(Decode, ChecksTheBoundsOfClientHello) {
  const std::string front = "0303" + std::string(64, 'a');
  const auto code = [&](const char* rest) { return error_of<ClientHello>((front + rest).c_str()).code; };
  EXPECT_EQ(code(("21" + std::string(66, '0') + "0002 1301 0100 0000").c_str()), ErrorCode::vector_too_long);
  EXPECT_EQ(code("00 0000 0100 0000"), ErrorCode::vector_too_short);  // no suite
  EXPECT_EQ(code("00 0003 130113 0100 0000"), ErrorCode::vector_not_multiple);
  EXPECT_EQ(code("00 0002 1301 00 0000"), ErrorCode::vector_too_short);  // no compression method
  EXPECT_TRUE(wire::decode<ClientHello>(from_hex(front + "00 0002 1301 0100 0000")));
}

// max_fragment_length: [6066:4#3]
// [7301:3.1#1,2] [6066:3#1] [6066:4#1] [6066:8#1] [6066:11.1#2]
TEST(Decode, ChecksTheBoundsOfExtensionsInClientHello) {
  using enum ExtensionType;
  const struct {
    ExtensionType type;
    const char* hex;
    ErrorCode code;
  } cases[] = {
      {server_name, "0000", ErrorCode::vector_too_short},
      {server_name, "0003 00 0000", ErrorCode::vector_too_short},
      {server_name, "", ErrorCode::truncated},
      {max_fragment_length, "00", ErrorCode::illegal_value},
      {max_fragment_length, "05", ErrorCode::illegal_value},
      {max_fragment_length, "0101", ErrorCode::trailing_data},
      {status_request, "", ErrorCode::truncated},
      {status_request, "01 0002 0000 0000", ErrorCode::vector_too_short},
      {supported_groups, "0000", ErrorCode::vector_too_short},
      {supported_groups, "0003 001d00", ErrorCode::vector_not_multiple},
      {ec_point_formats, "00", ErrorCode::vector_too_short},
      {signature_algorithms, "0000", ErrorCode::vector_too_short},
      {signature_algorithms, "0001 04", ErrorCode::vector_too_short},
      {application_layer_protocol_negotiation, "0000", ErrorCode::vector_too_short},
      {application_layer_protocol_negotiation, "0003 00 0168", ErrorCode::vector_too_short},
      {signed_certificate_timestamp, "00", ErrorCode::trailing_data},
      {client_certificate_type, "00", ErrorCode::vector_too_short},
      {server_certificate_type, "00", ErrorCode::vector_too_short},
      {encrypt_then_mac, "00", ErrorCode::trailing_data},
      {extended_master_secret, "00", ErrorCode::trailing_data},
      {compress_certificate, "00", ErrorCode::vector_too_short},
      {compress_certificate, "03 000200", ErrorCode::vector_not_multiple},
      {record_size_limit, "003f", ErrorCode::illegal_value},
      {record_size_limit, "40", ErrorCode::truncated},
      {delegated_credential, "0000", ErrorCode::vector_too_short},
      {early_data, "00", ErrorCode::trailing_data},
      {supported_versions, "00", ErrorCode::vector_too_short},
      {supported_versions, "03 030403", ErrorCode::vector_not_multiple},
      {supported_versions, "0304", ErrorCode::truncated},  // the server's form
      {cookie, "0000", ErrorCode::vector_too_short},
      {psk_key_exchange_modes, "00", ErrorCode::vector_too_short},
      {certificate_authorities, "0000", ErrorCode::vector_too_short},
      {certificate_authorities, "0003 0000 00", ErrorCode::vector_too_short},
      {trust_anchors, "", ErrorCode::truncated},
      {trust_anchors, "0001 00", ErrorCode::vector_too_short},
      {trust_anchors, "0003 02 81fd 00", ErrorCode::trailing_data},
      {trust_anchors, "0002 02 81fd", ErrorCode::truncated},
      {trust_anchors, "0000 00", ErrorCode::trailing_data},
      {oid_filters, "0000", ErrorCode::extension_not_allowed},
      {post_handshake_auth, "00", ErrorCode::trailing_data},
      {signature_algorithms_cert, "0000", ErrorCode::vector_too_short},
      {key_share, "0004 001d 0000", ErrorCode::vector_too_short},
      {key_share, "001d", ErrorCode::truncated},  // a HelloRetryRequest's form
      {ticket_request, "01", ErrorCode::truncated},
      {renegotiation_info, "01", ErrorCode::truncated},
      {pre_shared_key,
       "0000 0021 20"
       "0000000000000000000000000000000000000000000000000000000000000000",
       ErrorCode::vector_too_short},
      {pre_shared_key, "0007 0001aa 00000000 0000", ErrorCode::vector_too_short},
      {pre_shared_key,
       "0007 0001aa 00000000 0020 1f"
       "00000000000000000000000000000000000000000000000000000000000000",
       ErrorCode::vector_too_short},
  };
  for (const auto& [type, hex, code] : cases)
    EXPECT_EQ(code_of<InClientHello>(type, hex), code) << to_string(type) << ' ' << hex;
}

TEST(Decode, AcceptsTheSmallestFormsInClientHello) {
  using enum ExtensionType;
  const struct {
    ExtensionType type;
    const char* hex;
  } cases[] = {{server_name, "0004 00 000161"},
               {status_request, "01 0000 0000"},
               {status_request, "ff"},
               {session_ticket, ""},
               {padding, ""},
               {key_share, "0000"},  // asks for a HelloRetryRequest
               {supported_versions, "02 0304"},
               {renegotiation_info, "00"},
               {record_size_limit, "0040"},
               {trust_anchors, "0000"},  // asks for the server's alone
               {cookie, "000100"}};
  for (const auto& [type, hex] : cases)
    EXPECT_TRUE(decode_extension<InClientHello>(type, hex)) << to_string(type);
}

TEST(Decode, ChecksTheBoundsOfExtensionsElsewhere) {
  using enum ExtensionType;
  EXPECT_EQ(code_of<InServerHello>(server_name, "0004 00 000161"), ErrorCode::trailing_data);
  EXPECT_EQ(code_of<InServerHello>(supported_versions, "02 0304"), ErrorCode::trailing_data);
  EXPECT_EQ(code_of<InServerHello>(key_share, "001d 0000"), ErrorCode::vector_too_short);
  EXPECT_EQ(code_of<InServerHello>(key_share, "001d"), ErrorCode::truncated);
  EXPECT_EQ(code_of<InServerHello>(pre_shared_key, "00"), ErrorCode::truncated);
  EXPECT_EQ(code_of<InServerHello>(session_ticket, "00"), ErrorCode::trailing_data);
  EXPECT_EQ(code_of<InEncryptedExtensions>(server_name, "00"), ErrorCode::trailing_data);
  EXPECT_EQ(code_of<InEncryptedExtensions>(early_data, "00000000"), ErrorCode::trailing_data);
  EXPECT_EQ(code_of<InEncryptedExtensions>(trust_anchors, "0000"), ErrorCode::vector_too_short);
  EXPECT_EQ(code_of<InEncryptedExtensions>(trust_anchors, "0001 00"), ErrorCode::vector_too_short);
  EXPECT_EQ(code_of<InNewSessionTicket>(early_data, ""), ErrorCode::truncated);
  EXPECT_EQ(code_of<InCertificate>(status_request, "01 000000"), ErrorCode::vector_too_short);
  EXPECT_EQ(code_of<InCertificate>(signed_certificate_timestamp, "0002 0000"), ErrorCode::vector_too_short);
  EXPECT_EQ(code_of<InCertificate>(trust_anchors, "0000"), ErrorCode::trailing_data);
  EXPECT_EQ(code_of<InCertificateRequest>(trust_anchors, "0001 00"), ErrorCode::vector_too_short);
  EXPECT_EQ(code_of<InServerHello>(trust_anchors, "0003 02 81fd"), ErrorCode::extension_not_allowed);
  EXPECT_EQ(code_of<InCertificateRequest>(oid_filters, "0003 00 0000"), ErrorCode::vector_too_short);
}

// KeyUpdate: [8446:4.6.3#3]
TEST(Decode, ChecksTheBoundsOfTheOtherMessages) {
  EXPECT_EQ(error_of<Certificate>("00 000005 000000 0000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<CertificateRequest>("00 0000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<NewSessionTicket>("00000000 00000000 00 0000 0000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<KeyUpdate>("02").code, ErrorCode::illegal_value);
  EXPECT_EQ(error_of<CompressedCertificate>("0001 000001 000000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<Certificate12>("000003 000000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<CertificateStatus>("02 000001 00").code, ErrorCode::illegal_value);
  EXPECT_EQ(error_of<ServerKeyExchange>("01 0017 01 04 0403 0000").code, ErrorCode::illegal_value);
  EXPECT_EQ(error_of<ServerKeyExchange>("03 0017 00 0403 0000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<CertificateRequest12>("00 0002 0401 0000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<CertificateRequest12>("0101 0000 0000").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<ClientECDiffieHellmanPublic>("00").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<ServerHelloDone>("00").code, ErrorCode::trailing_data);
  EXPECT_EQ(error_of<HelloRequest>("00").code, ErrorCode::trailing_data);
  EXPECT_EQ(error_of<EndOfEarlyData>("00").code, ErrorCode::trailing_data);
}

TEST(Decode, MessagesLiveInAHandshakesSlot) {
  test::for_each_message([]<class T>() {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
    static_assert(sizeof(T) <= sizeof(ClientHello));
  });
  EXPECT_LE(sizeof(ClientHello), 768U);
}

}  // namespace
}  // namespace handfast::message
