// A socket without a network: octets are copied in by one side and copied out by the other.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace handfast::bench {

/// One direction between two ends. Its memory is the kernel's, so to speak: no library's account has it.
class Wire {
 public:
  static constexpr std::size_t capacity = 512 * 1024;

  /// Takes all, or as much as there is room for.
  std::size_t write(std::span<const std::uint8_t> octets) noexcept {
    const std::size_t count = std::min(octets.size(), start_ + capacity - end_);
    if (count != 0) std::memcpy(buffer_.get() + end_, octets.data(), count);
    end_ += count;
    return count;
  }
  std::size_t read(std::span<std::uint8_t> into) noexcept {
    const std::size_t count = std::min(into.size(), end_ - begin_);
    if (count != 0) std::memcpy(into.data(), buffer_.get() + begin_, count);
    begin_ += count;
    if (begin_ == end_) start_over();
    return count;
  }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

 private:
  // A copy takes twice the time where both ends have nearly the same place in a page. A kernel's memory lies
  // anywhere: each start is another, so that no library is always lucky.
  void start_over() noexcept {
    start_ = (start_ + 5 * 64) % page;
    begin_ = end_ = start_;
  }

  static constexpr std::size_t page = 4096;
  std::unique_ptr<std::uint8_t[]> buffer_ = std::make_unique<std::uint8_t[]>(page + capacity);
  std::size_t start_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace handfast::bench
