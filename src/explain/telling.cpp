// Steps: found, filled, and given what was derived in them.
#include "explain/telling.hpp"

#include <algorithm>

namespace handfast::explain {

Step& Telling::fresh(Act act) {
  places_[act] = steps_.size();
  last_ = act;
  return steps_.emplace_back();
}

Step& Telling::step(Act act) {
  const auto found = places_.find(act);
  return found == places_.end() ? fresh(act) : steps_[found->second];
}

Step& Telling::put(Act act, const Event& event) {
  Step& told = step(act);
  put(told, event);
  return told;
}

void Telling::put(Step& told, const Event& event) {
  const auto& record = seen_.records[event.record];
  if (told.records.empty()) {
    told.from = event.from;
    told.at = record.at;
  }
  told.is_encrypted = told.is_encrypted || record.is_protected;
  std::size_t first = event.record;
  if (event.kind == Event::Kind::message) {
    const auto& message = seen_.messages[event.message];
    told.messages.push_back(event.message);
    told.octets += message.octets.size();
    first = message.first_record;
  } else if (event.kind == Event::Kind::data || event.kind == Event::Kind::alert) {
    told.octets += record.dumps.back().octets.size();
  } else {
    told.octets += record.dumps.front().octets.size();
  }
  for (std::size_t i = first; i <= event.record; ++i)
    if (seen_.records[i].from == event.from && std::ranges::find(told.records, i) == told.records.end())
      told.records.push_back(i);
}

Step* Telling::last_if(Act act, Role from) {
  if (steps_.empty() || last_ != act || steps_.back().from != from) return nullptr;
  return &steps_.back();
}

void Telling::share_out(const std::vector<Act>& acts) {
  for (std::size_t i = 0; i < acts.size(); ++i) {
    // Who may send early data has its keys, also if none came.
    const Act act = acts[i] == Act::early_data && !has(acts[i]) ? Act::client_hello : acts[i];
    if (has(act)) step(act).derivations.push_back(i);
  }
}

void describe_alert(Step& step, const inspect::ExplainedRecord& record, std::string_view section) {
  step.section = section;
  const auto& fields = record.dumps.back().fields;
  const auto found = std::ranges::find(fields, std::string("description"), &inspect::Field::name);
  const std::string what =
      found == fields.end() ? "an alert" : found->value.substr(0, found->value.find(' '));
  step.title = "Alert: " + what;
  step.text = {what == "close_notify"
                   ? "The end of what this side sends: whoever sees the stream end without it knows that "
                     "something was cut off."
                   : "Something is wrong, and this side says what; the connection ends here."};
}

}  // namespace handfast::explain
