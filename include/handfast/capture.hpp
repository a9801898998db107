// Connections that somebody else recorded: octets of both directions, and the lines of a key log.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/explain.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace inspect {

/// Secrets of many connections, as SSLKEYLOGFILE keeps them (RFC 9850). Wiped when they are freed.
class KeyLogLines {
 public:
  /// Lines "LABEL CLIENT_RANDOM SECRET", the last two in hexadecimal. Comments, and lines that are none of
  /// that, are passed over.
  [[nodiscard]] static KeyLogLines parse(std::string_view text);

  /// The secrets of the connection with that ClientHello.random, in the order of the lines.
  [[nodiscard]] std::vector<RecordedSecret> find(Bytes client_random) const;
  /// How many lines were understood.
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }

 private:
  struct Line {
    Octets client_random;
    RecordedSecret secret;
  };
  std::vector<Line> lines_;
};

/// Octets of one direction, in the order of its stream.
struct CapturedOctets {
  Role from = Role::client;        ///< who sent them
  Octets octets;                   ///< any part of the stream, however it is cut
  std::chrono::microseconds at{};  ///< when they were seen, counted from any moment
};

/// What a third party can tell of a connection.
struct Decoded {
  Recording recording;               ///< records, opened as far as the key log goes, and its secrets
  std::vector<std::string> remarks;  ///< what could not be read, one sentence each
};

/// Reads along: finds the records of both directions, opens what the key log opens, and changes keys where
/// the two sides do. Nothing is checked but what opening a record checks, and nothing that comes is an error:
/// a record that does not open stays sealed, and octets that are no TLS end their direction.
///
/// Work is in proportion to the stream; memory too, up to the limits, behind which records are only counted.
[[nodiscard]] Decoded decode(const std::vector<CapturedOctets>& stream, const KeyLogLines& key_log,
                             RecorderLimits limits = {});

}  // namespace inspect
}  // namespace handfast
