// Sealing and opening of CBC records.
#include "record/cbc_protection.hpp"

#include "crypto/contract.hpp"
#include "record/additional_data12.hpp"
#include "record/cbc_plaintext.hpp"

namespace handfast::record {
namespace {

using crypto::aes_block_size;
using Use = crypto::AesCbcKey::Use;

// RFC 5246 §7.2.2: the one alert for all that may be wrong.
std::unexpected<Error> bad_record(MutableBytes body) noexcept {
  wipe(body);
  // [5246:7.2.2#5]
  return fail(ErrorCode::bad_record_mac);
}

// RFC 7366 §3: over what is sent, the IV included, with the length of that.
crypto::MacValue mac_of_ciphertext(const crypto::HmacKey& mac, std::uint64_t sequence, ContentType type,
                                   Bytes ciphertext) noexcept {
  return mac.mac({additional_data12(sequence, type, ciphertext.size()), ciphertext});
}

}  // namespace

CbcProtection::CbcProtection(crypto::HashAlgorithm mac, Bytes mac_key, bool encrypt_then_mac,
                             RandomSource& random) noexcept
    : mac_key_(mac_key), random_(random), mac_(mac), encrypt_then_mac_(encrypt_then_mac) {
  crypto::require(mac != crypto::HashAlgorithm::sha512 && mac_key.size() == crypto::digest_size(mac));
}

Expansion CbcProtection::expansion() const noexcept {
  const auto mac = static_cast<std::uint8_t>(mac_size());
  if (encrypt_then_mac_)
    return {.inside = 1, .outside = static_cast<std::uint8_t>(aes_block_size + mac), .block = aes_block_size};
  return {.inside = static_cast<std::uint8_t>(mac + 1), .outside = aes_block_size, .block = aes_block_size};
}

const CbcProtection::Expanded& CbcProtection::expanded(Use use, Bytes key) {
  if (!expanded_ || expanded_->cipher.use() != use)
    expanded_.emplace(crypto::AesCbcKey(use, key), crypto::HmacKey(mac_, mac_key_.view()));
  return *expanded_;
}

Result<> CbcProtection::seal(Bytes key, std::uint64_t sequence, ContentType type, Bytes content,
                             MutableBytes body) {
  const Expanded& keys = expanded(Use::encrypt, key);
  const MutableBytes iv = body.first(aes_block_size);
  if (Result<> drawn = random_.fill(iv); !drawn) return drawn;  // [5246:6.2.3.2#1]
  const MutableBytes outer_mac = body.last(encrypt_then_mac_ ? mac_size() : 0);
  const MutableBytes blocks = body.subspan(aes_block_size, body.size() - aes_block_size - outer_mac.size());
  copy(content, blocks);
  MutableBytes rest = blocks.subspan(content.size());
  if (!encrypt_then_mac_) {
    copy(keys.mac.mac({additional_data12(sequence, type, content.size()), content}).view(), rest);
    rest = rest.subspan(mac_size());
  }
  write_padding(rest);  // [5246:6.2.3.2#2,4]
  keys.cipher.crypt(iv, blocks);
  if (encrypt_then_mac_)
    copy(mac_of_ciphertext(keys.mac, sequence, type, body.first(body.size() - mac_size())).view(), outer_mac);
  return {};
}

Result<MutableBytes> CbcProtection::open(Bytes key, std::uint64_t sequence, ContentType type,
                                         MutableBytes body) {
  const Expansion sizes = expansion();
  const std::size_t least = sizes.body_size(0);
  // Of no length that an honest peer makes: nothing secret in that. RFC 5246 §7.2.2: the same alert.
  if (body.size() < least || (body.size() - least) % aes_block_size != 0) return bad_record(body);
  const Expanded& keys = expanded(Use::decrypt, key);
  MutableBytes sent = body;
  if (encrypt_then_mac_) {
    sent = body.first(body.size() - mac_size());
    if (!mac_of_ciphertext(keys.mac, sequence, type, sent).equals(body.last(mac_size())))
      return bad_record(body);
  }
  const MutableBytes plaintext = sent.subspan(aes_block_size);
  keys.cipher.crypt(sent.first(aes_block_size), plaintext);
  const CbcPlaintext found = encrypt_then_mac_
                                 ? check_padding(plaintext)  // what a peer that has the keys got wrong
                                 : check_mac_and_padding(keys.mac, sequence, type, plaintext);
  if (!found.genuine.reveal()) return bad_record(body);
  return plaintext.first(found.content_size);
}

}  // namespace handfast::record
