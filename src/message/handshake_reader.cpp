// Handshake messages out of records.
#include "message/handshake_reader.hpp"

#include "wire/big_endian.hpp"

namespace handfast::message {
namespace {

struct MessageHeader {
  HandshakeType type;
  std::uint32_t length;
};

MessageHeader message_header(const std::uint8_t* octets) noexcept {
  return {static_cast<HandshakeType>(octets[0]), wire::load<3>(octets + 1)};
}

}  // namespace

std::uint32_t MessageLimits::of(HandshakeType type) const noexcept {
  switch (type) {
    case HandshakeType::client_hello:
    case HandshakeType::certificate:
    case HandshakeType::compressed_certificate:
    case HandshakeType::certificate_request:
    case HandshakeType::certificate_status: return large;
    default: return other;
  }
}

Result<> HandshakeReader::add(Bytes content) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(read_));
  read_ = 0;
  buffer_.insert(buffer_.end(), content.begin(), content.end());
  return check_sizes();
}

Result<> HandshakeReader::check_sizes() const noexcept {
  for (std::size_t at = 0; buffer_.size() - at >= handshake_header_size;) {
    const MessageHeader header = message_header(buffer_.data() + at);
    if (header.length > limits_.of(header.type)) {
      Error error(ErrorCode::message_too_large);
      error.message = header.type;
      return fail(error);
    }
    if (buffer_.size() - at - handshake_header_size < header.length) break;
    at += handshake_header_size + header.length;
  }
  return {};
}

std::optional<HandshakeMessage> HandshakeReader::next() noexcept {
  if (pending() < handshake_header_size) return std::nullopt;
  const std::uint8_t* const start = buffer_.data() + read_;
  const MessageHeader header = message_header(start);
  const std::size_t size = handshake_header_size + header.length;
  if (pending() < size) return std::nullopt;
  read_ += size;
  return HandshakeMessage{header.type, Bytes(start, size)};
}

Result<> HandshakeReader::check_key_change() const noexcept {
  if (pending() != 0) return fail(ErrorCode::excess_handshake_data);  // [8446:5.1#5]
  return {};
}

Result<> HandshakeReader::check_interleaving() const noexcept {
  if (pending() != 0)  // [8446:5.1#2,3]
    return fail(ErrorCode::unexpected_record, "a record of another type inside a handshake message");
  return {};
}

void HandshakeReader::release() noexcept {
  if (pending() != 0) return;
  SecretOctets().swap(buffer_);
  read_ = 0;
}

}  // namespace handfast::message
