// Keys for tests of records: one pair of ends that share them.
#pragma once
#include "record/record_key.hpp"
#include "support/vectors.hpp"

namespace handfast::record {

inline Octets counting(std::size_t size, std::uint8_t first = 0) {
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(first + i);
  return octets;
}

/// One way to protect records.
struct Way {
  ProtocolVersion version;
  crypto::AeadAlgorithm aead;
};

inline const std::array ways{Way{ProtocolVersion::tls13, crypto::AeadAlgorithm::aes_128_gcm},
                             Way{ProtocolVersion::tls13, crypto::AeadAlgorithm::aes_256_gcm},
                             Way{ProtocolVersion::tls13, crypto::AeadAlgorithm::chacha20_poly1305},
                             Way{ProtocolVersion::tls12, crypto::AeadAlgorithm::aes_128_gcm},
                             Way{ProtocolVersion::tls12, crypto::AeadAlgorithm::aes_256_gcm},
                             Way{ProtocolVersion::tls12, crypto::AeadAlgorithm::chacha20_poly1305}};

inline std::string name_of_way(const Way& way) {
  const std::string version = way.version == ProtocolVersion::tls13 ? "Tls13" : "Tls12";
  switch (way.aead) {
    case crypto::AeadAlgorithm::aes_128_gcm: return version + "Aes128Gcm";
    case crypto::AeadAlgorithm::aes_256_gcm: return version + "Aes256Gcm";
    case crypto::AeadAlgorithm::chacha20_poly1305: break;
  }
  return version + "ChaCha20Poly1305";
}

/// Key 00 01 02 …, IV a0 a1 a2 …; each call gives the same.
inline RecordKey make_key(const Way& way) {
  const Octets key = counting(crypto::key_size(way.aead));
  const Octets iv = counting(12, 0xa0);
  if (way.version == ProtocolVersion::tls13) return RecordKey::tls13(way.aead, key, iv);
  const bool salt_only = way.aead != crypto::AeadAlgorithm::chacha20_poly1305;
  return RecordKey::tls12(way.aead, key, Bytes(iv).first(salt_only ? 4 : 12));
}

/// One record made by `key`.
inline Octets seal(RecordKey& key, ContentType type, Bytes content, std::size_t padding = 0) {
  Octets out(header_size + content.size() + padding + overhead(key.protection()));
  const auto size = key.seal(type, content, padding, out);
  EXPECT_TRUE(size);
  EXPECT_EQ(size.value_or(0), out.size());
  return out;
}

/// A record without protection, with any header.
inline Octets plain(ContentType type, Bytes content, std::uint16_t version = 0x0303) {
  Octets out(header_size + content.size());
  write_header({type, static_cast<ProtocolVersion>(version), static_cast<std::uint16_t>(content.size())},
               out);
  copy(content, MutableBytes(out).subspan(header_size));
  return out;
}

/// A TLS 1.3 record around any inner plaintext, well-formed or not: what an honest sealer would not make.
inline Octets seal_inner13(crypto::AeadAlgorithm aead, std::uint64_t sequence, Bytes inner) {
  Octets nonce = counting(12, 0xa0);
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(sequence >> (8 * i));
  Octets out(header_size + inner.size() + crypto::aead_tag_size);
  write_header({ContentType::application_data, ProtocolVersion::tls12,
                static_cast<std::uint16_t>(out.size() - header_size)},
               out);
  const crypto::AeadKey key(aead, counting(crypto::key_size(aead)));
  key.seal(nonce, Bytes(out).first(header_size), inner, MutableBytes(out).subspan(header_size));
  return out;
}

/// The code of a result that failed; a success is a failure of the test.
template <class T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result.has_value() ? ErrorCode::internal_error : result.error().code;
}

}  // namespace handfast::record
