// Reading and writing messages allocates nothing. This replaces the program's operator new to count; not
// inlined, or GCC takes malloc and free there for a mismatch.
#include <array>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "message/golden.hpp"
#include "message/messages.hpp"
#include "message/properties.hpp"

namespace {
std::size_t allocations = 0;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace handfast {
namespace {

TEST(Codec, AllocatesNothing) {
  std::array<std::uint8_t, 1024> out{};
  std::size_t decoded = 0;
  for (const auto& sample : test::all_golden()) {
    if (sample.octets.size() < 4) continue;
    const Bytes body = sample.body();
    test::for_each_message([&]<class T>() {
      const std::size_t before = allocations;
      T value;
      if (wire::decode_into(value, body)) {
        ++decoded;
        (void)wire::encoded_size(value);
        (void)wire::encode_message(value, out);
      }
      EXPECT_EQ(allocations, before) << T::name << " from " << sample.name;
    });
  }
  EXPECT_GE(decoded, 21U);
  const std::size_t before = allocations;
  const Octets one(1);
  EXPECT_EQ(allocations, before + 1) << "the counter does not count";
}

}  // namespace
}  // namespace handfast
