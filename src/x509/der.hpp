// DER, read strictly (X.690 §8 and §10): definite shortest lengths, shortest numbers, nothing left over.
#pragma once
#include <cstdint>
#include <optional>

#include <handfast/bytes.hpp>

#include "x509/defect.hpp"

namespace handfast::x509 {

/// Identifier octets.
namespace tag {
inline constexpr std::uint8_t boolean = 0x01;
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t null = 0x05;
inline constexpr std::uint8_t object_identifier = 0x06;
inline constexpr std::uint8_t enumerated = 0x0a;
inline constexpr std::uint8_t utf8_string = 0x0c;
inline constexpr std::uint8_t numeric_string = 0x12;
inline constexpr std::uint8_t printable_string = 0x13;
inline constexpr std::uint8_t teletex_string = 0x14;
inline constexpr std::uint8_t ia5_string = 0x16;
inline constexpr std::uint8_t utc_time = 0x17;
inline constexpr std::uint8_t generalized_time = 0x18;
inline constexpr std::uint8_t visible_string = 0x1a;
inline constexpr std::uint8_t universal_string = 0x1c;
inline constexpr std::uint8_t bmp_string = 0x1e;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
/// [n], primitive (an implicitly tagged string) and constructed.
constexpr std::uint8_t context(unsigned n) noexcept { return static_cast<std::uint8_t>(0x80U | n); }
constexpr std::uint8_t constructed(unsigned n) noexcept { return static_cast<std::uint8_t>(0xa0U | n); }
}  // namespace tag

/// The first defect of a parse; what comes after it does not count. Pinned: readers point to it.
class Fault {
 public:
  explicit Fault(Bytes whole) noexcept : origin_(whole.data()) {}
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;
  ~Fault() = default;

  [[nodiscard]] bool happened() const noexcept { return defect_.has_value(); }
  [[nodiscard]] const std::optional<Defect>& defect() const noexcept { return defect_; }
  [[gnu::cold]] void set(FindingCode code, const char* field, const std::uint8_t* where) noexcept {
    if (!defect_) defect_ = Defect{code, field, static_cast<std::uint32_t>(where - origin_)};
  }

 private:
  const std::uint8_t* origin_;
  std::optional<Defect> defect_;
};

/// One element.
struct Element {
  std::uint8_t tag = 0;  ///< 0: none, the reader has failed
  Bytes content;
  Bytes whole;  ///< with tag and length
};

/// Reads the elements of one constructed value, or of a whole input, one after the other. After a defect it
/// has nothing more and every read returns empty values at once; the first defect of all readers of an input
/// stays in their Fault, so callers look once, at the end.
class Der {
 public:
  Der(Bytes octets, Fault& fault) noexcept : at_(octets.data()), end_(at_ + octets.size()), fault_(&fault) {}

  /// More elements, and no defect so far.
  [[nodiscard]] bool more() const noexcept { return at_ != end_; }
  [[nodiscard]] bool next_is(std::uint8_t tag) const noexcept { return at_ != end_ && *at_ == tag; }
  [[nodiscard]] Fault& fault() const noexcept { return *fault_; }
  /// What is not read yet.
  [[nodiscard]] Bytes rest() const noexcept { return {at_, end_}; }

  /// The next element, whatever it is.
  Element any(const char* field) noexcept;
  /// The next element, which must have this tag.
  Element element(std::uint8_t tag, const char* field) noexcept {
    if (!next_is(tag)) [[unlikely]]
      return unexpected(field);
    return any(field);
  }
  Bytes content(std::uint8_t tag, const char* field) noexcept { return element(tag, field).content; }
  /// A reader of what is inside.
  Der inside(std::uint8_t tag, const char* field) noexcept { return {content(tag, field), *fault_}; }
  Der sequence(const char* field) noexcept { return inside(tag::sequence, field); }
  /// A sequence with at least one element, as SIZE (1..MAX) demands.
  Der non_empty_sequence(const char* field) noexcept { return non_empty(tag::sequence, field); }
  Der non_empty(std::uint8_t tag, const char* field) noexcept;

  /// TRUE is 0xff (X.690 §11.1).
  bool boolean(const char* field) noexcept;
  /// Contents of an INTEGER: two's complement, shortest.
  Bytes integer(const char* field) noexcept { return number(tag::integer, field); }
  /// A number that is neither negative nor beyond 32 bits.
  std::uint32_t small(std::uint8_t tag, const char* field) noexcept;
  /// A BIT STRING of whole octets.
  Bytes octet_bits(const char* field) noexcept;
  /// A BIT STRING of which only the form counts.
  void bits(std::uint8_t tag, const char* field) noexcept;
  /// Contents of an OBJECT IDENTIFIER: not empty, each arc in its shortest form.
  Bytes object_identifier(std::uint8_t tag, const char* field) noexcept;
  Bytes object_identifier(const char* field) noexcept {
    return object_identifier(tag::object_identifier, field);
  }
  void null(const char* field) noexcept;

  /// Nothing may be left.
  void finish(const char* field) noexcept {
    if (more()) [[unlikely]]
      fail(FindingCode::der_trailing_data, field, at_);
  }
  /// Notes a defect at the next octet (or at `where`) and gives up.
  [[gnu::cold]] void fail(FindingCode code, const char* field) noexcept { fail(code, field, at_); }
  [[gnu::cold]] void fail(FindingCode code, const char* field, const std::uint8_t* where) noexcept {
    fault_->set(code, field, where);
    at_ = end_;
  }

  /// Flags (BIT STRING); the first bit is the highest of `width` (at most 16) bits. Bits beyond are zeros.
  /// Trailing zero bits, which DER leaves out, are not refused: has_trailing_zeros() tells.
  std::uint16_t flags(std::uint8_t tag, unsigned width, const char* field) noexcept;

 private:
  Bytes number(std::uint8_t tag, const char* field) noexcept;
  [[gnu::cold]] Element unexpected(const char* field) noexcept;

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  Fault* fault_;
};

/// Whether contents of a BIT STRING of flags break X.690 §11.2.2, as certificates of roots in use do.
[[nodiscard]] bool has_trailing_zeros(Bytes bit_string) noexcept;
/// Whether these contents of an OBJECT IDENTIFIER are well formed (X.690 §8.19).
[[nodiscard]] bool is_object_identifier(Bytes content) noexcept;

}  // namespace handfast::x509
