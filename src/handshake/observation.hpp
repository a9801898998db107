// What an observer is told of choices.
#pragma once
#include "handshake/server_handshake.hpp"

namespace handfast::handshake {

/// The version, out of what the hello offers and the policy allows. Nothing without an observer.
void tell_version(const ServerHandshake& handshake, const message::ClientHello& hello,
                  ProtocolVersion version);
/// Suite, group, signature scheme and application protocol. Nothing without an observer.
void tell_choice(const ServerHandshake& handshake, const message::ClientHello& hello, const Choice& choice);

}  // namespace handfast::handshake
