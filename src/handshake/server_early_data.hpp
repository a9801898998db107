// Early data, the server's side (RFC 8446 §4.2.10, §8).
#pragma once
#include "handshake/server_handshake.hpp"

namespace handfast::handshake {

/// Whether the early data that hello() announces is taken, and if not, why: the summary says both. PSK, suite
/// and protocol are chosen by then.
Task<> judge_early_data(ServerHandshake& handshake);

/// It is not taken; `why` for people, and as long as the program.
void reject_early_data(ServerHandshake& handshake, std::string_view why);

}  // namespace handfast::handshake
