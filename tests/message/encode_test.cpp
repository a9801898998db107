// Messages built field by field encode to octets that were made by hand (tests/message/golden).
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "message/golden.hpp"
#include "message/messages.hpp"

namespace handfast::message {
namespace {

using test::from_hex;
using test::golden;
using test::to_hex;
using wire::ExtensionSlot;

/// `count` octets that count up from `first`.
Octets range(std::size_t count, std::uint8_t first) {
  Octets octets(count);
  for (std::size_t i = 0; i < count; ++i) octets[i] = static_cast<std::uint8_t>(first + i);
  return octets;
}
template <class T>
void expect_golden(const T& message, const char* name) {
  Octets out;
  const auto done = wire::append_message(message, out);
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_EQ(to_hex(out), to_hex(golden(name).octets));
}

const Octets random_octets = range(32, 0x20);
const Octets null_compression = {0};

TEST(Encode, ClientHelloWithEveryExtension) {
  const Octets session_id = range(32, 0x40), responder = range(3, 0xa0), ticket = range(5, 0x70),
               cookie = range(4, 0xc0), seq = from_hex("3000"), seq2 = from_hex("30023100"), zero = {0},
               x25519 = range(32, 0x80), unknown = range(6, 0x50), zeros(7), identity = range(10, 0x10),
               sha256 = range(32, 0xe0), sha384 = range(48, 0xb0), odd_name = from_hex("22ff"),
               anchor = from_hex("81fd5901"), odd_anchor = from_hex("8001");
  const std::array suites = {static_cast<CipherSuite>(0x0a0a), CipherSuite::TLS_AES_128_GCM_SHA256,
                             CipherSuite::TLS_AES_256_GCM_SHA384,
                             CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                             CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV};
  const std::array names = {ServerName{NameType::host_name, as_bytes("www.example.com")}};
  const std::array<ResponderID, 1> responders = {responder};
  const std::array groups = {static_cast<NamedGroup>(0x2a2a), NamedGroup::X25519MLKEM768, NamedGroup::x25519,
                             NamedGroup::secp256r1};
  const std::array formats = {ECPointFormat::uncompressed};
  const std::array schemes = {SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::rsa_pss_rsae_sha256,
                              SignatureScheme::ed25519, SignatureScheme::rsa_pkcs1_sha256};
  const std::array<ProtocolName, 3> protocols = {as_bytes("h2"), as_bytes("http/1.1"), odd_name};
  const std::array client_types = {CertificateType::RawPublicKey, CertificateType::X509};
  const std::array server_types = {CertificateType::X509};
  const std::array compressions = {CertificateCompressionAlgorithm::brotli,
                                   CertificateCompressionAlgorithm::zstd};
  const std::array delegated = {SignatureScheme::ecdsa_secp256r1_sha256};
  const std::array versions = {static_cast<ProtocolVersion>(0x3a3a), ProtocolVersion::tls13,
                               ProtocolVersion::tls12};
  const std::array modes = {PskKeyExchangeMode::psk_dhe_ke, PskKeyExchangeMode::psk_ke};
  const std::array<DistinguishedName, 2> authorities = {seq, seq2};
  const std::array<TrustAnchorID, 2> anchors = {anchor, odd_anchor};
  const std::array cert_schemes = {SignatureScheme::rsa_pkcs1_sha256,
                                   SignatureScheme::ecdsa_secp521r1_sha512};
  const std::array shares = {KeyShareEntry{static_cast<NamedGroup>(0x4a4a), zero},
                             KeyShareEntry{NamedGroup::x25519, x25519}};
  const std::array identities = {PskIdentity{identity, 0x12345678}, PskIdentity{as_bytes("ext"), 0}};
  const std::array<PskBinderEntry, 2> binders = {sha256, sha384};

  ClientHello hello;
  hello.random = random_octets;
  hello.legacy_session_id = session_id;
  hello.cipher_suites = suites;
  hello.legacy_compression_methods = null_compression;
  auto& extensions = hello.extensions;
  extensions.server_name.emplace(names);
  extensions.max_fragment_length.emplace(MaxFragmentLength::octets_1024);
  extensions.status_request.emplace();
  extensions.status_request->request.responder_id_list = responders;
  extensions.supported_groups.emplace(groups);
  extensions.ec_point_formats.emplace(formats);
  extensions.signature_algorithms.emplace(schemes);
  extensions.application_layer_protocol_negotiation.emplace(protocols);
  extensions.signed_certificate_timestamp.emplace();
  extensions.client_certificate_type.emplace(client_types);
  extensions.server_certificate_type.emplace(server_types);
  extensions.encrypt_then_mac.emplace();
  extensions.extended_master_secret.emplace();
  extensions.compress_certificate.emplace(compressions);
  extensions.record_size_limit.emplace(std::uint16_t{16385});
  extensions.delegated_credential.emplace(delegated);
  extensions.session_ticket.emplace(ticket);
  extensions.early_data.emplace();
  extensions.supported_versions.emplace(versions);
  extensions.cookie.emplace(cookie);
  extensions.psk_key_exchange_modes.emplace(modes);
  extensions.certificate_authorities.emplace(authorities);
  extensions.trust_anchors.emplace(anchors);
  extensions.post_handshake_auth.emplace();
  extensions.signature_algorithms_cert.emplace(cert_schemes);
  extensions.key_share.emplace(shares);
  extensions.ticket_request.emplace(std::uint8_t{2}, std::uint8_t{1});
  extensions.renegotiation_info.emplace();
  extensions.padding.emplace(zeros);
  extensions.pre_shared_key.emplace(identities, binders);
  const ExtensionSlot order[] = {ExtensionSlot::raw(static_cast<ExtensionType>(0x0a0a), {}),
                                 ExtensionSlot::others(),
                                 ExtensionSlot::raw(static_cast<ExtensionType>(0x1234), unknown),
                                 ExtensionSlot::member(ExtensionType::padding)};
  extensions.set_order(order);
  expect_golden(hello, "client_hello");
}

TEST(Encode, ClientHelloWithoutExtensions) {
  const std::array suites = {CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA};
  ClientHello hello;
  hello.random = random_octets;
  hello.cipher_suites = suites;
  hello.legacy_compression_methods = null_compression;
  expect_golden(hello, "client_hello_without_extensions");
}

TEST(Encode, ServerHello) {
  const Octets session_id = range(8, 0x40), share = range(32, 0x80);
  ServerHello hello;
  hello.random = random_octets;
  hello.legacy_session_id_echo = session_id;
  hello.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  hello.extensions.supported_versions.emplace(ProtocolVersion::tls13);
  hello.extensions.key_share.emplace(KeyShareEntry{NamedGroup::x25519, share});
  hello.extensions.pre_shared_key.emplace(std::uint16_t{1});
  expect_golden(hello, "server_hello");
}

TEST(Encode, HelloRetryRequest) {
  const Octets session_id = range(8, 0x40), cookie = range(5, 0);
  HelloRetryRequest hello;
  hello.legacy_session_id_echo = session_id;
  hello.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  hello.extensions.supported_versions.emplace(ProtocolVersion::tls13);
  hello.extensions.cookie.emplace(cookie);
  hello.extensions.key_share.emplace(NamedGroup::secp256r1);
  expect_golden(hello, "hello_retry_request");
}

TEST(Encode, EncryptedExtensions) {
  const std::array groups = {NamedGroup::x25519, NamedGroup::secp256r1};
  const std::array<ProtocolName, 1> protocols = {as_bytes("h2")};
  const Octets anchor = from_hex("81fd5901");
  const std::array<TrustAnchorID, 1> anchors = {anchor};
  EncryptedExtensions message;
  message.extensions.server_name.emplace();
  message.extensions.max_fragment_length.emplace(MaxFragmentLength::octets_512);
  message.extensions.supported_groups.emplace(groups);
  message.extensions.application_layer_protocol_negotiation.emplace(protocols);
  message.extensions.client_certificate_type.emplace(CertificateType::X509);
  message.extensions.server_certificate_type.emplace(CertificateType::X509);
  message.extensions.record_size_limit.emplace(std::uint16_t{0x4001});
  message.extensions.early_data.emplace();
  message.extensions.trust_anchors.emplace(anchors);
  message.extensions.ticket_request.emplace(std::uint8_t{2});
  expect_golden(message, "encrypted_extensions");
}

TEST(Encode, CertificateRequest) {
  const Octets context = range(3, 9), name = from_hex("3000"), oid = from_hex("0603551d0f"),
               usage = from_hex("03020780");
  const std::array schemes = {SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::rsa_pss_rsae_sha256};
  const std::array compressions = {CertificateCompressionAlgorithm::zlib};
  const std::array delegated = {SignatureScheme::ecdsa_secp256r1_sha256};
  const std::array<DistinguishedName, 1> authorities = {name};
  const std::array filters = {OIDFilter{oid, usage}};
  const std::array cert_schemes = {SignatureScheme::rsa_pkcs1_sha256};
  CertificateRequest message;
  message.certificate_request_context = context;
  message.extensions.status_request.emplace();
  message.extensions.signature_algorithms.emplace(schemes);
  message.extensions.signed_certificate_timestamp.emplace();
  message.extensions.compress_certificate.emplace(compressions);
  message.extensions.delegated_credential.emplace(delegated);
  message.extensions.certificate_authorities.emplace(authorities);
  message.extensions.trust_anchors.emplace();
  message.extensions.oid_filters.emplace(filters);
  message.extensions.signature_algorithms_cert.emplace(cert_schemes);
  const ExtensionSlot order[] = {ExtensionSlot::others(),
                                 ExtensionSlot::raw(static_cast<ExtensionType>(0x5a5a), {})};
  message.extensions.set_order(order);
  expect_golden(message, "certificate_request");
}

TEST(Encode, Certificate) {
  const Octets der = from_hex("3003020101"), der2 = from_hex("3000"), staple = from_hex("30030a0106"),
               sct = range(4, 0), sct2 = range(2, 0), key = range(4, 0x30), signature = range(3, 0x60);
  const std::array<SerializedSCT, 2> timestamps = {sct, sct2};
  std::array<CertificateEntry, 2> entries;
  entries[0].cert_data = der;
  auto& extensions = entries[0].extensions;
  extensions.status_request.emplace(CertificateStatusType::ocsp, staple);
  extensions.signed_certificate_timestamp.emplace(timestamps);
  extensions.delegated_credential.emplace();
  extensions.delegated_credential->cred = {604800, SignatureScheme::ecdsa_secp256r1_sha256, key};
  extensions.delegated_credential->algorithm = SignatureScheme::rsa_pss_rsae_sha256;
  extensions.delegated_credential->signature = signature;
  extensions.trust_anchors.emplace();
  entries[1].cert_data = der2;
  Certificate message;
  message.certificate_list = entries;
  expect_golden(message, "certificate");

  Certificate empty;
  empty.certificate_request_context = as_bytes("ctx");
  expect_golden(empty, "certificate_empty");
}

TEST(Encode, TheRestOfTls13) {
  const Octets signature = range(40, 0), verify_data = range(32, 0xd0), nonce = {0, 0},
               ticket = range(6, 0x2c), compressed = range(7, 0x1b);
  expect_golden(CertificateVerify{SignatureScheme::rsa_pss_rsae_sha256, signature}, "certificate_verify");
  expect_golden(Finished{verify_data}, "finished");
  expect_golden(KeyUpdate{KeyUpdateRequest::update_requested}, "key_update");
  expect_golden(EndOfEarlyData{}, "end_of_early_data");
  expect_golden(CompressedCertificate{CertificateCompressionAlgorithm::brotli, 70000, compressed},
                "compressed_certificate");
  NewSessionTicket message;
  message.ticket_lifetime = 7200;
  message.ticket_age_add = 0xfad6aac5;
  message.ticket_nonce = nonce;
  message.ticket = ticket;
  message.extensions.early_data.emplace(std::uint32_t{1024});
  const ExtensionSlot order[] = {ExtensionSlot::others(),
                                 ExtensionSlot::raw(static_cast<ExtensionType>(0x8a8a), as_bytes("x"))};
  message.extensions.set_order(order);
  expect_golden(message, "new_session_ticket");
}

TEST(Encode, ServerHelloOfTls12) {
  const Octets session_id = range(8, 0x40), sct = range(4, 0), connection = range(2, 0);
  const std::array groups = {NamedGroup::secp256r1};
  const std::array formats = {ECPointFormat::uncompressed};
  const std::array<ProtocolName, 1> protocols = {as_bytes("h2")};
  const std::array<SerializedSCT, 1> timestamps = {sct};
  ServerHello hello;
  hello.random = random_octets;
  hello.legacy_session_id_echo = session_id;
  hello.cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
  hello.extensions.server_name.emplace();
  hello.extensions.max_fragment_length.emplace(MaxFragmentLength::octets_4096);
  hello.extensions.status_request.emplace();
  hello.extensions.supported_groups.emplace(groups);
  hello.extensions.ec_point_formats.emplace(formats);
  hello.extensions.application_layer_protocol_negotiation.emplace(protocols);
  hello.extensions.signed_certificate_timestamp.emplace(timestamps);
  hello.extensions.client_certificate_type.emplace(CertificateType::X509);
  hello.extensions.server_certificate_type.emplace(CertificateType::RawPublicKey);
  hello.extensions.encrypt_then_mac.emplace();
  hello.extensions.extended_master_secret.emplace();
  hello.extensions.record_size_limit.emplace(std::uint16_t{64});
  hello.extensions.session_ticket.emplace();
  hello.extensions.renegotiation_info.emplace(connection);
  const ExtensionSlot order[] = {ExtensionSlot::others(),
                                 ExtensionSlot::raw(static_cast<ExtensionType>(0x7777), {})};
  hello.extensions.set_order(order);
  expect_golden(hello, "server_hello_tls12");

  ServerHello bare;
  bare.random = random_octets;
  bare.legacy_session_id_echo = session_id;
  bare.cipher_suite = CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA;
  expect_golden(bare, "server_hello_without_extensions");
}

// [5246:7.4.7.1#5]
TEST(Encode, TheRestOfTls12) {
  const Octets der = from_hex("3003020101"), der2 = from_hex("3000"), staple = from_hex("30030a0106"),
               key = range(16, 0), share = range(32, 0), ticket = range(6, 0x2c), signature = range(8, 0x30);
  Octets point = range(64, 0);
  point.insert(point.begin(), 4);
  const std::array<ASN1Cert, 2> certificates = {der, der2};
  const std::array types = {ClientCertificateType::rsa_sign, ClientCertificateType::ecdsa_sign};
  const std::array schemes = {SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::ecdsa_secp256r1_sha256};
  const std::array<DistinguishedName, 1> names = {der2};
  expect_golden(HelloRequest{}, "hello_request");
  expect_golden(Certificate12{certificates}, "certificate_tls12");
  expect_golden(RawPublicKey12{staple}, "raw_public_key_tls12");
  expect_golden(CertificateStatus{{CertificateStatusType::ocsp, staple}}, "certificate_status");
  expect_golden(ServerKeyExchange{{{ECCurveType::named_curve, NamedGroup::secp256r1}, point},
                                  {SignatureScheme::ecdsa_secp256r1_sha256, signature}},
                "server_key_exchange");
  expect_golden(CertificateRequest12{types, schemes, names}, "certificate_request_tls12");
  expect_golden(ServerHelloDone{}, "server_hello_done");
  expect_golden(EncryptedPreMasterSecret{key}, "client_key_exchange_rsa");
  expect_golden(ClientECDiffieHellmanPublic{share}, "client_key_exchange_ecdhe");
  expect_golden(NewSessionTicket12{300, ticket}, "new_session_ticket_tls12");
}

TEST(Encode, Alert) {
  std::array<std::uint8_t, 2> out{};
  ASSERT_TRUE(wire::encode(Alert{AlertLevel::fatal, AlertDescription::decode_error}, out));
  EXPECT_EQ(to_hex(out), "0232");
  const auto alert = wire::decode<Alert>(out);
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->description, AlertDescription::decode_error);
  EXPECT_FALSE(wire::decode<Alert>(from_hex("023200")));
}

}  // namespace
}  // namespace handfast::message
