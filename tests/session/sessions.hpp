// Sessions to store, seal and compare.
#pragma once
#include <handfast/session.hpp>

#include <gtest/gtest.h>

namespace handfast::test {

/// 2026-11-25 12:00:00 UTC.
inline constexpr Time noon{std::chrono::seconds(1'795'608'000)};

/// A secret whose octets count up from `first`.
inline Secret<48> counting_secret(std::uint8_t first, std::size_t size) {
  Secret<48> secret;
  secret.resize(size);
  for (std::uint8_t& octet : secret.span()) octet = first++;
  return secret;
}

/// A session of TLS 1.3 that has something in every field, so that a field that gets lost is noticed.
inline Session full_session() {
  Session session;
  session.version = ProtocolVersion::tls13;
  session.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384;
  session.secret = counting_secret(1, 48);
  session.extended_master_secret = true;
  session.server_name = "www.example.com";
  session.application_protocol = "h2";
  session.issued = noon;
  session.authenticated = noon - std::chrono::milliseconds(1'234);
  session.lifetime = std::chrono::seconds(7200);
  session.age_add = 0xdeadbeef;
  session.max_early_data_size = 16384;
  session.register_id = RegisterId{9, 8, 7};
  session.max_fragment_length = MaxFragmentLength::octets_2048;
  session.peer_chain = {{0x30, 0x01, 0x02}, {0x30, 0x03}};
  session.ocsp_response = {0x0a, 0x01};
  session.peer_verified = true;
  session.ticket = {1, 2, 3, 4, 5};
  session.ticket_is_session_id = true;
  return session;
}

/// What most sessions are: no client certificate, no early data.
inline Session plain_session() {
  Session session;
  session.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  session.secret = counting_secret(1, 32);
  session.server_name = "www.example.com";
  session.application_protocol = "h2";
  session.issued = noon;
  session.authenticated = noon;
  session.lifetime = std::chrono::seconds(7200);
  return session;
}

inline void expect_equal(const Session& a, const Session& b) {
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.cipher_suite, b.cipher_suite);
  EXPECT_TRUE(a.secret.equals(b.secret.view()));
  EXPECT_EQ(a.extended_master_secret, b.extended_master_secret);
  EXPECT_EQ(a.server_name, b.server_name);
  EXPECT_EQ(a.application_protocol, b.application_protocol);
  EXPECT_EQ(a.issued, b.issued);
  EXPECT_EQ(a.authenticated, b.authenticated);
  EXPECT_EQ(a.lifetime, b.lifetime);
  EXPECT_EQ(a.age_add, b.age_add);
  EXPECT_EQ(a.max_early_data_size, b.max_early_data_size);
  EXPECT_EQ(a.register_id, b.register_id);
  EXPECT_EQ(a.max_fragment_length, b.max_fragment_length);
  EXPECT_EQ(a.peer_chain, b.peer_chain);
  EXPECT_EQ(a.peer_public_key, b.peer_public_key);
  EXPECT_EQ(a.external_psk_identity, b.external_psk_identity);
  EXPECT_EQ(a.external_psk_check, b.external_psk_check);
  EXPECT_EQ(a.ocsp_response, b.ocsp_response);
  EXPECT_EQ(a.peer_verified, b.peer_verified);
  EXPECT_EQ(a.ticket, b.ticket);
  EXPECT_EQ(a.ticket_is_session_id, b.ticket_is_session_id);
}

}  // namespace handfast::test
