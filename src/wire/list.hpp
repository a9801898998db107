// Vectors of typed elements: `T x<Min..Max>;`
#pragma once
#include <iterator>
#include <span>

#include "wire/field_types.hpp"

namespace handfast::wire {

/// Decodes one element at `cursor` and moves the cursor behind it. Only for octets that were validated when
/// the list was parsed. Defined in wire/reader.hpp.
template <class T>
T decode_element(const std::uint8_t*& cursor, const std::uint8_t* end) noexcept;

/// What a list may be made of for writing: an array of its elements that outlives the expression.
template <class R, class T>
concept ElementSource = std::convertible_to<R, std::span<const T>> && std::ranges::borrowed_range<R>;

/// `T x<Min..Max>;` with a length prefix of `Prefix` octets; Min and Max count octets, as in the RFCs.
///
/// Either a view of a peer's octets (every element was validated when the message was decoded; elements are
/// decoded again when iterated) or of an array of the caller's own. Iterates as a forward range of T.
template <class T, std::size_t Prefix, std::size_t Min, std::size_t Max>
class List {
  static_assert(Prefix >= 1 && Prefix <= 3 && Min <= Max && Max <= largest<Prefix>);

 public:
  using value_type = T;
  static constexpr std::size_t prefix = Prefix;
  static constexpr std::size_t min = Min;
  static constexpr std::size_t max = Max;

  constexpr List() noexcept = default;
  /// A list to be written. Keeps a view: the array must live until the message is encoded.
  template <ElementSource<T> R>
    requires(!std::same_as<std::remove_cvref_t<R>, List>)
  List(R&& array) noexcept {
    const std::span<const T> elements(array);
    data_ = elements.data();
    size_ = static_cast<std::uint32_t>(elements.size());
    own_ = true;
  }
  /// A list of octets that were validated as elements.
  static List from_octets(Bytes octets) noexcept {
    List list;
    list.data_ = octets.data();
    list.size_ = static_cast<std::uint32_t>(octets.size());
    return list;
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// The number of elements. Constant time for elements of constant size, else it walks the list.
  [[nodiscard]] std::size_t count() const noexcept {
    if (own_) return size_;
    if constexpr (Number<T>) {
      return size_ / number_width<T>();
    } else {
      std::size_t n = 0;
      for (auto it = begin(); it != end(); ++it) ++n;
      return n;
    }
  }
  /// Whether one of the elements is `wanted`.
  [[nodiscard]] bool contains(T wanted) const noexcept
    requires Number<T>
  {
    for (const T element : *this)
      if (to_number(element) == to_number(wanted)) return true;
    return false;
  }
  /// The first element; the list must not be empty.
  [[nodiscard]] T front() const noexcept { return *begin(); }

  /// The elements as they were received, without the length prefix; empty for a list of the caller's own.
  [[nodiscard]] Bytes octets() const noexcept {
    return own_ ? Bytes() : Bytes(static_cast<const std::uint8_t*>(data_), size_);
  }
  /// The caller's own array; empty for a list that was received.
  [[nodiscard]] std::span<const T> elements() const noexcept {
    return own_ ? std::span<const T>(static_cast<const T*>(data_), size_) : std::span<const T>();
  }

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    Iterator() noexcept = default;
    const T& operator*() const noexcept { return element_; }
    const T* operator->() const noexcept { return &element_; }
    Iterator& operator++() noexcept {
      load();
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      load();
      return before;
    }
    bool operator==(std::default_sentinel_t /*end*/) const noexcept { return at_end_; }
    bool operator==(const Iterator& other) const noexcept {
      return at_end_ == other.at_end_ && own_ == other.own_ && cursor_ == other.cursor_;
    }

   private:
    friend class List;
    explicit Iterator(const List& list) noexcept {
      const auto elements = list.elements();
      own_ = elements.data();
      own_end_ = elements.data() + elements.size();
      const auto octets = list.octets();
      cursor_ = octets.data();
      end_ = octets.data() + octets.size();
      load();
    }
    void load() noexcept {
      at_end_ = false;
      if (own_ != own_end_)
        element_ = *own_++;
      else if (cursor_ != end_)
        element_ = decode_element<T>(cursor_, end_);
      else
        at_end_ = true;
    }

    const std::uint8_t* cursor_ = nullptr;
    const std::uint8_t* end_ = nullptr;
    const T* own_ = nullptr;
    const T* own_end_ = nullptr;
    T element_{};
    bool at_end_ = true;
  };

  [[nodiscard]] Iterator begin() const noexcept { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  const void* data_ = nullptr;  // octets, or elements if own_
  std::uint32_t size_ = 0;      // of what data_ points at
  bool own_ = false;
};

template <class T>
inline constexpr bool is_list = false;
template <class T, std::size_t P, std::size_t A, std::size_t B>
inline constexpr bool is_list<List<T, P, A, B>> = true;

}  // namespace handfast::wire
