// Decoding and encoding of whole structures and handshake messages.
//
// A described structure has `static constexpr void wire(auto& io, auto& m)`, which names its fields in order.
// A handshake message also has `static constexpr HandshakeType type` and `static constexpr const char* name`.
#pragma once
#include <algorithm>
#include <memory>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace handfast::wire {

template <class T>
concept Message = requires {
  { T::type } -> std::convertible_to<HandshakeType>;
  { T::name } -> std::convertible_to<const char*>;
};

/// Octets in front of the body of a handshake message: msg_type and length (RFC 8446 §4).
inline constexpr std::size_t message_header_size = 4;

/// Replaces `value` by the structure that `body` holds, all of it. For a handshake message: its body,
/// without the header. `value` is a view of `body`. No allocation.
///
/// Errors: truncated, trailing_data, vector_too_short, vector_too_long, vector_not_multiple, illegal_value,
/// duplicate_extension, extension_not_last, extension_not_allowed; with the innermost field (null for data
/// behind the last field of all) and the offset into `body` where the offending unit begins. After an error
/// `value` holds what was read up to there and must not be used.
template <class T>
Result<> decode_into(T& value, Bytes body) {
  static_assert(std::is_trivially_destructible_v<T>);
  std::construct_at(&value);
  Reader<> reader(body);
  reader.read_whole(value);
  if (reader.failed()) [[unlikely]] {
    Error error = reader.error();
    if constexpr (Message<T>) error.message = T::type;
    return fail(error);
  }
  return {};
}

/// The same for a new value; prefer decode_into for large messages.
template <class T>
Result<T> decode(Bytes body) {
  Result<T> result;
  if (auto done = decode_into(*result, body); !done) [[unlikely]]
    return fail(done.error());
  return result;
}

/// Octets of the structure; of a handshake message its body, without the header.
template <class T>
[[nodiscard]] std::size_t encoded_size(const T& value) {
  Sizer sizer;
  sizer.add(value);
  return sizer.size();
}

/// Writes the structure (of a handshake message its body) to the start of `out`; returns the octets written.
/// Errors: internal_error if a field breaks its bounds, buffer_too_small.
template <class T>
Result<std::size_t> encode(const T& value, MutableBytes out) {
  Writer writer(out);
  writer.put(value);
  if (writer.failed()) [[unlikely]] {
    Error error = writer.error();
    if constexpr (Message<T>) error.message = T::type;
    return fail(error);
  }
  return writer.size();
}

/// Writes the whole handshake message: msg_type, length and body. Errors as encode.
template <Message T>
Result<std::size_t> encode_message(const T& value, MutableBytes out) {
  if (out.size() < message_header_size) return fail(ErrorCode::buffer_too_small);
  auto body = encode(value, out.subspan(message_header_size));
  if (!body) [[unlikely]]
    return body;
  if (*body > largest<3>) [[unlikely]]
    return fail(ErrorCode::internal_error, "a handshake message is longer than its length field can say");
  store<1>(out.data(), static_cast<std::uint32_t>(T::type));
  store<3>(out.data() + 1, static_cast<std::uint32_t>(*body));
  return *body + message_header_size;
}

/// Appends the whole handshake message to `out`, which is unchanged after an error.
template <Message T>
Result<> append_message(const T& value, Octets& out) {
  const std::size_t before = out.size();
  // The room that is there often does, and to measure a message takes as long as to write it.
  constexpr std::size_t usual = 2048;
  out.resize(std::min(out.capacity(), before + usual));
  if (auto size = encode_message(value, MutableBytes(out).subspan(before))) [[likely]] {
    out.resize(before + *size);
    return {};
  }
  out.resize(before);
  out.resize(before + message_header_size + encoded_size(value));
  if (auto size = encode_message(value, MutableBytes(out).subspan(before)); !size) [[unlikely]] {
    out.resize(before);
    return fail(size.error());
  }
  return {};
}

}  // namespace handfast::wire
