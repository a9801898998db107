// The writer and the measure of sizes that a message's description turns into.
#pragma once
#include <handfast/error.hpp>

#include "wire/extension_block.hpp"

namespace handfast::wire {

/// Adds up the octets that a description takes on the wire.
class Sizer {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  template <class T>
  void operator()(const char* /*name*/, const T& field) {
    add(field);
  }
  template <class T>
  void add(const T& field) {
    if constexpr (Number<T>) {
      size_ += number_width<T>();
    } else if constexpr (is_fixed<T>) {
      size_ += T::size_on_wire;
    } else if constexpr (is_opaque<T>) {
      size_ += T::prefix + field.size();
    } else if constexpr (std::same_as<T, Rest>) {
      size_ += field.size();
    } else if constexpr (is_list<T>) {
      add_list(field);
    } else if constexpr (is_extension_block<T>) {
      if (field.is_absent()) return;
      size_ += T::prefix;
      ExtensionWalk(field, *this).run();
    } else {
      T::wire(*this, field);
    }
  }
  // The sink of ExtensionWalk.
  template <class Body>
  void member(ExtensionType /*type*/, const Body& body) {
    size_ += 4;
    Body::wire(*this, body);
  }
  void raw(ExtensionType /*type*/, Bytes data) { size_ += 4 + data.size(); }

 private:
  template <class L>
  void add_list(const L& list) {
    using Element = typename L::value_type;
    size_ += L::prefix + list.octets().size();
    if constexpr (Number<Element>)
      size_ += list.elements().size() * number_width<Element>();
    else
      for (const Element& element : list.elements()) add(element);
  }

  std::size_t size_ = 0;
};

/// Writes the fields of a description into a buffer: `io("name", field)`.
///
/// The first error stays: a field outside of its bounds (internal_error: our own mistake) or a buffer that
/// is too small.
class Writer {
 public:
  explicit Writer(MutableBytes buffer) noexcept
      : cursor_(buffer.data()), begin_(buffer.data()), end_(buffer.data() + buffer.size()) {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  /// Octets written.
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(cursor_ - begin_); }

  template <class T>
  void operator()(const char* name, const T& field) {
    const char* const outer = std::exchange(field_, name);
    put(field);
    field_ = outer;
  }

  template <class T>
  void put(const T& field) {
    if constexpr (Number<T>) {
      put_number<number_width<T>()>(to_number(field));
    } else if constexpr (is_fixed<T>) {
      if (field.size() != T::size_on_wire) [[unlikely]]
        return out_of_bounds();
      put_octets(field);
    } else if constexpr (is_opaque<T>) {
      put_vector<T>([&] { put_octets(field); });
    } else if constexpr (std::same_as<T, Rest>) {
      put_octets(field);
    } else if constexpr (is_list<T>) {
      put_vector<T>([&] {
        put_octets(field.octets());
        for (const auto& element : field.elements()) put(element);
      });
    } else if constexpr (is_extension_block<T>) {
      if (!field.is_absent()) put_vector<T>([&] { ExtensionWalk(field, *this).run(); });
    } else {
      T::wire(*this, field);
    }
  }

  template <std::size_t Width>
  void put_number(std::uint32_t number) {
    if (static_cast<std::size_t>(end_ - cursor_) < Width) [[unlikely]]
      return fail(ErrorCode::buffer_too_small, nullptr);
    store<Width>(cursor_, number);
    cursor_ += Width;
  }
  void put_octets(Bytes octets) {
    if (static_cast<std::size_t>(end_ - cursor_) < octets.size()) [[unlikely]]
      return fail(ErrorCode::buffer_too_small, nullptr);
    if (!octets.empty()) std::memcpy(cursor_, octets.data(), octets.size());
    cursor_ += octets.size();
  }
  /// A length prefix as V has it, and what `body` writes behind it.
  template <class V, class F>
  [[gnu::always_inline]] void put_vector(F&& body) {
    std::uint8_t* const start = cursor_;
    put_number<V::prefix>(0);
    body();
    if (failed_) [[unlikely]]
      return;
    const auto size = static_cast<std::size_t>(cursor_ - start) - V::prefix;
    if (size > V::max) [[unlikely]]
      return out_of_bounds();
    if constexpr (V::min > 0)
      if (size < V::min) [[unlikely]]
        return out_of_bounds();
    store<V::prefix>(start, static_cast<std::uint32_t>(size));
  }

  // The sink of ExtensionWalk.
  template <class Body>
  void member(ExtensionType type, const Body& body) {
    put_number<2>(static_cast<std::uint32_t>(type));
    put_vector<Opaque<2, 0, 0xffff>>([&] { Body::wire(*this, body); });
  }
  void raw(ExtensionType type, Bytes data) {
    put_number<2>(static_cast<std::uint32_t>(type));
    put_vector<Opaque<2, 0, 0xffff>>([&] { put_octets(data); });
  }

 private:
  [[gnu::cold, gnu::noinline]] void fail(ErrorCode code, const char* detail) noexcept {
    if (failed_) return;
    failed_ = true;
    error_ = Error(code, detail);
    error_.field = field_;
    error_.offset = static_cast<std::uint32_t>(size());
    end_ = cursor_;
  }
  [[gnu::cold, gnu::noinline]] void out_of_bounds() noexcept {
    fail(ErrorCode::internal_error, "a field to be sent is outside of its bounds");
  }

  std::uint8_t* cursor_;
  std::uint8_t* const begin_;
  std::uint8_t* end_;
  const char* field_ = nullptr;
  bool failed_ = false;
  Error error_;
};

}  // namespace handfast::wire
