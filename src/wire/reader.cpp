// The rare paths of the parser.
#include "wire/reader.hpp"

#include <bitset>

namespace handfast::wire {

const std::uint8_t* UnknownTypes::first_duplicate(Bytes block) noexcept {
  std::bitset<0x10000> seen;
  const std::uint8_t* entry = block.data();
  const std::uint8_t* const end = entry + block.size();
  while (end - entry >= 4) {
    const std::uint32_t type = load<2>(entry);
    if (seen[type]) return entry;
    seen[type] = true;
    const std::size_t size = 4 + load<2>(entry + 2);
    if (static_cast<std::size_t>(end - entry) < size) break;  // the reader will say so
    entry += size;
  }
  return nullptr;
}

}  // namespace handfast::wire
