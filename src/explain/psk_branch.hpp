// The branch of the key schedule that grows from a PSK.
#pragma once
#include <string>

#include "explain/key_tree.hpp"
#include "explain/offered_psk.hpp"

namespace handfast::explain {

/// How far a PSK has grown.
struct PskBranch {
  std::string prefix;  ///< of the names; empty: the PSK was taken
  OfferedPsk offered;
  KeyTree::Index early_secret = 0;
};

/// The PSK, its early secret (RFC 8446 §7.1), and the binder with all that it is made of (§4.2.11.2).
PskBranch grow_psk(KeyTree& tree, OfferedPsk offered, KeyTree::Index empty_hash, std::string prefix);

}  // namespace handfast::explain
