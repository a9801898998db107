// The policy graph of RFC 9618: one node for each policy and depth, however many ways lead there.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <handfast/bytes.hpp>

namespace handfast::x509 {

/// The issuer's policy counts as the subject's (RFC 5280 §4.2.1.5). Contents of object identifiers.
struct PolicyMapping {
  Bytes issuer;
  Bytes subject;
};

/// Grows by one level for each certificate, from the anchor down. All views must outlive it.
class PolicyGraph {
 public:
  PolicyGraph();

  /// The RFC's NULL: no policy is valid any more.
  [[nodiscard]] bool empty() const noexcept { return levels_.empty(); }
  void clear() noexcept { levels_.clear(); }
  /// RFC 5280 §6.1.3 (d): the level of a certificate with these policies, of which anyPolicy may count.
  void add_level(std::vector<Bytes> policies, bool any_policy_counts);
  /// RFC 5280 §6.1.4 (b), of each certificate but the leaf. Where mapping is not allowed, a policy that would
  /// be mapped is no longer valid.
  void map(std::vector<PolicyMapping> mappings, bool allowed);
  /// RFC 5280 §6.1.5 (g): whether some policy of these (none given: any) is valid for the whole path.
  [[nodiscard]] bool allows_one_of(std::span<const Bytes> acceptable);

 private:
  struct Node {
    Bytes policy;
    std::vector<std::uint32_t> parents;  // nodes of the level above
    bool live = true;
    bool mapped = false;
  };
  struct Expectation {  // what the next certificate may call a node's policy
    Bytes policy;
    std::uint32_t node = 0;
  };
  struct Level {
    std::vector<Node> nodes;            // sorted by policy; behind them those that mapping made
    std::vector<Expectation> expected;  // sorted by policy
    std::optional<std::uint32_t> any;   // the node of anyPolicy
  };
  using Mappings = std::span<const PolicyMapping>;

  [[nodiscard]] static std::vector<std::uint32_t> nodes_expecting(const Level& level, Bytes policy);
  static void add_expected_nodes(const Level& above, Level& level);
  void map_policy(Mappings same_issuer, std::size_t sorted);
  void remove(Bytes policy, std::size_t sorted);
  [[nodiscard]] std::optional<std::uint32_t> find(Bytes policy, std::size_t sorted) const;
  void mark_reaching_leaf();

  std::vector<Level> levels_;  // levels_[i] is of the i-th certificate below the anchor
};

}  // namespace handfast::x509
