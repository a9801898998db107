// What a handshake cannot do without: operations of src/crypto and src/schedule, ready to be called.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>

#include "harness/scenario.hpp"

namespace handfast::bench {

using Names = std::set<std::string, std::less<>>;
/// By name: "x25519-generate", "ecdsa-sign", "hs13-ecdsa-symmetric", ... Each throws if it fails.
using Operations = std::map<std::string, std::function<void()>, std::less<>>;

/// Key schedule, transcript hash and protection of a scenario's messages, as one operation.
[[nodiscard]] std::string symmetric_name(const Scenario& scenario);

/// The operations of these names, with all that they need. `folder`: credentials. Throws.
[[nodiscard]] Operations make_operations(const std::string& folder, const Names& wanted);

}  // namespace handfast::bench
