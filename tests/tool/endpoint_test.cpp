// Hosts and ports as people type them.
#include "endpoint.hpp"

#include <gtest/gtest.h>

#include "loopback.hpp"

namespace handfast::tool {
namespace {

TEST(Endpoint, TargetsHaveAHostAndPerhapsAPort) {
  EXPECT_EQ(parse_target("example.org", 443)->text(), "example.org:443");
  EXPECT_EQ(parse_target("example.org:8443", 443)->text(), "example.org:8443");
  EXPECT_EQ(parse_target("192.0.2.1:1", 443)->text(), "192.0.2.1:1");
}

TEST(Endpoint, Ipv6AddressesStandInBracketsOrAlone) {
  EXPECT_EQ(parse_target("[::1]:8443", 443)->host, "::1");
  EXPECT_EQ(parse_target("[::1]:8443", 443)->text(), "[::1]:8443");
  EXPECT_EQ(parse_target("[2001:db8::1]", 443)->text(), "[2001:db8::1]:443");
  EXPECT_EQ(parse_target("::1", 443)->text(), "[::1]:443");
}

TEST(Endpoint, RefusesWhatIsNoTarget) {
  for (const char* text : {"", ":443", "host:", "host:0", "host:65536", "host:-1", "host:4 4", "host:443x",
                           "[::1", "[::1]443", "[]:443"})
    EXPECT_FALSE(parse_target(text, 443)) << text;
}

TEST(Endpoint, ListenTakesWhatIsMissingFromTheDefault) {
  const Endpoint defaults{"127.0.0.1", 4433};
  EXPECT_EQ(parse_listen("0.0.0.0:0", defaults)->text(), "0.0.0.0:0");
  EXPECT_EQ(parse_listen(":8443", defaults)->text(), "127.0.0.1:8443");
  EXPECT_EQ(parse_listen("8443", defaults)->text(), "127.0.0.1:8443");
  EXPECT_EQ(parse_listen("localhost", defaults)->text(), "localhost:4433");
  EXPECT_EQ(parse_listen("[::]", defaults)->text(), "[::]:4433");
  EXPECT_FALSE(parse_listen("70000", defaults));
}

TEST(Endpoint, LocalhostIsThisMachineWhoeverElseKnowsIt) {
  for (const char* host : {"localhost", "localhost.", "LocalHost", "www.localhost", "a.b.localhost."}) {
    const auto addresses = loopback_addresses({host, 8443});
    ASSERT_EQ(addresses.size(), 2) << host;
    EXPECT_EQ(addresses[0].address().to_string(), "127.0.0.1");
    EXPECT_EQ(addresses[1].address().to_string(), "::1");
    for (const auto& address : addresses) EXPECT_EQ(address.port(), 8443);
  }
  for (const char* host :
       {"", ".", "localhost.example", "mylocalhost", "localhos", "localhost..", "127.0.0.1"})
    EXPECT_TRUE(loopback_addresses({host, 8443}).empty()) << host;
}

}  // namespace
}  // namespace handfast::tool
