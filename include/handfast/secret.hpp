// Secrets: octets that are wiped when they die, are never copied by accident, and are compared in
// constant time.
#pragma once
#include <array>
#include <memory>
#include <utility>

#include <handfast/bytes.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// Overwrites `size` octets at `memory` with zeros; the compiler may not leave it out.
inline void wipe(void* memory, std::size_t size) noexcept {
  if (size == 0) return;
  std::memset(memory, 0, size);
  asm volatile("" : : "r"(memory) : "memory");
}
inline void wipe(MutableBytes octets) noexcept { wipe(octets.data(), octets.size()); }

/// Equal octets, in a time that depends on the lengths only. Different lengths are unequal.
[[nodiscard]] inline bool constant_time_equal(Bytes a, Bytes b) noexcept {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    asm volatile("" : "+r"(difference));  // keep the loop free of early exits
  }
  return difference == 0;
}

/// At most `Capacity` secret octets, stored inline, wiped on destruction and when moved from.
///
/// Holds exactly `size()` octets (default: all of the capacity, zeros). Copying must be asked for with
/// clone(). Not synchronised.
template <std::size_t Capacity>
class Secret {
  static_assert(Capacity > 0 && Capacity <= 0xffff);

 public:
  /// The most octets that fit.
  static constexpr std::size_t capacity = Capacity;

  constexpr Secret() noexcept = default;
  /// A copy of `octets`; more than the capacity is cut off, which is a bug of the caller.
  explicit Secret(Bytes octets) noexcept { assign(octets); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  /// Wipes what it is moved from.
  Secret(Secret&& other) noexcept : octets_(other.octets_), size_(other.size_) { other.clear(); }
  /// Wipes what it is moved from, and what was here.
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      octets_ = other.octets_;
      size_ = other.size_;
      other.clear();
    }
    return *this;
  }
  ~Secret() { wipe(octets_.data(), Capacity); }

  /// A deliberate copy.
  [[nodiscard]] Secret clone() const noexcept { return Secret(view()); }

  /// Wipes what was here and holds a copy of these; at most `capacity` octets.
  void assign(Bytes octets) noexcept {
    clear();
    size_ = static_cast<std::uint16_t>(std::min(octets.size(), Capacity));
    copy(octets.first(size_), {octets_.data(), size_});
  }
  /// Changes how many octets count; new ones are zero. Never beyond the capacity.
  void resize(std::size_t size) noexcept {
    const auto wanted = static_cast<std::uint16_t>(std::min(size, Capacity));
    if (wanted < size_) wipe(octets_.data() + wanted, static_cast<std::size_t>(size_ - wanted));
    size_ = wanted;
  }
  /// Wipes and empties.
  void clear() noexcept {
    wipe(octets_.data(), Capacity);
    size_ = 0;
  }

  /// Octets that are held.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Whether none are held.
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// The octets, as long as this object stays where it is.
  [[nodiscard]] std::uint8_t* data() noexcept { return octets_.data(); }
  /// The octets, as long as this object stays where it is.
  [[nodiscard]] const std::uint8_t* data() const noexcept { return octets_.data(); }
  /// The octets, as long as this object stays where it is.
  [[nodiscard]] Bytes view() const noexcept { return {octets_.data(), size_}; }
  /// The octets, as long as this object stays where it is.
  [[nodiscard]] MutableBytes span() noexcept { return {octets_.data(), size_}; }

  /// Constant time.
  [[nodiscard]] bool equals(Bytes other) const noexcept { return constant_time_equal(view(), other); }

 private:
  std::array<std::uint8_t, Capacity> octets_{};
  std::uint16_t size_ = Capacity;
};

/// Wipes what it frees: for owned buffers whose length is not known beforehand (PEM text, DER keys).
template <class T>
struct WipingAllocator {
  /// What is allocated.
  using value_type = T;
  WipingAllocator() noexcept = default;
  /// For another type; there is no state.
  template <class U>
  explicit WipingAllocator(const WipingAllocator<U>& /*other*/) noexcept {}
  /// Room for n objects.
  T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  /// Wipes the n objects' octets and frees them.
  void deallocate(T* p, std::size_t n) noexcept {
    wipe(p, n * sizeof(T));
    std::allocator<T>().deallocate(p, n);
  }
  /// All are alike.
  template <class U>
  bool operator==(const WipingAllocator<U>& /*other*/) const noexcept {
    return true;
  }
};
/// Owned secret octets of any length; wiped when freed or grown.
using SecretOctets = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

}  // namespace handfast
