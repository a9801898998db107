// Sealing and opening of single records.
#include "record/record_key.hpp"

#include <array>
#include <bit>
#include <limits>

#include "crypto/contract.hpp"
#include "wire/big_endian.hpp"

namespace handfast::record {
namespace {

using crypto::aead_nonce_size;
using crypto::aead_tag_size;
using crypto::AeadAlgorithm;

constexpr std::size_t explicit_nonce_size = 8;  // RFC 5288 §3

// RFC 8446 §5.5: 2^24.5 full records of AES-GCM under one key, whatever their size is here. Under
// ChaCha20-Poly1305 the sequence number would end first; 2^48 is as good as none and keeps one rule for all.
constexpr std::uint64_t confidentiality_limit(AeadAlgorithm aead) noexcept {
  return aead == AeadAlgorithm::chacha20_poly1305 ? std::uint64_t{1} << 48 : 23'726'566;
}

using Nonce = std::array<std::uint8_t, aead_nonce_size>;
using Octets8 = std::array<std::uint8_t, 8>;

std::uint64_t load64(const std::uint8_t* from) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof(value));
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

void store64(std::uint8_t* to, std::uint64_t value) noexcept {
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  std::memcpy(to, &value, sizeof(value));
}

// The IV (12 octets) with a number mixed into its last eight. RFC 8446 §5.3 and RFC 7905 §2: the sequence
// number. RFC 5288 §3: those octets of the IV are zeros here, and the number is the explicit nonce.
Nonce nonce_of(const std::uint8_t* iv, std::uint64_t number) noexcept {
  Nonce nonce;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  std::memcpy(nonce.data(), iv, 4);
  store64(nonce.data() + 4, load64(iv + 4) ^ number);
  return nonce;
}

// RFC 5246 §6.2.3.3: seq_num + type + version + length of the plaintext.
std::array<std::uint8_t, 13> additional_data12(std::uint64_t sequence, ContentType type,
                                               std::size_t size) noexcept {
  std::array<std::uint8_t, 13> aad;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  store64(aad.data(), sequence);
  write_header({type, ProtocolVersion::tls12, static_cast<std::uint16_t>(size)},
               MutableBytes(aad).subspan(8));
  return aad;
}

// What ends a TLSInnerPlaintext.
struct InnerEnd {
  std::uint8_t type;         // 0: nothing but zeros
  std::size_t content_size;  // what stands before the type
};

// RFC 8446 §5.4: the last octet that is not zero is the content type. Most records are not padded. For those
// that are, the whole plaintext is looked at, without a branch or an address that depends on it: time tells
// that there was padding, not how much.
InnerEnd find_inner_end(Bytes inner) noexcept {
  if (!inner.empty() && inner.back() != 0) return {inner.back(), inner.size() - 1};
  constexpr std::size_t word_size = sizeof(std::uint64_t);
  const std::size_t odd = inner.size() % word_size;
  std::uint64_t last = 0;  // the last eight octets that are not all zero, first octet highest
  for (const std::uint8_t octet : inner.first(odd)) last = last << 8 | octet;
  std::size_t end = odd;  // where they end
  for (std::size_t at = odd; at < inner.size(); at += word_size) {
    const std::uint64_t word = load64(inner.data() + at);
    std::uint64_t keep = ((word | (0 - word)) >> 63) - 1;  // all ones if the word is zero
    asm volatile("" : "+r"(keep));                         // stays a mask, becomes no branch
    last = (last & keep) | (word & ~keep);
    end = (end & keep) | ((at + word_size) & ~keep);
  }
  const auto zeros = static_cast<std::size_t>(std::countr_zero(last)) / 8;
  if (zeros == word_size) return {0, 0};
  return {static_cast<std::uint8_t>(last >> (8 * zeros)), end - zeros - 1};
}

}  // namespace

RecordKey::RecordKey(AeadAlgorithm aead, Protection protection, Bytes key, Bytes iv) noexcept
    : limit_(confidentiality_limit(aead)), key_(key), iv_(iv), aead_(aead), protection_(protection) {
  crypto::require(key.size() == crypto::key_size(aead) &&
                  iv.size() == (protection == Protection::tls12_explicit_nonce
                                    ? aead_nonce_size - explicit_nonce_size
                                    : aead_nonce_size));
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

const crypto::AeadKey& RecordKey::expanded() {
  if (!expanded_) expanded_.emplace(aead_, key_.view());
  return *expanded_;
}

void RecordKey::set_limit(std::uint64_t records) noexcept {
  limit_ = std::clamp<std::uint64_t>(records, 1, confidentiality_limit(aead_));
}

std::uint64_t RecordKey::records_before_update() const noexcept {
  const std::uint64_t until = limit_ - std::max<std::uint64_t>(limit_ / 64, 1);
  return sequence_ < until ? until - sequence_ : 0;
}

Result<std::size_t> RecordKey::seal(ContentType type, Bytes content, std::size_t padding, MutableBytes out) {
  // RFC 8446 §5.3, §5.5: neither may the sequence number wrap nor the key be used up. [8446:5.3#2]
  if (sequence_ >= limit_) return fail(ErrorCode::sequence_exhausted);
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
  if (padding == 0) return expanded().seal(nonce, header, content, Bytes(&inner_type, 1), body);
  const MutableBytes inner = body.first(body.size() - aead_tag_size);
  copy(content, inner);
  inner[content.size()] = inner_type;
  std::ranges::fill(inner.last(padding), std::uint8_t{0});  // [8446:5.4#1]
  expanded().seal(nonce, header, inner, body);
}

void RecordKey::seal12(ContentType type, Bytes content, MutableBytes header, MutableBytes body) {
  write_header({type, ProtocolVersion::tls12, static_cast<std::uint16_t>(body.size())}, header);
  if (protection_ == Protection::tls12_explicit_nonce) {
    store64(body.data(), sequence_);  // unique under this key, which is all that is asked of it
    body = body.subspan(explicit_nonce_size);
  }
  expanded().seal(nonce_of(iv_.data(), sequence_), additional_data12(sequence_, type, content.size()),
                  content, body);
}

Result<Opened> RecordKey::open(MutableBytes record, std::size_t max_plaintext_size) {
  if (sequence_ == std::numeric_limits<std::uint64_t>::max()) return fail(ErrorCode::sequence_exhausted);
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
    const std::uint64_t number = explicit_size != 0 ? load64(body.data()) : sequence_;
    body = body.subspan(explicit_size);
    genuine = expanded().open(nonce_of(iv_.data(), number), additional_data12(sequence_, type, size), body);
  }
  if (!genuine) return fail(ErrorCode::bad_record_mac);  // [8446:5.2#3]
  ++sequence_;

  const MutableBytes plaintext = body.first(size);
  if (protection_ != Protection::tls13) return Opened{type, plaintext};
  const InnerEnd end = find_inner_end(plaintext);
  if (end.type == 0)
    return fail(ErrorCode::unexpected_record, "a protected record without a content type");  // [8446:5.4#4]
  return Opened{static_cast<ContentType>(end.type), plaintext.first(end.content_size)};
}

}  // namespace handfast::record
