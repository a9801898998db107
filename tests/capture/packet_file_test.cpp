// Captures in files: both formats, every link type, damage.
#include "packet_file.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "capture/capture_file.hpp"

namespace handfast::tool {
namespace {

using test::CaptureFile;

const std::vector<Octets> packets = {Octets(60, 1), Octets(61, 2)};

std::vector<Octets> read(PacketFile& file) {
  std::vector<Octets> found;
  while (const auto packet = file.next()) found.push_back(to_octets(packet->octets));
  return found;
}

TEST(PacketFile, ReadsPcap) {
  const CaptureFile written(test::pcap(packets));
  auto file = PacketFile::open(written.path());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->link(), capture::LinkType::ethernet);
  const auto first = file->next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at, std::chrono::seconds{1'000'000'000});
  EXPECT_TRUE(equal(first->octets, packets[0]));
  const auto second = file->next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->at - std::chrono::seconds{1'000'000'000}, std::chrono::microseconds{1000});
  EXPECT_FALSE(file->next());
  EXPECT_EQ(file->damage(), "");
}

TEST(PacketFile, ReadsPcapng) {
  const CaptureFile written(test::pcapng(packets));
  auto file = PacketFile::open(written.path());
  ASSERT_TRUE(file);
  EXPECT_EQ(read(*file), packets);
  EXPECT_EQ(file->damage(), "");
}

TEST(PacketFile, KnowsLinkTypes) {
  using enum capture::LinkType;
  // LINKTYPE_ values as they stand in files.
  for (const auto& [number, link] :
       std::initializer_list<std::pair<std::uint32_t, capture::LinkType>>{{0, null_or_loop},
                                                                          {1, ethernet},
                                                                          {101, raw},
                                                                          {108, null_or_loop},
                                                                          {113, linux_cooked},
                                                                          {228, raw},
                                                                          {229, raw},
                                                                          {276, linux_cooked2}}) {
    const CaptureFile written(test::pcap(packets, number));
    const auto file = PacketFile::open(written.path());
    ASSERT_TRUE(file) << number;
    EXPECT_EQ(file->link(), link) << number;
  }
  const CaptureFile wireless(test::pcap(packets, 105));
  const auto file = PacketFile::open(wireless.path());
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().exit, ExitCode::usage);
  EXPECT_TRUE(file.error().what.contains("IEEE802_11")) << file.error().what;
}

TEST(PacketFile, SaysWhereAFileIsDamaged) {
  for (Octets octets : {test::pcap(packets), test::pcapng(packets)}) {
    octets.resize(octets.size() - 10);
    const CaptureFile written(octets);
    auto file = PacketFile::open(written.path());
    ASSERT_TRUE(file);
    EXPECT_EQ(read(*file).size(), 1U);
    EXPECT_TRUE(file->damage().contains("truncated")) << file->damage();
  }
}

TEST(PacketFile, SaysWhatItCannotRead) {
  const CaptureFile text(to_octets(as_bytes("this is no capture at all, whatever its name")));
  const auto no_capture = PacketFile::open(text.path());
  ASSERT_FALSE(no_capture);
  EXPECT_EQ(no_capture.error().exit, ExitCode::usage);
  EXPECT_TRUE(no_capture.error().what.contains("unknown file format")) << no_capture.error().what;

  const CaptureFile empty({});
  EXPECT_FALSE(PacketFile::open(empty.path()));

  const auto missing = PacketFile::open(text.path() + ".none");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().what.contains("No such file")) << missing.error().what;
}

}  // namespace
}  // namespace handfast::tool
