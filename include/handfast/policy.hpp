// Policies: named, dated choices of versions, suites, groups and signature schemes.
#pragma once
#include <algorithm>
#include <array>
#include <initializer_list>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// At most `Capacity` values stored inline, in order of preference.
template <class T, std::size_t Capacity>
class Preferences {
 public:
  constexpr Preferences() noexcept = default;
  /// These values in this order; what does not fit is left out.
  constexpr Preferences(std::initializer_list<T> values) noexcept {
    for (const T value : values) add(value);
  }
  /// False, and nothing changes, when the list is full or holds the value already.
  constexpr bool add(T value) noexcept {
    if (size_ == Capacity || contains(value)) return false;
    values_[size_++] = value;
    return true;
  }
  /// Leaves nothing.
  constexpr void clear() noexcept { size_ = 0; }
  /// Whether the value is one of them.
  [[nodiscard]] constexpr bool contains(T value) const noexcept {
    return std::find(begin(), end(), value) != end();
  }
  /// How many there are.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  /// Whether there are none.
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// The most wanted one.
  [[nodiscard]] constexpr const T* begin() const noexcept { return values_.data(); }
  /// Behind the least wanted one.
  [[nodiscard]] constexpr const T* end() const noexcept { return values_.data() + size_; }
  /// The i-th, counted from 0; i < size().
  [[nodiscard]] constexpr T operator[](std::size_t i) const noexcept { return values_[i]; }
  /// The most wanted one; there must be one.
  [[nodiscard]] constexpr T front() const noexcept { return values_[0]; }
  /// All, as a view of this object.
  [[nodiscard]] constexpr std::span<const T> span() const noexcept { return {values_.data(), size_}; }
  /// The same values in the same order.
  constexpr bool operator==(const Preferences& other) const noexcept {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  std::array<T, Capacity> values_{};
  std::size_t size_ = 0;
};

/// What a side is ready to speak. A value: take a named one, change what has to differ.
struct Policy {
  std::string_view name;  ///< for people; the text must outlive every copy (literals do)
  /// The oldest version that is spoken.
  ProtocolVersion min_version = ProtocolVersion::tls13;
  /// The newest version that is spoken.
  ProtocolVersion max_version = ProtocolVersion::tls13;
  Preferences<CipherSuite, 32> cipher_suites;  ///< most wanted first; both versions in one list
  Preferences<NamedGroup, 12> groups;          ///< most wanted first
  Preferences<NamedGroup, 8> key_shares;       ///< a client sends shares for these at once (RFC 8446 §4.2.8)
  Preferences<SignatureScheme, 20>
      signature_schemes;                       ///< most wanted first; what is accepted and signed with
  std::uint16_t min_rsa_bits = 2048;           ///< for every RSA key of a peer's path, and our own
  bool require_extended_master_secret = true;  ///< TLS 1.2 only with RFC 7627
  bool require_secure_renegotiation = true;    ///< TLS 1.2 only with a peer that knows RFC 5746

  /// Whether the version is spoken.
  [[nodiscard]] constexpr bool allows(ProtocolVersion version) const noexcept {
    return min_version <= version && version <= max_version;
  }
};

namespace policies {

/// The careful default of November 2026.
extern const Policy standard_2026_11;
/// TLS 1.3 only.
extern const Policy modern_2026_11;
/// Also RSA key transport and CBC suites in TLS 1.2, for old equipment and for teaching. RFC 10015 and RFC
/// 9325 advise against them; a summary says when one was used.
extern const Policy classic_2026_11;
/// Alias of the newest default; the tool says `default`.
extern const Policy& standard;
/// Alias of the newest `modern`.
extern const Policy& modern;
/// Alias of the newest `classic`.
extern const Policy& classic;

/// The policy of that name ("default", "standard", "modern", "classic", or a dated name), or null.
const Policy* find(std::string_view name) noexcept;
/// All dated policies, newest first.
std::span<const Policy* const> all() noexcept;

}  // namespace policies

/// The value with that RFC name, letter case ignored; common other spellings of groups are understood too
/// ("P-256", "prime256v1", "X25519").
/// Errors: invalid_argument.
Result<CipherSuite> parse_cipher_suite(std::string_view name) noexcept;
Result<NamedGroup> parse_named_group(std::string_view name) noexcept;
Result<SignatureScheme> parse_signature_scheme(std::string_view name) noexcept;
Result<ProtocolVersion> parse_protocol_version(std::string_view name) noexcept;

}  // namespace handfast
