// A PSK as a ClientHello offers it.
#pragma once
#include <optional>

#include "explain/dissection.hpp"

namespace handfast::explain {

/// One PSK of a ClientHello (RFC 8446 §4.2.11), with the proof that the client has it.
struct OfferedPsk {
  std::size_t hello = 0;      ///< in Dissection::messages
  std::size_t uncovered = 0;  ///< octets at the hello's end that no binder covers: the list of binders
  Octets binder;
};

/// The PSK at `place` in the list of the ClientHello that is message `hello`; none: it has no such PSK.
[[nodiscard]] std::optional<OfferedPsk> offered_psk(const Dissection& dissection, std::size_t hello,
                                                    std::size_t place);

}  // namespace handfast::explain
