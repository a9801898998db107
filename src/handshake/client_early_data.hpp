// Early data, the client's side (RFC 8446 §2.3, §4.2.10).
#pragma once
#include <optional>

#include "handshake/client_handshake.hpp"

namespace handfast::handshake {

/// Whether early data goes under the PSK that is offered first: attempt.early_data; else the summary says why
/// not.
void prepare_early_data(ClientHandshake& handshake);

/// Behind the first ClientHello: keys for early data, if there is some.
Result<> begin_early_data(ClientHandshake& handshake);

/// HelloRetryRequest: the early data is lost [8446:4.2.10#5].
void abandon_early_data(ClientHandshake& handshake);

/// The server's verdict in EncryptedExtensions; `psk`: the identity that it selected.
Result<> accept_early_data(ClientHandshake& handshake, const message::EncryptedExtensions& message,
                           std::optional<std::size_t> psk);

}  // namespace handfast::handshake
