// handfast explain --pcap: connections that somebody captured.
#pragma once
#include "explain.hpp"
#include "explained.hpp"

namespace handfast::tool {

/// A connection of a capture, explained.
struct CapturedConnection {
  std::size_t number = 0;  ///< from 1, in the order of the capture
  std::string client;      ///< address and port
  std::string server;
  std::chrono::microseconds at{};  ///< since the capture's first packet
  inspect::Story story;
};

/// What a capture has to tell.
struct ExplainedCapture {
  std::string file;
  std::vector<CapturedConnection> connections;  ///< all, or the one that was asked for
  std::size_t all = 0;                          ///< how many there are
  std::vector<std::string> remarks;             ///< on the capture itself, one sentence each
  std::optional<Failure> failure;               ///< the file is damaged; what was in front of it is explained
};

/// Fails where there is no connection to explain.
Outcome<ExplainedCapture> explain_capture(const ExplainOptions& options);

/// "Connection 2 of 3 in FILE, from CLIENT to SERVER".
std::string title(const ExplainedCapture& capture, const CapturedConnection& connection);

}  // namespace handfast::tool
