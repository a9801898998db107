// Name constraints (RFC 5280 §4.2.1.10): which names a CA may certify.
#pragma once
#include <cstdint>
#include <optional>

#include <handfast/finding_codes.hpp>

#include "x509/certificate.hpp"
#include "x509/general_name.hpp"

namespace handfast::x509 {

/// NameConstraints in DER: its form only. What a constraint means is looked at when names meet it.
void check_name_constraints(Der& der) noexcept;

/// One GeneralSubtree.
struct Subtree {
  GeneralName base;
  bool has_range = false;  ///< a minimum other than 0 or a maximum: never used, not supported
};
/// Whether it is written as its form wants it.
[[nodiscard]] bool is_sound_constraint(const Subtree& subtree) noexcept;
/// A name that a constraint refuses.
struct ConstraintBreach {
  FindingCode code = FindingCode::name_not_permitted;
  GeneralName name;        ///< the offending name
  GeneralName constraint;  ///< what refuses it; for name_not_permitted one of the permitted ones
};

/// Comparisons of names with constraints that may still be made: certificates with thousands of both would
/// cost their product.
struct ComparisonBudget {
  static constexpr std::uint32_t most = 250'000;
  std::uint32_t used = 0;
  [[nodiscard]] bool exhausted() const noexcept { return used > most; }
};

/// Whether all names of `certificate` (subject, subjectAltName, emailAddress of a subject without the latter)
/// lie within the constraints (a value that was checked); the first that does not. Codes: name_excluded,
/// name_not_permitted, name_not_comparable, constraint_not_supported, gave_up_names.
[[nodiscard]] std::optional<ConstraintBreach> find_breach(Bytes name_constraints,
                                                          const Certificate& certificate,
                                                          ComparisonBudget& budget) noexcept;

/// Reads the subtrees of a value that was checked; `visit(subtree, excluded)` until it returns false.
template <class F>
void for_each_subtree(Bytes name_constraints, F&& visit) {
  Fault fault(name_constraints);
  Der outer(name_constraints, fault);
  Der sequence = outer.sequence("nameConstraints");
  for (const bool excluded : {false, true}) {
    const std::uint8_t list_tag = tag::constructed(excluded ? 1 : 0);
    if (!sequence.next_is(list_tag)) continue;
    for (Der list = sequence.inside(list_tag, "GeneralSubtrees"); list.more();) {
      Subtree subtree;
      Der element = list.sequence("GeneralSubtree");
      subtree.base = read_general_name(element, "base", true);
      // The minimum's default of 0 is left out in DER, so whatever comes is a range.
      subtree.has_range = element.more();
      if (fault.happened() || !visit(subtree, excluded)) return;
    }
  }
}

}  // namespace handfast::x509
