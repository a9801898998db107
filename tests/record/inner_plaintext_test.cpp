// The content type behind padding, in plaintexts of every length and shape.
#include "record/inner_plaintext.hpp"

#include "record/keys.hpp"

namespace handfast::record {
namespace {

TEST(InnerPlaintext, EndsAtTheLastOctetThatIsNotZero) {
  for (std::size_t size = 1; size <= 70; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const int type : {1, 22, 0x80, 0xff}) {
        Octets inner(size);
        inner[at] = static_cast<std::uint8_t>(type);
        for (const bool content_of_zeros : {true, false}) {
          if (!content_of_zeros) std::fill_n(inner.begin(), at, std::uint8_t{0x55});
          const InnerEnd end = find_inner_end(inner);
          ASSERT_EQ(end.type, type) << size << " " << at;
          ASSERT_EQ(end.content_size, at) << size << " " << at;
        }
      }
}

TEST(InnerPlaintext, OfZerosHasNoType) {
  for (std::size_t size = 0; size <= 70; ++size) EXPECT_EQ(find_inner_end(Octets(size)).type, 0) << size;
  EXPECT_EQ(find_inner_end(Octets(max_inner_plaintext)).type, 0);
}

}  // namespace
}  // namespace handfast::record
