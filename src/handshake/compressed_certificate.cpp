// CompressedCertificate (RFC 8879).
#include "handshake/compressed_certificate.hpp"

#include <algorithm>
#include <array>

#include "config/credential_contents.hpp"

namespace handfast::handshake {

CompressionList offered_compressions(const CommonSettings& settings) {
  CompressionList list;
  for (const auto& compression : settings.certificate_compression) list.push_back(compression->algorithm());
  return list;
}

Result<> check_compressions(const std::optional<message::CertificateCompressionAlgorithms>& offered) {
  if (!offered) return {};
  std::array<CertificateCompressionAlgorithm, 0xfe / 2> room{};  // all that the field can hold
  std::size_t count = 0;
  for (const CertificateCompressionAlgorithm algorithm : offered->algorithms) room[count++] = algorithm;
  const auto sorted = std::span(room).first(count);
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) == sorted.end()) return {};
  return fail(ErrorCode::illegal_value, "compress_certificate names an algorithm twice");
}

const CertificateCompression* choose_compression(
    const CommonSettings& settings,
    const std::optional<message::CertificateCompressionAlgorithms>& offered) noexcept {
  if (!offered) return nullptr;
  for (const auto& compression : settings.certificate_compression)
    if (offered->algorithms.contains(compression->algorithm())) return compression.get();
  return nullptr;
}

namespace {

// RFC 8879 §4: the body of the Certificate that would have been sent otherwise.
Result<CompressedCertificates::Message> compress(const message::Certificate& certificate,
                                                 const CertificateCompression& compression,
                                                 std::uint8_t extensions) {
  Octets body(wire::encoded_size(certificate));
  if (auto encoded = wire::encode(certificate, body); !encoded) return fail(encoded.error());
  auto compressed = compression.compress(body);
  if (!compressed) return fail(compressed.error());
  if (compressed->empty()) return fail(ErrorCode::internal_error, "nothing came of compressing");
  CompressedCertificates::Message message;
  message.algorithm = compression.algorithm();
  message.extensions = extensions;
  message.uncompressed_length = static_cast<std::uint32_t>(body.size());
  message.compressed = std::move(*compressed);
  return message;
}

// The way back. What is asked of memory is bounded before anything is allocated.
Result<Octets> decompress(const CommonSettings& settings, const message::CompressedCertificate& message) {
  const auto is_meant = [&message](const auto& compression) {
    return compression->algorithm() == message.algorithm;
  };
  const auto found = std::ranges::find_if(settings.certificate_compression, is_meant);
  // RFC 8879 §4: one of those that were offered, else illegal_parameter.
  if (found == settings.certificate_compression.end())
    return fail(ErrorCode::illegal_value, "the algorithm of compression was not offered");
  // RFC 8879 §4, §5: bad_certificate for what is longer than we take, or does not decompress.
  if (message.uncompressed_length > settings.max_handshake_message)
    return fail(ErrorCode::certificate_malformed, "it says that it is longer than max_handshake_message");
  Octets body(message.uncompressed_length);
  if (auto done = (*found)->decompress(message.compressed_certificate_message, body); !done)
    return fail(done.error());
  return body;
}

Result<message::Certificate> decode_certificate(Bytes body) {
  auto certificate = wire::decode<message::Certificate>(body);
  if (certificate) return *certificate;
  Error error = certificate.error();
  error.message = HandshakeType::certificate;
  return fail(error);
}

}  // namespace

Result<> send_compressed(Handshake& hs, const message::Certificate& certificate, const Credential& credential,
                         CertificateExtras extras, const CertificateCompression& compression) {
  CompressedCertificates& kept = credential.contents().compressed;
  const auto extensions =
      static_cast<std::uint8_t>((extras.ocsp ? 1 : 0) | (extras.signed_certificate_timestamps ? 2 : 0) |
                                (extras.trust_anchors ? 4 : 0));
  const CompressedCertificates::Message* message = kept.find(compression.algorithm(), extensions);
  if (message == nullptr) {
    auto made = compress(certificate, compression, extensions);
    if (!made) return hs.send(certificate);
    message = &kept.add(std::move(*made));
  }
  message::CompressedCertificate sent;
  sent.algorithm = message->algorithm;
  sent.uncompressed_length = message->uncompressed_length;
  sent.compressed_certificate_message = message->compressed;
  hs.summary.own_certificate_compression = message->algorithm;
  return hs.send(sent);
}

Task<message::Certificate> receive_certificate(Handshake& hs, const CommonSettings& settings) {
  const message::HandshakeMessage next = co_await hs.peek();
  // RFC 8879 §4: only where compress_certificate was sent; else the message is unexpected.
  if (next.type != HandshakeType::compressed_certificate || settings.certificate_compression.empty()) {
    const message::Certificate& plain = co_await hs.receive<message::Certificate>();
    co_return plain;
  }
  const message::CompressedCertificate& compressed = co_await hs.receive<message::CompressedCertificate>();
  hs.summary.peer_certificate_compression = compressed.algorithm;
  hs.decompressed_certificate = co_await decompress(settings, compressed);
  const message::Certificate certificate = co_await decode_certificate(hs.decompressed_certificate);
  co_return certificate;
}

}  // namespace handfast::handshake
