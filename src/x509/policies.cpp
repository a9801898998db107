// Certificate policies: the counters of RFC 5280 §6.1 around the graph of RFC 9618.
#include "x509/policies.hpp"

#include <algorithm>

#include "x509/extension_values.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"
#include "x509/policy_graph.hpp"

namespace handfast::x509 {
namespace {

std::vector<PolicyMapping> read_mappings(const Certificate& certificate) {
  std::vector<PolicyMapping> mappings;
  const Bytes value = certificate.extensions.value(ExtensionId::policy_mappings);
  if (value.empty()) return mappings;
  Fault fault(value);
  Der outer(value, fault);
  for (Der list = outer.sequence("policyMappings"); list.more();) {
    Der pair = list.sequence("policyMappings");
    const Bytes issuer = pair.object_identifier("issuerDomainPolicy");
    mappings.push_back({issuer, pair.object_identifier("subjectDomainPolicy")});
  }
  return mappings;
}

std::vector<Bytes> read_policies(const Certificate& certificate) {
  std::vector<Bytes> policies;
  const Bytes value = certificate.extensions.value(ExtensionId::certificate_policies);
  Fault fault(value);
  Der outer(value, fault);
  for (Der list = outer.sequence("certificatePolicies"); list.more();)
    policies.push_back(list.sequence("PolicyInformation").object_identifier("policyIdentifier"));
  return policies;
}

/// RFC 5280 §6.1.4 (a) [5280:4.2.1.5#1].
bool maps_any_policy(const Certificate& certificate) {
  const auto mappings = read_mappings(certificate);
  return std::any_of(mappings.begin(), mappings.end(), [](const PolicyMapping& mapping) {
    return equal(mapping.issuer, oid::any_policy) || equal(mapping.subject, oid::any_policy);
  });
}

/// Certificates that may still come until a demand holds (RFC 5280 §6.1.2 (d) to (f)).
class Countdown {
 public:
  Countdown(bool at_once, std::size_t certificates) noexcept
      : left_(at_once ? 0 : static_cast<std::uint32_t>(certificates + 1)) {}
  [[nodiscard]] bool over() const noexcept { return left_ == 0; }
  void step() noexcept {
    if (left_ > 0) --left_;
  }
  void lower_to(std::optional<std::uint32_t> value) noexcept {
    if (value) left_ = std::min(left_, *value);
  }

 private:
  std::uint32_t left_;
};

/// Nothing can be demanded: then the graph need not be built.
bool is_irrelevant(std::span<const Certificate* const> path, const PolicyDemands& demands) noexcept {
  return !demands.require_explicit &&
         std::none_of(path.begin(), path.end(), [](const Certificate* certificate) {
           return certificate->extensions.has(ExtensionId::policy_constraints);
         });
}

}  // namespace

std::optional<FindingCode> check_policies(std::span<const Certificate* const> path,
                                          const PolicyDemands& demands) {
  for (const Certificate* certificate : path.subspan(std::min<std::size_t>(path.size(), 1)))
    if (certificate->extensions.has(ExtensionId::policy_mappings) && maps_any_policy(*certificate))
      return FindingCode::bad_policy_mapping;
  if (is_irrelevant(path, demands)) return std::nullopt;

  Countdown explicit_policy(demands.require_explicit, path.size());
  Countdown policy_mapping(demands.inhibit_mapping, path.size());
  Countdown inhibit_any(demands.inhibit_any_policy, path.size());
  PolicyGraph graph;
  for (std::size_t i = path.size(); i-- > 0;) {
    const Certificate& certificate = *path[i];
    const bool is_leaf = i == 0;
    const bool self_issued = same_name(certificate.subject, certificate.issuer);
    if (!certificate.extensions.has(ExtensionId::certificate_policies))
      graph.clear();
    else
      graph.add_level(read_policies(certificate), !inhibit_any.over() || (!is_leaf && self_issued));
    if (explicit_policy.over() && graph.empty()) return FindingCode::policy_required;

    const PolicyLimits limits = policy_limits(certificate);
    if (is_leaf) {
      // RFC 5280 §6.1.5 (a), (b).
      explicit_policy.step();
      if (limits.require_explicit == 0U) explicit_policy.lower_to(0);
      break;
    }
    graph.map(read_mappings(certificate), !policy_mapping.over());
    if (!self_issued) {
      explicit_policy.step();
      policy_mapping.step();
      inhibit_any.step();
    }
    explicit_policy.lower_to(limits.require_explicit);
    policy_mapping.lower_to(limits.inhibit_mapping);
    inhibit_any.lower_to(limits.inhibit_any);
  }
  if (explicit_policy.over() && !graph.allows_one_of(demands.acceptable)) return FindingCode::policy_required;
  return std::nullopt;
}

}  // namespace handfast::x509
