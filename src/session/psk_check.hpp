// Which key the identity of an external PSK stands for.
#pragma once
#include <handfast/bytes.hpp>

namespace handfast::session {

/// Session::external_psk_check of this key. It tells no more of the key than a binder does, which everybody
/// on the way sees.
[[nodiscard]] Octets check_of(Bytes key);

}  // namespace handfast::session
