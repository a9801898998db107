// Events gathered into steps.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <handfast/explain.hpp>

#include "explain/act.hpp"
#include "explain/dissection.hpp"

namespace handfast::explain {

using inspect::Step;

/// The steps so far. Each act has one step, but alerts and what is sealed have one for each time.
class Telling {
 public:
  explicit Telling(const Dissection& seen) : seen_(seen) {}

  /// The act's step, at the end if it is new.
  Step& step(Act act);
  /// A step of its own.
  Step& fresh(Act act);
  [[nodiscard]] bool has(Act act) const { return places_.contains(act); }
  /// The event happens in the act's step.
  Step& put(Act act, const Event& event);
  /// As put(), with a step that is there already.
  void put(Step& step, const Event& event);
  /// The step told last, if it is of this act and side.
  Step* last_if(Act act, Role from);

  [[nodiscard]] const Dissection& seen() const noexcept { return seen_; }
  [[nodiscard]] std::vector<Step>& steps() noexcept { return steps_; }
  /// Gives derivations to the steps in which they are made: the n-th to the n-th act.
  void share_out(const std::vector<Act>& acts);

 private:
  const Dissection& seen_;
  std::vector<Step> steps_;
  std::map<Act, std::size_t> places_;
  Act last_ = Act::other;
};

/// All steps of a connection of that version, with numbers and words.
void tell12(Telling& telling);
void tell13(Telling& telling);

/// What an alert says, for both versions; `section` is where the version of the handshake has its alerts.
void describe_alert(Step& step, const inspect::ExplainedRecord& record, std::string_view section);

}  // namespace handfast::explain
