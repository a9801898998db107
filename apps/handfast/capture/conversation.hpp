// A TCP connection that carries TLS, taken out of a capture.
#pragma once
#include <string>
#include <vector>

#include <handfast/capture.hpp>

#include "capture/stream.hpp"
#include "capture/tcp.hpp"

namespace handfast::capture {

/// What inspect::decode() takes, and what is to be said of it.
struct Conversation {
  Endpoint client;
  Endpoint server;
  Microseconds at{};                              ///< its first packet, since the capture's first
  std::vector<inspect::CapturedOctets> stream{};  ///< times count from the connection's first packet
  std::vector<std::string> remarks{};             ///< what of it is not in the capture, one sentence each
};

/// Both directions as one: what a side sends comes behind what it had seen of the other. Where packets were
/// captured out of order, that puts them right; else the times decide.
[[nodiscard]] std::vector<inspect::CapturedOctets> interleave(std::vector<Piece> from_client,
                                                              std::vector<Piece> from_server,
                                                              std::optional<Position> client_start,
                                                              std::optional<Position> server_start);

}  // namespace handfast::capture
