// From frames to segments.
#include <gtest/gtest.h>

#include "capture/frames.hpp"
#include "capture/link.hpp"
#include "capture/tcp.hpp"

namespace handfast::capture {
namespace {

using test::ethernet;
using test::ipv4;
using test::ipv6;
using test::tcp;

const Octets segment = tcp({.sequence = 7}, as_bytes("data"));

TEST(Link, FindsThePacketBehindEachHeader) {
  for (const Octets& packet : {ipv4(Role::client, segment), ipv6(Role::client, segment)}) {
    const std::uint16_t type = packet[0] >> 4U == 4 ? 0x0800 : 0x86dd;
    EXPECT_TRUE(equal(ip_packet(LinkType::raw, packet), packet));
    EXPECT_TRUE(equal(ip_packet(LinkType::ethernet, ethernet(packet)), packet));
    EXPECT_TRUE(equal(ip_packet(LinkType::ethernet, ethernet(packet, {0x8100})), packet));
    EXPECT_TRUE(equal(ip_packet(LinkType::ethernet, ethernet(packet, {0x88a8, 0x8100})), packet));
    Octets null(4, 2);
    test::put(null, packet);
    EXPECT_TRUE(equal(ip_packet(LinkType::null_or_loop, null), packet));
    Octets cooked(14);
    test::put16(cooked, type);
    test::put(cooked, packet);
    EXPECT_TRUE(equal(ip_packet(LinkType::linux_cooked, cooked), packet));
    Octets cooked2;
    test::put16(cooked2, type);
    cooked2.resize(20);
    test::put(cooked2, packet);
    EXPECT_TRUE(equal(ip_packet(LinkType::linux_cooked2, cooked2), packet));
  }
}

TEST(Link, PassesOverOtherProtocols) {
  Octets arp(12);
  test::put16(arp, 0x0806);
  arp.resize(60);
  EXPECT_TRUE(ip_packet(LinkType::ethernet, arp).empty());
}

// Whatever the octets are and wherever they end.
TEST(Link, TakesFramesOfAnyLength) {
  const Octets frame = ethernet(ipv6(Role::client, segment, 0), {0x8100});
  for (std::size_t size = 0; size < frame.size(); ++size)
    for (const LinkType link : {LinkType::null_or_loop, LinkType::ethernet, LinkType::raw,
                                LinkType::linux_cooked, LinkType::linux_cooked2}) {
      const Octets part(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
      if (const auto ip = read_ip(ip_packet(link, part))) [[maybe_unused]]
        const auto found = read_tcp(*ip);
    }
}

TEST(Ip, TellsAddressesAndPayload) {
  const Octets four = ipv4(Role::server, segment);
  const auto packet = read_ip(four);
  ASSERT_TRUE(packet);
  EXPECT_EQ(to_string(packet->source), "192.0.2.2");
  EXPECT_EQ(to_string(packet->destination), "192.0.2.1");
  EXPECT_EQ(packet->protocol, 6);
  EXPECT_FALSE(packet->is_fragment);
  EXPECT_TRUE(equal(packet->payload, segment));
  const Octets six = ipv6(Role::server, segment);
  const auto packet6 = read_ip(six);
  ASSERT_TRUE(packet6);
  EXPECT_EQ(to_string(packet6->source), "2001:db8::2");
  EXPECT_TRUE(equal(packet6->payload, segment));
}

TEST(Ip, LeavesThePaddingOfEthernetOut) {
  for (Octets packet : {ipv4(Role::client, segment), ipv6(Role::client, segment)}) {
    packet.resize(packet.size() + 20);
    EXPECT_EQ(read_ip(packet)->payload.size(), segment.size());
    EXPECT_EQ(read_ip(packet)->cut, 0U);
  }
}

TEST(Ip, TellsWhatASnapshotLengthCutOff) {
  for (Octets packet : {ipv4(Role::client, segment), ipv6(Role::client, segment)}) {
    packet.resize(packet.size() - 3);
    EXPECT_EQ(read_ip(packet)->payload.size(), segment.size() - 3);
    EXPECT_EQ(read_ip(packet)->cut, 3U);
  }
}

// Segmentation by the network card: the length is not filled in yet.
TEST(Ip, TakesAllWithoutALength) {
  Octets packet = ipv4(Role::client, segment);
  packet[2] = packet[3] = 0;
  EXPECT_TRUE(equal(read_ip(packet)->payload, segment));
}

TEST(Ip, KnowsFragments) {
  EXPECT_TRUE(read_ip(ipv4(Role::client, segment, 6, 0x2000))->is_fragment);  // more follow
  EXPECT_TRUE(read_ip(ipv4(Role::client, segment, 6, 0x0010))->is_fragment);  // some went before
  Octets fragment = {6, 0, 0x00, 0x01, 0, 0, 0, 1};                           // RFC 8200 §4.5: M is set
  test::put(fragment, segment);
  EXPECT_TRUE(read_ip(ipv6(Role::client, fragment, 44))->is_fragment);
  fragment[3] = 0;  // RFC 6946: all of it in one
  const Octets whole = ipv6(Role::client, fragment, 44);
  EXPECT_FALSE(read_ip(whole)->is_fragment);
  EXPECT_TRUE(equal(read_ip(whole)->payload, segment));
}

TEST(Ip, WalksTheExtensionHeadersOfVersion6) {
  Octets extensions = {43, 0, 1, 4, 0, 0, 0, 0};  // hop-by-hop, then routing
  extensions.insert(extensions.end(),
                    {51, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // 16 octets, then AH
  extensions.insert(extensions.end(), {60, 4, 0, 0});                    // 24 octets, then options
  extensions.resize(extensions.size() + 20);
  extensions.insert(extensions.end(), {6, 0, 1, 4, 0, 0, 0, 0});
  test::put(extensions, segment);
  const Octets packet = ipv6(Role::client, extensions, 0);
  const auto read = read_ip(packet);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->protocol, 6);
  EXPECT_TRUE(equal(read->payload, segment));
}

TEST(Ip, RefusesWhatIsNone) {
  EXPECT_FALSE(read_ip({}));
  EXPECT_FALSE(read_ip(Octets(60, 0x50)));
  Octets packet = ipv4(Role::client, segment);
  packet[0] = 0x44;  // a header of four words
  EXPECT_FALSE(read_ip(packet));
  packet = ipv4(Role::client, segment);
  packet[2] = 0;
  packet[3] = 10;  // shorter than its header
  EXPECT_FALSE(read_ip(packet));
}

TEST(Tcp, TellsPortsNumbersAndFlags) {
  const Octets octets =
      tcp({.from = Role::server, .sequence = 0xfffffffe, .acknowledgment = 9, .flags = test::syn | test::ack},
          as_bytes("hello"));
  const Octets packet = ipv4(Role::server, octets);
  const auto read = read_tcp(*read_ip(packet));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_string(read->source), "192.0.2.2:443");
  EXPECT_EQ(to_string(read->destination), "192.0.2.1:50000");
  EXPECT_EQ(read->sequence, 0xfffffffeU);
  EXPECT_EQ(read->acknowledgment, 9U);
  EXPECT_TRUE(read->syn);
  EXPECT_FALSE(read->fin);
  EXPECT_EQ(as_text(read->payload), "hello");
  const Octets six = ipv6(Role::client, tcp({.flags = test::fin}, {}));
  const auto last = read_tcp(*read_ip(six));
  ASSERT_TRUE(last);
  EXPECT_EQ(to_string(last->source), "[2001:db8::1]:50000");
  EXPECT_TRUE(last->fin);
  EXPECT_FALSE(last->acknowledgment);
}

TEST(Tcp, RefusesHalfAHeader) {
  Octets octets = tcp({}, {});
  octets[12] = 0x40;  // four words
  EXPECT_FALSE(read_tcp(*read_ip(ipv4(Role::client, octets))));
  octets[12] = 0xf0;  // more than there is
  EXPECT_FALSE(read_tcp(*read_ip(ipv4(Role::client, octets))));
  octets.resize(19);
  EXPECT_FALSE(read_tcp(*read_ip(ipv4(Role::client, octets))));
}

}  // namespace
}  // namespace handfast::capture
