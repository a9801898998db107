// Captures written by hand, in files that are there as long as a test.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "capture/frames.hpp"

namespace handfast::test {

inline constexpr std::uint32_t linktype_ethernet = 1;

/// A capture in the format pcap, written by a big-endian machine: a packet a millisecond.
inline Octets pcap(const std::vector<Octets>& packets, std::uint32_t link = linktype_ethernet) {
  Octets file;
  put32(file, 0xa1b2c3d4);
  put16(file, 2);
  put16(file, 4);
  put32(file, 0);
  put32(file, 0);
  put32(file, 262144);
  put32(file, link);
  std::uint32_t microseconds = 0;
  for (const Octets& packet : packets) {
    put32(file, 1'000'000'000 + microseconds / 1'000'000);
    put32(file, microseconds % 1'000'000);
    microseconds += 1000;
    put32(file, static_cast<std::uint32_t>(packet.size()));
    put32(file, static_cast<std::uint32_t>(packet.size()));
    put(file, packet);
  }
  return file;
}

/// The same in the format pcapng.
inline Octets pcapng(const std::vector<Octets>& packets, std::uint32_t link = linktype_ethernet) {
  const auto block = [](std::uint32_t type, Octets body) {
    body.resize((body.size() + 3) / 4 * 4);
    Octets whole;
    put32(whole, type);
    put32(whole, static_cast<std::uint32_t>(body.size() + 12));
    put(whole, body);
    put32(whole, static_cast<std::uint32_t>(body.size() + 12));
    return whole;
  };
  Octets section;
  put32(section, 0x1a2b3c4d);
  put32(section, 0x00010000);
  section.resize(16, 0xff);  // of any length
  Octets interface;
  put16(interface, link);
  put16(interface, 0);
  put32(interface, 262144);
  Octets file = block(0x0a0d0d0a, section);
  put(file, block(1, interface));
  std::uint32_t microseconds = 0;
  for (const Octets& packet : packets) {
    Octets body;
    put32(body, 0);
    put32(body, 0);
    put32(body, microseconds += 1000);
    put32(body, static_cast<std::uint32_t>(packet.size()));
    put32(body, static_cast<std::uint32_t>(packet.size()));
    put(body, packet);
    put(file, block(6, body));
  }
  return file;
}

/// A file with these octets, removed at the end.
class CaptureFile {
 public:
  explicit CaptureFile(const Octets& octets) {
    std::string name = (std::filesystem::temp_directory_path() / "handfast-capture-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    EXPECT_GE(file, 0);
    EXPECT_EQ(::write(file, octets.data(), octets.size()), static_cast<ssize_t>(octets.size()));
    ::close(file);
    path_ = name;
  }
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;
  ~CaptureFile() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace handfast::test
