// X25519's ladder as libcrypto has it.
#pragma once
#include <handfast/bytes.hpp>

namespace handfast::crypto {

/// Loads libcrypto's provider, as the first call of libcrypto_x25519() does else.
void prepare_libcrypto_x25519() noexcept;

/// X25519(scalar, point) into `shared`: 32 octets each. `public_key` is the scalar's own, which libcrypto's
/// key objects hold, too. False if that gives nothing: the result is all zeros, this libcrypto has no such
/// function, or memory is short. Constant time in the scalar.
[[nodiscard]] bool libcrypto_x25519(Bytes scalar, Bytes public_key, Bytes point,
                                    MutableBytes shared) noexcept;

}  // namespace handfast::crypto
