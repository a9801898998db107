// Any octets as a compressed certificate: what comes out fills the room that was declared, and no more. An
// input is the declared length (2 octets) and the rest.
#include <cstdlib>

#include <handfast/certificate_compression.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace handfast;
  if (size < 2 || size > 0x10000) return 0;
  const std::size_t declared = static_cast<std::size_t>(data[0]) << 8 | data[1];
  const Bytes compressed = Bytes(data, size).subspan(2);
  static const auto all = certificate_compression::all();
  for (const auto& each : all) {
    Octets message(declared);
    if (!each->decompress(compressed, message)) continue;
    // It is a message: there and back.
    const auto again = each->compress(message);
    if (!again) std::abort();
    Octets back(declared);
    if (!each->decompress(*again, back) || back != message) std::abort();
  }
  return 0;
}
