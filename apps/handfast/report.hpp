// What was negotiated and how it went, for people and as JSON; the same words in connect, in serve and on its
// page.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <handfast/summary.hpp>

#include <nlohmann/json_fwd.hpp>

namespace handfast::tool {

using Microseconds = std::chrono::microseconds;

/// "3.1 ms".
std::string show(Microseconds time);
/// Milliseconds with three digits behind the point, as JSON has them.
double milliseconds(Microseconds time);
/// "2026-12-01 13:00:00 UTC".
std::string show(Time time);
/// "2026-12-01T13:00:00Z".
std::string iso(Time time);
/// "ab:cd:…".
std::string hex(Bytes octets, std::string_view separator = "");

/// "certificates of the trust anchors 32473.1, 32473.2": what the server says it has.
std::string trust_anchors_text(const Summary& summary);
/// The negotiated values with their names, in the order to show them; what does not apply is left out. `own`
/// is the side that tells.
std::vector<std::pair<std::string, std::string>> facts(const Summary& summary, Role own);
/// version, cipher_suite, group, signature, alpn, server_name, peer_chain, verification, resumed, deprecated,
/// flights, …; of a handshake that failed what was negotiated by then, null for the rest.
nlohmann::json to_json(const Summary& summary, Role own);
/// One line: "TLSv1.3, X25519MLKEM768, TLS_AES_128_GCM_SHA256, h2".
std::string one_line(const Summary& summary);

}  // namespace handfast::tool
