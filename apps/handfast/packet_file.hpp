// Captures in files: pcap and pcapng, by libpcap.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "capture/link.hpp"
#include "failure.hpp"

struct pcap;

namespace handfast::tool {

/// A packet. Its octets live until the next one is read.
struct Packet {
  Bytes octets;                    ///< as many as were captured
  std::chrono::microseconds at{};  ///< since 1970
};

/// An open capture, read from front to back. Memory: one packet.
class PacketFile {
 public:
  /// Fails for what cannot be read, is no capture, or has frames of a kind that is not known here.
  static Outcome<PacketFile> open(const std::string& path);

  /// The next packet; none: that was all, or the file is damaged.
  [[nodiscard]] std::optional<Packet> next();
  /// What is wrong with the file behind the last packet; empty: nothing.
  [[nodiscard]] const std::string& damage() const noexcept { return damage_; }
  [[nodiscard]] capture::LinkType link() const noexcept { return link_; }

 private:
  struct Close {
    void operator()(pcap* file) const noexcept;
  };
  using Handle = std::unique_ptr<pcap, Close>;

  PacketFile(Handle file, capture::LinkType link) noexcept : file_(std::move(file)), link_(link) {}

  Handle file_;
  capture::LinkType link_;
  std::string damage_;
};

}  // namespace handfast::tool
