// The header of a record, and what else a connection may start with.
#include "record/header.hpp"

#include <array>
#include <string_view>

namespace handfast::record {
namespace {

struct Greeting {
  std::string_view start;  // at most header_size octets
  const char* what;
};

using namespace std::string_view_literals;
constexpr auto greetings = std::to_array<Greeting>({
    {"GET "sv, "this is plain HTTP"},
    {"HEAD "sv, "this is plain HTTP"},
    {"POST "sv, "this is plain HTTP"},
    {"PUT "sv, "this is plain HTTP"},
    {"DELET"sv, "this is plain HTTP"},
    {"OPTIO"sv, "this is plain HTTP"},
    {"PATCH"sv, "this is plain HTTP"},
    {"TRACE"sv, "this is plain HTTP"},
    {"CONNE"sv, "this is a request to an HTTP proxy"},
    {"PRI *"sv, "this is plain HTTP/2"},
    {"HTTP/"sv, "this is plain HTTP"},
    {"SSH-"sv, "this is SSH"},
    {"220 "sv, "this is a greeting of SMTP or FTP, which need STARTTLS first"},
    {"220-"sv, "this is a greeting of SMTP or FTP, which need STARTTLS first"},
    {"EHLO "sv, "this is SMTP, which needs STARTTLS first"},
    {"* OK"sv, "this is a greeting of IMAP, which needs STARTTLS first"},
    {"+OK"sv, "this is a greeting of POP3, which needs STLS first"},
    {"PROXY"sv, "this is a header of the PROXY protocol"},
    {"\r\n\r\n\0"sv, "this is a header of the PROXY protocol"},
});

// RFC 5246 §E.2: two octets of length with the highest bit set, the message type 1, the version wanted.
// [8446:D.5#5,6] Never sent, and refused when it comes.
bool is_ssl2_hello(Bytes octets) noexcept {
  const bool ssl2 = octets[3] == 0 && octets[4] == 2;
  const bool ssl3_or_tls = octets[3] == 3;
  return (octets[0] & 0x80) != 0 && octets[2] == 1 && (ssl2 || ssl3_or_tls);
}

}  // namespace

Error diagnose_first_octets(Bytes octets) noexcept {
  if (is_ssl2_hello(octets))
    return Error(ErrorCode::unsupported_version, "this is a hello in the format of SSL 2.0");
  for (const Greeting& greeting : greetings)
    if (as_text(octets).starts_with(greeting.start)) return Error(ErrorCode::not_tls, greeting.what);
  return Error(ErrorCode::not_tls);
}

}  // namespace handfast::record
