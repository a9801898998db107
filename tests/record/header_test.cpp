// Headers of records, and openings that are no TLS.
#include "record/header.hpp"

#include "support/vectors.hpp"

namespace handfast::record {
namespace {

TEST(RecordHeader, IsReadAndWrittenOctetByOctet) {
  const Octets octets = test::from_hex("16 0301 0102");
  const RecordHeader header = read_header(octets);
  EXPECT_EQ(header.type, ContentType::handshake);
  EXPECT_EQ(header.legacy_record_version, ProtocolVersion::tls10);
  EXPECT_EQ(header.length, 0x0102);
  EXPECT_EQ(header.size(), 5U + 0x0102U);
  Octets written(header_size);
  write_header(header, written);
  EXPECT_EQ(written, octets);
}

struct Opening {
  std::string_view octets;
  ErrorCode code;
  std::string_view detail;
};

TEST(FirstOctets, OfOtherProtocolsAreNamed) {
  using namespace std::string_view_literals;
  for (const Opening& opening : {
           Opening{"GET / HTTP/1.1"sv, ErrorCode::not_tls, "plain HTTP"},
           Opening{"POST /"sv, ErrorCode::not_tls, "plain HTTP"},
           Opening{"HTTP/1.1 400 Bad Request"sv, ErrorCode::not_tls, "plain HTTP"},
           Opening{"PRI * HTTP/2.0"sv, ErrorCode::not_tls, "HTTP/2"},
           Opening{"CONNECT a:443"sv, ErrorCode::not_tls, "HTTP proxy"},
           Opening{"SSH-2.0-x"sv, ErrorCode::not_tls, "SSH"},
           Opening{"220 mail.example"sv, ErrorCode::not_tls, "SMTP"},
           Opening{"EHLO a"sv, ErrorCode::not_tls, "SMTP"},
           Opening{"* OK ready"sv, ErrorCode::not_tls, "IMAP"},
           Opening{"+OK ready"sv, ErrorCode::not_tls, "POP3"},
           Opening{"PROXY TCP4"sv, ErrorCode::not_tls, "PROXY"},
           Opening{"\r\n\r\n\0\r\nQUIT\n"sv, ErrorCode::not_tls, "PROXY"},
           Opening{"\x80\x2e\x01\x00\x02"sv, ErrorCode::unsupported_version, "SSL 2.0"},
           Opening{"\x80\x67\x01\x03\x01"sv, ErrorCode::unsupported_version, "SSL 2.0"},
       }) {
    const Error error = diagnose_first_octets(as_bytes(opening.octets));
    EXPECT_EQ(error.code, opening.code) << opening.octets;
    EXPECT_EQ(error.alert, AlertDescription::protocol_version);
    ASSERT_NE(error.detail, nullptr) << opening.octets;
    EXPECT_NE(std::string_view(error.detail).find(opening.detail), std::string_view::npos) << error.detail;
  }
}

TEST(FirstOctets, OfUnknownProtocolsAreNotNamed) {
  for (const std::string_view octets :
       {"\x01\x02\x03\x04\x05", "hello", "\x80\x2e\x02\x03\x01", "\x80\x2e\x01\x04\x01"}) {
    const Error error = diagnose_first_octets(Bytes(as_bytes(octets)));
    EXPECT_EQ(error.code, ErrorCode::not_tls);
    EXPECT_EQ(error.detail, nullptr);
  }
}

}  // namespace
}  // namespace handfast::record
