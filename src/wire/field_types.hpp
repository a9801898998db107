// The vocabulary of fields: what the RFCs' presentation language (RFC 8446 §3) can say, as types. A bound
// stands in the type, so that the reader, the writer and the annotator all know it from one place.
//
// All of them are views: they own no octets and live as long as the message they were decoded from, or as
// the array that they were made of. All are trivially destructible and trivially copyable.
#pragma once
#include <concepts>
#include <ranges>
#include <type_traits>

#include <handfast/bytes.hpp>

#include "wire/big_endian.hpp"

namespace handfast::wire {

/// What a view of octets may be made of: anything that outlives the expression, so no owning temporaries.
template <class R>
concept OctetSource = std::convertible_to<R, Bytes> &&
                      (std::ranges::borrowed_range<R> || std::derived_from<std::remove_cvref_t<R>, Bytes>);

/// `opaque x[N];` exactly N octets.
template <std::size_t N>
struct Fixed : Bytes {
  static constexpr std::size_t size_on_wire = N;
  constexpr Fixed() noexcept = default;
  template <OctetSource R>
    requires(!std::same_as<std::remove_cvref_t<R>, Fixed>)
  constexpr Fixed(R&& octets) noexcept : Bytes(octets) {}
};

/// `opaque x<Min..Max>;` with a length prefix of `Prefix` octets.
template <std::size_t Prefix, std::size_t Min, std::size_t Max>
struct Opaque : Bytes {
  static_assert(Prefix >= 1 && Prefix <= 3 && Min <= Max && Max <= largest<Prefix>);
  static constexpr std::size_t prefix = Prefix;
  static constexpr std::size_t min = Min;
  static constexpr std::size_t max = Max;
  constexpr Opaque() noexcept = default;
  template <OctetSource R>
    requires(!std::same_as<std::remove_cvref_t<R>, Opaque>)
  constexpr Opaque(R&& octets) noexcept : Bytes(octets) {}
};

/// An opaque that holds characters: host names, protocol names. Only its display differs.
template <std::size_t Prefix, std::size_t Min, std::size_t Max>
struct Text : Opaque<Prefix, Min, Max> {
  using Opaque<Prefix, Min, Max>::Opaque;
  [[nodiscard]] std::string_view text() const noexcept { return as_text(*this); }
};

/// An opaque that holds the contents of a relative object identifier, such as a trust anchor ID. Only its
/// display differs: what it is has to be checked by whoever looks into it.
template <std::size_t Prefix, std::size_t Min, std::size_t Max>
struct RelativeOid : Opaque<Prefix, Min, Max> {
  using Opaque<Prefix, Min, Max>::Opaque;
};

/// All octets up to the end of what encloses the field; no length prefix of its own.
struct Rest : Bytes {
  constexpr Rest() noexcept = default;
  template <OctetSource R>
    requires(!std::same_as<std::remove_cvref_t<R>, Rest>)
  constexpr Rest(R&& octets) noexcept : Bytes(octets) {}
};

/// `uint24 x;`
struct Uint24 {
  std::uint32_t value = 0;
  constexpr Uint24() noexcept = default;
  constexpr Uint24(std::uint32_t number) noexcept : value(number) {}
  constexpr operator std::uint32_t() const noexcept { return value; }
};

/// A number or enumeration of which the RFC allows only the values from Min to Max; any other is
/// illegal_value. Behaves like the plain type otherwise.
template <auto Min, auto Max = Min>
  requires std::same_as<decltype(Min), decltype(Max)>
struct Between {
  using value_type = std::remove_cv_t<decltype(Min)>;
  value_type value = Min;
  constexpr Between() noexcept = default;
  constexpr Between(value_type number) noexcept : value(number) {}
  constexpr operator value_type() const noexcept { return value; }
  /// Whether a number from the wire is one of them.
  static constexpr bool holds(std::uint32_t number) noexcept {
    return number >= static_cast<std::uint32_t>(Min) && number <= static_cast<std::uint32_t>(Max);
  }
};

/// A structure without a field: an extension or message that says all by being there.
struct Empty {
  static constexpr void wire(auto& /*io*/, auto& /*m*/) noexcept {}
};

// ---- which kind of field a type is

template <class T>
inline constexpr bool is_between = false;
template <auto Min, auto Max>
inline constexpr bool is_between<Between<Min, Max>> = true;

template <class T>
concept PlainNumber = std::is_enum_v<T> || std::unsigned_integral<T>;
/// A field that is one number of constant width.
template <class T>
concept Number = PlainNumber<T> || std::same_as<T, Uint24> || is_between<T>;

template <class T>
inline constexpr bool is_fixed = false;
template <std::size_t N>
inline constexpr bool is_fixed<Fixed<N>> = true;

template <class T>
inline constexpr bool is_text = false;
template <std::size_t P, std::size_t A, std::size_t B>
inline constexpr bool is_text<Text<P, A, B>> = true;

template <class T>
inline constexpr bool is_relative_oid = false;
template <std::size_t P, std::size_t A, std::size_t B>
inline constexpr bool is_relative_oid<RelativeOid<P, A, B>> = true;

template <class T>
inline constexpr bool is_opaque = is_text<T> || is_relative_oid<T>;
template <std::size_t P, std::size_t A, std::size_t B>
inline constexpr bool is_opaque<Opaque<P, A, B>> = true;

/// Octets that a number takes on the wire.
template <Number T>
constexpr std::size_t number_width() noexcept {
  if constexpr (std::same_as<T, Uint24>)
    return 3;
  else if constexpr (is_between<T>)
    return sizeof(typename T::value_type);
  else
    return sizeof(T);
}

template <Number T>
constexpr std::uint32_t to_number(T field) noexcept {
  if constexpr (is_between<T>)
    return static_cast<std::uint32_t>(field.value);
  else
    return static_cast<std::uint32_t>(field);
}

template <Number T>
constexpr T from_number(std::uint32_t number) noexcept {
  if constexpr (is_between<T>)
    return T(static_cast<typename T::value_type>(number));
  else
    return static_cast<T>(number);
}

}  // namespace handfast::wire
