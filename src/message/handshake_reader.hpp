// Handshake messages out of records (RFC 8446 §5.1): several in one, or one in several.
#pragma once
#include <optional>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

namespace handfast::message {

inline constexpr std::size_t handshake_header_size = 4;

/// How long the body of a handshake message may be.
struct MessageLimits {
  /// Certificate, CompressedCertificate, CertificateRequest, CertificateStatus, ClientHello.
  std::uint32_t large = 64 * 1024;
  /// All others.
  std::uint32_t other = 16 * 1024;

  [[nodiscard]] std::uint32_t of(HandshakeType type) const noexcept;
};

/// A handshake message, in somebody else's memory.
struct HandshakeMessage {
  HandshakeType type;
  Bytes whole;  ///< with its header: what the transcript takes

  [[nodiscard]] Bytes body() const noexcept { return whole.subspan(handshake_header_size); }
};

/// Collects handshake messages from the contents of records, in memory of its own.
///
/// The memory grows with what arrived, never with what a header promises; release() frees it. Move-only.
class HandshakeReader {
 public:
  explicit HandshakeReader(MessageLimits limits = {}) noexcept : limits_(limits) {}

  /// Takes in the content of one handshake record. Views of earlier messages die.
  /// Errors: message_too_large as soon as a header tells.
  Result<> add(Bytes content);
  /// The next message, if it is here whole. It lives until the next call of add(), next() or release().
  [[nodiscard]] std::optional<HandshakeMessage> next() noexcept;

  /// Octets that were not handed out by next(): whole messages or a part of one.
  [[nodiscard]] std::size_t pending() const noexcept { return buffer_.size() - read_; }
  /// Those octets. They live until the next call of add() or release().
  [[nodiscard]] Bytes unread() const noexcept { return Bytes(buffer_).subspan(read_); }
  /// Handshake messages may not cross a change of keys (RFC 8446 §5.1): error excess_handshake_data if
  /// anything is pending.
  Result<> check_key_change() const noexcept;
  /// Records of other types may not stand between the parts of a message (RFC 8446 §5.1): error
  /// unexpected_record if anything is pending.
  Result<> check_interleaving() const noexcept;

  /// Frees the memory if nothing is pending. Views of messages die.
  void release() noexcept;
  void set_limits(MessageLimits limits) noexcept { limits_ = limits; }

 private:
  Result<> check_sizes() const noexcept;

  SecretOctets buffer_;  // read_ octets that are done with, then what is pending
  std::size_t read_ = 0;
  MessageLimits limits_;
};

}  // namespace handfast::message
