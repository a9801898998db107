// CBC keys for tests of records, and records that no honest end would make.
#pragma once
#include "crypto/fake_random.hpp"
#include "record/additional_data12.hpp"
#include "record/keys.hpp"

namespace handfast::record {

constexpr auto data = ContentType::application_data;

inline constexpr std::size_t cbc_block = 16;

/// One CBC suite's protection.
struct CbcWay {
  crypto::HashAlgorithm mac;
  std::size_t key_size;
  bool encrypt_then_mac;

  [[nodiscard]] std::size_t mac_size() const { return crypto::digest_size(mac); }
  [[nodiscard]] Octets key() const { return counting(key_size); }
  [[nodiscard]] Octets mac_key() const { return counting(mac_size(), 0x60); }
};

inline std::vector<CbcWay> make_cbc_ways() {
  using enum crypto::HashAlgorithm;
  std::vector<CbcWay> made;
  for (const bool encrypt_then_mac : {false, true})
    for (const auto mac : {sha1, sha256, sha384})
      for (const std::size_t key_size : {16U, 32U})
        if (mac != sha384 || key_size == 32) made.push_back({mac, key_size, encrypt_then_mac});
  return made;
}
inline const std::vector<CbcWay> cbc_ways = make_cbc_ways();

inline std::string name_of_cbc_way(const CbcWay& way) {
  std::string name = "Aes" + std::to_string(8 * way.key_size) + std::string(crypto::name_of(way.mac));
  std::erase(name, '-');
  return name + (way.encrypt_then_mac ? "EncryptThenMac" : "MacThenEncrypt");
}

inline RecordKey make_key(const CbcWay& way, RandomSource& random = system_random()) {
  return RecordKey::tls12_cbc(way.mac, way.mac_key(), way.key(), way.encrypt_then_mac, random);
}

/// One record made by `key`.
inline Octets seal_cbc(RecordKey& key, ContentType type, Bytes content) {
  Octets out(header_size + key.expansion().body_size(content.size()));
  const auto size = key.seal(type, content, 0, out);
  EXPECT_TRUE(size);
  EXPECT_EQ(size.value_or(0), out.size());
  return out;
}

/// The MAC of RFC 5246 §6.2.3.1 over anything.
inline Octets mac_of(const CbcWay& way, std::uint64_t sequence, ContentType type, Bytes text) {
  const crypto::HmacKey key(way.mac, way.mac_key());
  return to_octets(key.mac({additional_data12(sequence, type, text.size()), text}).view());
}

/// content, MAC (MAC-then-encrypt), and `padding` octets of padding besides padding_length, all of which say
/// so; from there tests go wrong.
inline Octets cbc_plaintext(const CbcWay& way, std::uint64_t sequence, ContentType type, Bytes content,
                            std::size_t padding) {
  Octets plaintext = to_octets(content);
  if (!way.encrypt_then_mac) {
    const Octets mac = mac_of(way, sequence, type, content);
    plaintext.insert(plaintext.end(), mac.begin(), mac.end());
  }
  plaintext.insert(plaintext.end(), padding + 1, static_cast<std::uint8_t>(padding));
  return plaintext;
}
/// The least padding of `content_size` octets.
inline std::size_t least_padding(const CbcWay& way, std::size_t content_size) {
  const std::size_t used = content_size + 1 + (way.encrypt_then_mac ? 0 : way.mac_size());
  return (cbc_block - used % cbc_block) % cbc_block;
}

/// A record around any plaintext of whole blocks, with a right MAC if it is encrypt-then-MAC.
inline Octets seal_cbc_plaintext(const CbcWay& way, std::uint64_t sequence, ContentType type,
                                 Bytes plaintext) {
  Octets body = counting(cbc_block, 0xc0);
  body.insert(body.end(), plaintext.begin(), plaintext.end());
  crypto::AesCbcKey(crypto::AesCbcKey::Use::encrypt, way.key())
      .crypt(Bytes(body).first(cbc_block), MutableBytes(body).subspan(cbc_block));
  if (way.encrypt_then_mac) {
    const Octets mac = mac_of(way, sequence, type, body);
    body.insert(body.end(), mac.begin(), mac.end());
  }
  return plain(type, body);
}

}  // namespace handfast::record
