// Where coroutine frames live: one small block a handshake, used as a stack, wiped as it empties.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include <handfast/secret.hpp>

namespace handfast::handshake {

/// A stack of allocations in one block; what does not fit goes to the heap. Everything freed is wiped,
/// because secrets live in coroutine frames. What is freed out of order is only marked, and popped when the
/// allocations above it are gone. Nothing over-aligned (beyond max_align_t) may be placed here.
class Arena {
  struct alignas(std::max_align_t) Header {
    Arena* owner;
    Header* below;
    std::size_t size;
    bool on_heap;
    bool freed;
  };

 public:
  /// `capacity` octets of room; 0: everything goes to the heap (sanitizers see more then).
  explicit Arena(std::size_t capacity)
      : block_(capacity != 0 ? new std::byte[capacity] : nullptr), capacity_(capacity) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() = default;

  /// Null when the heap is exhausted.
  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    constexpr std::size_t unit = alignof(Header);
    const std::size_t need = sizeof(Header) + (size + unit - 1) / unit * unit;
    if (need <= capacity_ - used_) {
      top_ = new (block_.get() + used_) Header{this, top_, need, false, false};
      used_ += need;
      if (used_ > peak_) peak_ = used_;
      return top_ + 1;
    }
    void* const raw = std::malloc(need);
    if (raw == nullptr) return nullptr;
    ++overflows_;
    return new (raw) Header{this, nullptr, need, true, false} + 1;
  }

  /// Wipes and gives back what allocate() gave.
  static void release(void* memory) noexcept {
    Header* const header = static_cast<Header*>(memory) - 1;
    Arena* const arena = header->owner;
    wipe(memory, header->size - sizeof(Header));
    if (header->on_heap) {
      std::free(header);
      return;
    }
    header->freed = true;
    while (arena->top_ != nullptr && arena->top_->freed) {
      Header* const gone = arena->top_;
      arena->top_ = gone->below;
      arena->used_ -= gone->size;
    }
  }

  /// The most octets that were in use at once, headers included.
  [[nodiscard]] std::size_t peak() const noexcept { return peak_; }
  /// How many allocations did not fit the block.
  [[nodiscard]] std::size_t overflows() const noexcept { return overflows_; }

 private:
  std::unique_ptr<std::byte[]> block_;
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  std::size_t overflows_ = 0;
  Header* top_ = nullptr;
};

}  // namespace handfast::handshake
