// The policy graph.
#include "x509/policy_graph.hpp"

#include <algorithm>

#include "x509/oid.hpp"

namespace handfast::x509 {
namespace {

bool less(Bytes a, Bytes b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}
bool is_any(Bytes policy) noexcept { return equal(policy, oid::any_policy); }

}  // namespace

PolicyGraph::PolicyGraph() {
  Level root;
  root.nodes.push_back({oid::any_policy, {}, true, false});
  root.expected.push_back({oid::any_policy, 0});
  root.any = 0;
  levels_.push_back(std::move(root));
}

std::vector<std::uint32_t> PolicyGraph::nodes_expecting(const Level& level, Bytes policy) {
  std::vector<std::uint32_t> nodes;
  auto found = std::lower_bound(level.expected.begin(), level.expected.end(), policy,
                                [](const Expectation& e, Bytes p) { return less(e.policy, p); });
  for (; found != level.expected.end() && equal(found->policy, policy); ++found) nodes.push_back(found->node);
  return nodes;
}

/// (d)(2): anyPolicy in a certificate stands for every policy that is expected and not named.
void PolicyGraph::add_expected_nodes(const Level& above, Level& level) {
  const std::size_t named = level.nodes.size();  // sorted by policy
  for (auto first = above.expected.begin(); first != above.expected.end();) {
    const Bytes policy = first->policy;
    std::vector<std::uint32_t> parents;
    for (; first != above.expected.end() && equal(first->policy, policy); ++first)
      parents.push_back(first->node);
    const auto end = level.nodes.begin() + static_cast<std::ptrdiff_t>(named);
    const auto found = std::lower_bound(level.nodes.begin(), end, policy,
                                        [](const Node& node, Bytes p) { return less(node.policy, p); });
    if (found == end || !equal(found->policy, policy))
      level.nodes.push_back({policy, std::move(parents), true, false});
  }
}

void PolicyGraph::add_level(std::vector<Bytes> policies, bool any_policy_counts) {
  if (empty()) return;
  std::sort(policies.begin(), policies.end(), less);
  policies.erase(std::unique(policies.begin(), policies.end(), equal), policies.end());
  const Level& above = levels_.back();
  Level level;
  bool has_any = false;
  for (const Bytes policy : policies) {
    if (is_any(policy)) {
      has_any = true;
      continue;
    }
    // (d)(1): below the nodes that expect it, else below anyPolicy.
    std::vector<std::uint32_t> parents = nodes_expecting(above, policy);
    if (parents.empty() && above.any) parents.push_back(*above.any);
    if (!parents.empty()) level.nodes.push_back({policy, std::move(parents), true, false});
  }
  if (has_any && any_policy_counts) add_expected_nodes(above, level);
  if (level.nodes.empty()) return clear();
  std::sort(level.nodes.begin(), level.nodes.end(),
            [](const Node& a, const Node& b) { return less(a.policy, b.policy); });
  for (std::uint32_t i = 0; i < level.nodes.size(); ++i)
    if (is_any(level.nodes[i].policy)) level.any = i;
  levels_.push_back(std::move(level));
}

std::optional<std::uint32_t> PolicyGraph::find(Bytes policy, std::size_t sorted) const {
  const auto& nodes = levels_.back().nodes;
  const auto end = nodes.begin() + static_cast<std::ptrdiff_t>(sorted);
  const auto found = std::lower_bound(nodes.begin(), end, policy,
                                      [](const Node& node, Bytes p) { return less(node.policy, p); });
  if (found == end || !equal(found->policy, policy)) return std::nullopt;
  return static_cast<std::uint32_t>(found - nodes.begin());
}

void PolicyGraph::map_policy(Mappings same_issuer, std::size_t sorted) {
  Level& level = levels_.back();
  auto node = find(same_issuer.front().issuer, sorted);
  if (!node) {
    if (!level.any) return;
    // What anyPolicy stands for is mapped as if it had been named: below anyPolicy of the level above.
    node = static_cast<std::uint32_t>(level.nodes.size());
    level.nodes.push_back({same_issuer.front().issuer, {*levels_[levels_.size() - 2].any}, true, false});
  }
  level.nodes[*node].mapped = true;
  for (const PolicyMapping& mapping : same_issuer) level.expected.push_back({mapping.subject, *node});
}

void PolicyGraph::remove(Bytes policy, std::size_t sorted) {
  if (const auto node = find(policy, sorted)) levels_.back().nodes[*node].live = false;
}

void PolicyGraph::map(std::vector<PolicyMapping> mappings, bool allowed) {
  if (empty()) return;
  std::sort(mappings.begin(), mappings.end(),
            [](const PolicyMapping& a, const PolicyMapping& b) { return less(a.issuer, b.issuer); });
  const std::size_t sorted = levels_.back().nodes.size();
  for (auto first = mappings.begin(); first != mappings.end();) {
    const auto last = std::find_if(first, mappings.end(), [&](const PolicyMapping& mapping) {
      return !equal(mapping.issuer, first->issuer);
    });
    if (allowed)
      map_policy({first, last}, sorted);
    else
      remove(first->issuer, sorted);
    first = last;
  }
  // Whatever is not mapped goes on under its own name.
  Level& level = levels_.back();
  bool any_left = false;
  for (std::uint32_t i = 0; i < level.nodes.size(); ++i) {
    if (!level.nodes[i].live) continue;
    any_left = true;
    if (!level.nodes[i].mapped) level.expected.push_back({level.nodes[i].policy, i});
  }
  if (!any_left) return clear();
  std::sort(level.expected.begin(), level.expected.end(),
            [](const Expectation& a, const Expectation& b) { return less(a.policy, b.policy); });
}

void PolicyGraph::mark_reaching_leaf() {
  for (std::size_t depth = levels_.size(); depth-- > 1;) {
    std::vector<bool> has_child(levels_[depth - 1].nodes.size());
    for (const Node& node : levels_[depth].nodes)
      if (node.live)
        for (const std::uint32_t parent : node.parents) has_child[parent] = true;
    for (std::size_t i = 0; i < has_child.size(); ++i) {
      Node& node = levels_[depth - 1].nodes[i];
      node.live = node.live && has_child[i];
    }
  }
}

bool PolicyGraph::allows_one_of(std::span<const Bytes> acceptable) {
  if (empty()) return false;
  if (acceptable.empty() || levels_.back().any) return true;
  mark_reaching_leaf();
  for (std::size_t depth = 1; depth < levels_.size(); ++depth) {
    const auto any_above = levels_[depth - 1].any;
    if (!any_above) return false;  // anyPolicy stands below anyPolicy only: no further level has one either
    for (const Node& node : levels_[depth].nodes) {
      // The policies that the anchor's domain grants: those directly below anyPolicy.
      const bool granted =
          node.live && !is_any(node.policy) &&
          std::find(node.parents.begin(), node.parents.end(), *any_above) != node.parents.end();
      if (granted && std::any_of(acceptable.begin(), acceptable.end(),
                                 [&](Bytes policy) { return is_any(policy) || equal(policy, node.policy); }))
        return true;
    }
  }
  return false;
}

}  // namespace handfast::x509
