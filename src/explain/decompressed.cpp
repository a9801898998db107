// Decompresses what a recording has compressed.
#include "explain/decompressed.hpp"

#include <algorithm>

#include <handfast/certificate_compression.hpp>
#include <handfast/config.hpp>

#include "message/messages.hpp"
#include "wire/big_endian.hpp"
#include "wire/codec.hpp"

namespace handfast::explain {
namespace {

bool is_plausible(const message::CompressedCertificate& message) {
  constexpr std::size_t largest_ratio = 8;
  return message.uncompressed_length <= CommonSettings{}.max_handshake_message &&
         message.uncompressed_length <= largest_ratio * message.compressed_certificate_message.size();
}

}  // namespace

std::optional<Octets> decompressed_certificate(Bytes compressed) {
  const auto message =
      wire::decode<message::CompressedCertificate>(compressed.subspan(wire::message_header_size));
  if (!message || !is_plausible(*message)) return std::nullopt;
  const auto known = certificate_compression::all();
  const auto found = std::ranges::find(known, message->algorithm, &CertificateCompression::algorithm);
  if (found == known.end()) return std::nullopt;

  Octets certificate(wire::message_header_size + message->uncompressed_length);
  certificate[0] = static_cast<std::uint8_t>(HandshakeType::certificate);
  wire::store<3>(certificate.data() + 1, message->uncompressed_length);
  const MutableBytes body = MutableBytes(certificate).subspan(wire::message_header_size);
  if (!(*found)->decompress(message->compressed_certificate_message, body)) return std::nullopt;
  return certificate;
}

}  // namespace handfast::explain
