// Under valgrind's memcheck, secrets are "poisoned": marked as undefined. A branch or an address that depends
// on one is then an error. What is public in the end, a verdict say, is published before it is looked at.
#pragma once
#include <type_traits>

#include <handfast/bytes.hpp>

#include <gtest/gtest.h>
#include <valgrind/memcheck.h>

namespace handfast::test {

/// A number, or a struct of numbers; not a view of octets.
template <class T>
concept PlainValue = std::is_trivially_copyable_v<T> && !std::is_convertible_v<T&, Bytes>;

inline void poison(MutableBytes secret) { VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size()); }
template <PlainValue T>
void poison(T& secret) {
  VALGRIND_MAKE_MEM_UNDEFINED(&secret, sizeof(secret));
}

inline void publish(Bytes octets) { VALGRIND_MAKE_MEM_DEFINED(octets.data(), octets.size()); }
template <PlainValue T>
void publish(T& value) {
  VALGRIND_MAKE_MEM_DEFINED(&value, sizeof(value));
}

/// Whether each octet is undefined in some bit. What was computed from poison has to be, or the poison was
/// lost on the way and nothing was tested.
inline bool is_poisoned(Bytes octets) {
  Octets bits(octets.size());
  VALGRIND_GET_VBITS(octets.data(), bits.data(), octets.size());
  return std::ranges::all_of(bits, [](std::uint8_t undefined) { return undefined != 0; });
}
template <PlainValue T>
bool is_poisoned(const T& value) {
  T bits = value;
  VALGRIND_GET_VBITS(&value, &bits, sizeof(value));
  Octets copied(sizeof(value));
  std::memcpy(copied.data(), &bits, sizeof(value));
  return std::ranges::any_of(copied, [](std::uint8_t undefined) { return undefined != 0; });
}

/// Counts what valgrind finds during a test.
class Poison : public testing::Test {
 public:
  void SetUp() override {
    if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "runs under valgrind only";
    errors_ = VALGRIND_COUNT_ERRORS;
  }
  [[nodiscard]] std::size_t errors() const { return VALGRIND_COUNT_ERRORS - errors_; }

 private:
  std::size_t errors_ = 0;
};

}  // namespace handfast::test
