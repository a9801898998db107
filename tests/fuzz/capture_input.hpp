// A capture as an input of the fuzzer: a link type, the lines of a key log, packets.
#pragma once
#include <vector>

#include "capture/link.hpp"

namespace handfast::fuzz {

struct CaptureInput {
  capture::LinkType link = capture::LinkType::ethernet;
  Bytes key_log;
  std::vector<Bytes> frames;

  /// One octet, then the key log and each frame behind two octets of length. Takes any octets.
  [[nodiscard]] static CaptureInput read(Bytes octets) {
    CaptureInput input;
    if (octets.empty()) return input;
    input.link = static_cast<capture::LinkType>(octets[0] % 5);
    octets = octets.subspan(1);
    input.key_log = next(octets);
    while (!octets.empty()) input.frames.push_back(next(octets));
    return input;
  }
  [[nodiscard]] Octets written() const {
    Octets octets = {static_cast<std::uint8_t>(link)};
    append(octets, key_log);
    for (const Bytes frame : frames) append(octets, frame);
    return octets;
  }

 private:
  static Bytes next(Bytes& octets) {
    if (octets.size() < 2) return std::exchange(octets, {});
    const std::size_t length = std::size_t{octets[0]} << 8U | octets[1];
    const Bytes part = octets.subspan(2, std::min(length, octets.size() - 2));
    octets = octets.subspan(2 + part.size());
    return part;
  }
  static void append(Octets& to, Bytes part) {
    to.push_back(static_cast<std::uint8_t>(part.size() >> 8U));
    to.push_back(static_cast<std::uint8_t>(part.size()));
    to.insert(to.end(), part.begin(), part.end());
  }
};

}  // namespace handfast::fuzz
