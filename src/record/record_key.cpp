// Sealing and opening of single records.
#include "record/record_key.hpp"

#include <array>
#include <limits>

#include "crypto/contract.hpp"
#include "record/additional_data12.hpp"
#include "record/inner_plaintext.hpp"
#include "record/octets8.hpp"

namespace handfast::record {
namespace {

using crypto::aead_nonce_size;
using crypto::aead_tag_size;
using crypto::AeadAlgorithm;

constexpr std::size_t explicit_nonce_size = 8;  // RFC 5288 §3

using Nonce = std::array<std::uint8_t, aead_nonce_size>;

// The IV (12 octets) with a number mixed into its last eight. RFC 8446 §5.3 and RFC 7905 §2: the sequence
// number. RFC 5288 §3: those octets of the IV are zeros here, and the number is the explicit nonce.
Nonce nonce_of(const std::uint8_t* iv, std::uint64_t number) noexcept {
  Nonce nonce;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  std::memcpy(nonce.data(), iv, 4);
  store_octets8(nonce.data() + 4, load_octets8(iv + 4) ^ number);
  return nonce;
}

// Of the IV that is part of the keys.
constexpr std::size_t iv_size(Protection protection) noexcept {
  if (is_cbc(protection)) return 0;
  return protection == Protection::tls12_explicit_nonce ? aead_nonce_size - explicit_nonce_size
                                                        : aead_nonce_size;
}

}  // namespace

// A new key starts with sequence number 0. [8446:5.3#1] [5246:6.1#1,2,3]
RecordKey::RecordKey(AeadAlgorithm aead, Protection protection, Bytes key, Bytes iv) noexcept
    : key_(key), iv_(iv), aead_(aead), protection_(protection) {
  crypto::require(key.size() == crypto::key_size(aead) && iv.size() == iv_size(protection));
}

RecordKey RecordKey::tls13(AeadAlgorithm aead, Bytes key, Bytes iv) noexcept {
  return {aead, Protection::tls13, key, iv};
}

RecordKey RecordKey::tls12(AeadAlgorithm aead, Bytes key, Bytes iv) noexcept {
  return {aead,
          aead == AeadAlgorithm::chacha20_poly1305 ? Protection::tls12_implicit_nonce
                                                   : Protection::tls12_explicit_nonce,
          key, iv};
}

RecordKey RecordKey::tls12_cbc(crypto::HashAlgorithm mac, Bytes mac_key, Bytes key, bool encrypt_then_mac,
                               RandomSource& random) {
  RecordKey made(key.size() == 16 ? AeadAlgorithm::aes_128_gcm : AeadAlgorithm::aes_256_gcm,
                 encrypt_then_mac ? Protection::tls12_cbc_encrypt_then_mac : Protection::tls12_cbc, key, {});
  made.expanded_ = std::make_unique<CbcProtection>(mac, mac_key, encrypt_then_mac, random);
  return made;
}

const crypto::AeadKey& RecordKey::expanded() {
  if (const auto* key = std::get_if<crypto::AeadKey>(&expanded_)) [[likely]]
    return *key;
  return expanded_.emplace<crypto::AeadKey>(aead_, key_.view());
}

CbcProtection& RecordKey::cbc() const noexcept {
  return **std::get_if<std::unique_ptr<CbcProtection>>(&expanded_);
}

void RecordKey::rest() noexcept {
  if (is_cbc(protection_)) {
    cbc().rest();
  } else {
    expanded_.emplace<std::monostate>();
  }
}

Result<std::size_t> RecordKey::seal(ContentType type, Bytes content, std::size_t padding, MutableBytes out) {
  // RFC 8446 §5.3, §5.5: neither may the sequence number wrap nor the key be used up. [8446:5.3#2]
  if (sequence_ >= limit()) return fail(ErrorCode::sequence_exhausted);
  if (is_cbc(protection_)) [[unlikely]]
    return seal_cbc(type, content, out);
  const std::size_t length = content.size() + padding + overhead(protection_);
  crypto::require(out.size() >= header_size + length && length <= 0xffff);
  const MutableBytes body = out.subspan(header_size, length);
  if (protection_ == Protection::tls13) {
    seal13(type, content, padding, out.first(header_size), body);
  } else {
    seal12(type, content, out.first(header_size), body);
  }
  ++sequence_;
  return header_size + length;
}

void RecordKey::seal13(ContentType type, Bytes content, std::size_t padding, MutableBytes header,
                       MutableBytes body) {
  write_header(
      {ContentType::application_data, ProtocolVersion::tls12, static_cast<std::uint16_t>(body.size())},
      header);
  const Nonce nonce = nonce_of(iv_.data(), sequence_);
  const auto inner_type = static_cast<std::uint8_t>(type);
  if (padding == 0) return expanded().seal({nonce, header, content, Bytes(&inner_type, 1), body});
  const MutableBytes inner = body.first(body.size() - aead_tag_size);
  copy(content, inner);
  inner[content.size()] = inner_type;
  std::ranges::fill(inner.last(padding), std::uint8_t{0});  // [8446:5.4#1]
  expanded().seal(nonce, header, inner, body);
}

void RecordKey::seal12(ContentType type, Bytes content, MutableBytes header, MutableBytes body) {
  write_header({type, ProtocolVersion::tls12, static_cast<std::uint16_t>(body.size())}, header);
  if (protection_ == Protection::tls12_explicit_nonce) {
    store_octets8(body.data(), sequence_);  // unique under this key, which is all that is asked of it
    body = body.subspan(explicit_nonce_size);
  }
  expanded().seal(nonce_of(iv_.data(), sequence_), additional_data12(sequence_, type, content.size()),
                  content, body);
}

Result<std::size_t> RecordKey::seal_cbc(ContentType type, Bytes content, MutableBytes out) {
  CbcProtection& protection = cbc();
  const std::size_t length = protection.expansion().body_size(content.size());
  crypto::require(out.size() >= header_size + length && length <= 0xffff);
  write_header({type, ProtocolVersion::tls12, static_cast<std::uint16_t>(length)}, out);
  const MutableBytes body = out.subspan(header_size, length);
  if (const Result<> sealed = protection.seal(key_.view(), sequence_, type, content, body); !sealed)
    return fail(sealed.error());
  ++sequence_;
  return header_size + length;
}

Result<Opened> RecordKey::open_cbc(MutableBytes record, std::size_t max_plaintext_size) {
  const ContentType type = read_header(record).type;
  const auto content = cbc().open(key_.view(), sequence_, type, record.subspan(header_size));
  if (!content) return fail(content.error());
  ++sequence_;
  // How long it is, is only known, and only to be told, when it is genuine.
  if (content->size() > max_plaintext_size) return fail(ErrorCode::record_overflow);
  return Opened{type, *content};
}

Result<Opened> RecordKey::open(MutableBytes record, std::size_t max_plaintext_size) {
  if (sequence_ == std::numeric_limits<std::uint64_t>::max()) return fail(ErrorCode::sequence_exhausted);
  if (is_cbc(protection_)) [[unlikely]]
    return open_cbc(record, max_plaintext_size);
  const Bytes header = record.first(header_size);
  MutableBytes body = record.subspan(header_size);
  const std::size_t explicit_size = protection_ == Protection::tls12_explicit_nonce ? explicit_nonce_size : 0;
  // No room for a tag: such a record cannot be genuine.
  if (body.size() < explicit_size + aead_tag_size) return fail(ErrorCode::bad_record_mac);
  const std::size_t size = body.size() - explicit_size - aead_tag_size;
  // RFC 8446 §5.4, RFC 8449 §4: known from outside, so there is no need to open it first. [8446:5.4#5]
  if (size > max_plaintext_size) return fail(ErrorCode::record_overflow);
  const ContentType type = read_header(header).type;

  bool genuine = false;
  if (protection_ == Protection::tls13) {
    genuine = expanded().open(nonce_of(iv_.data(), sequence_), header, body);
  } else {
    const std::uint64_t number = explicit_size != 0 ? load_octets8(body.data()) : sequence_;
    body = body.subspan(explicit_size);
    genuine = expanded().open(nonce_of(iv_.data(), number), additional_data12(sequence_, type, size), body);
  }
  if (!genuine) return fail(ErrorCode::bad_record_mac);  // [8446:5.2#3] [5246:6.2.3.3#3]
  ++sequence_;

  const MutableBytes plaintext = body.first(size);
  if (protection_ != Protection::tls13) return Opened{type, plaintext};
  const InnerEnd end = find_inner_end(plaintext);  // [8446:5.4#3]
  if (end.type == 0)
    return fail(ErrorCode::unexpected_record, "a protected record without a content type");  // [8446:5.4#4]
  return Opened{static_cast<ContentType>(end.type), plaintext.first(end.content_size)};
}

}  // namespace handfast::record
