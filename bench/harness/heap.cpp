// malloc and operator new that count, in front of glibc's.
#include "harness/heap.hpp"

#include <cerrno>
#include <new>

#include <malloc.h>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace handfast::bench::heap {
namespace {

constinit Account* charged = nullptr;

void note_allocated(void* memory, bool own) noexcept {
  if (charged == nullptr || memory == nullptr) return;
  charged->live += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  if (charged->live > charged->peak) charged->peak = charged->live;
  ++charged->allocations;
  if (own) ++charged->own_allocations;
}

void note_freed(void* memory) noexcept {
  if (charged != nullptr && memory != nullptr)
    charged->live -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
}

void* allocate(std::size_t alignment, std::size_t size, bool own) noexcept {
  void* const memory =
      alignment <= alignof(std::max_align_t) ? __libc_malloc(size) : __libc_memalign(alignment, size);
  note_allocated(memory, own);
  return memory;
}

void release(void* memory) noexcept {
  note_freed(memory);
  __libc_free(memory);
}

void* allocate_or_throw(std::size_t alignment, std::size_t size) {
  void* const memory = allocate(alignment, size != 0 ? size : 1, true);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

bool counts() noexcept { return true; }

Charge::Charge(Account& account) noexcept : outer_(std::exchange(charged, &account)) {}
Charge::~Charge() { charged = outer_; }

}  // namespace handfast::bench::heap

namespace heap = handfast::bench::heap;

extern "C" {

void* malloc(std::size_t size) { return heap::allocate(1, size, false); }
void* memalign(std::size_t alignment, std::size_t size) { return heap::allocate(alignment, size, false); }
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return heap::allocate(alignment, size, false);
}
void free(void* memory) { heap::release(memory); }

void* calloc(std::size_t count, std::size_t size) {
  void* const memory = __libc_calloc(count, size);
  heap::note_allocated(memory, false);
  return memory;
}

void* realloc(void* memory, std::size_t size) {
  heap::note_freed(memory);
  void* const moved = __libc_realloc(memory, size);
  heap::note_allocated(moved, false);
  return moved;
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = heap::allocate(alignment, size, false);
  return *memory != nullptr ? 0 : ENOMEM;
}

}  // extern "C"

void* operator new(std::size_t size) { return heap::allocate_or_throw(1, size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return heap::allocate_or_throw(static_cast<std::size_t>(alignment), size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
  return heap::allocate(1, size, true);
}
void* operator new[](std::size_t size) { return heap::allocate_or_throw(1, size); }
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return heap::allocate_or_throw(static_cast<std::size_t>(alignment), size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
  return heap::allocate(1, size, true);
}
void operator delete(void* memory) noexcept { heap::release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { heap::release(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { heap::release(memory); }
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  heap::release(memory);
}
void operator delete[](void* memory) noexcept { heap::release(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { heap::release(memory); }
void operator delete[](void* memory, std::align_val_t /*alignment*/) noexcept { heap::release(memory); }
void operator delete[](void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  heap::release(memory);
}
