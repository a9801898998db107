// What the heap is asked for, counted. To count costs each allocation some nanoseconds, and libraries make
// from forty to two thousand in a handshake: each program is there twice, one that counts (heap.cpp replaces
// glibc's malloc and operator new) for the scenario of memory, and one that does not, for those of time.
#pragma once
#include <cstddef>
#include <utility>

namespace handfast::bench::heap {

/// What was allocated and freed while this account was charged. Octets are usable ones (malloc_usable_size).
struct Account {
  std::ptrdiff_t live = 0;      ///< octets allocated and not freed; less than nothing for one that only frees
  std::ptrdiff_t peak = 0;      ///< the most octets that were live at once
  std::size_t allocations = 0;  ///< all, also those that reallocate
  std::size_t own_allocations = 0;  ///< those through operator new: the C++ of the library, not libcrypto's
};

/// Whether this program counts.
[[nodiscard]] bool counts() noexcept;

/// Charges an account in its scope; without one in scope nothing is counted. One thread.
class Charge {
 public:
  explicit Charge(Account& account) noexcept;
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;
  ~Charge();

 private:
  Account* outer_;
};

}  // namespace handfast::bench::heap
