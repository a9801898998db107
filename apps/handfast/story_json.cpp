// A story as JSON.
#include "story_json.hpp"

#include <nlohmann/json.hpp>

#include "report.hpp"

namespace handfast::tool {
namespace {

using nlohmann::json;

std::string_view name_of_kind(inspect::FieldKind kind) {
  switch (kind) {
    case inspect::FieldKind::group: return "group";
    case inspect::FieldKind::length: return "length";
    case inspect::FieldKind::number: return "number";
    case inspect::FieldKind::enumeration: return "enumeration";
    case inspect::FieldKind::octets: return "octets";
    case inspect::FieldKind::text: return "text";
    case inspect::FieldKind::undecoded: return "undecoded";
  }
  return {};
}

json field_json(const inspect::Field& field) {
  json result = {{"name", field.name},   {"offset", field.offset}, {"length", field.length},
                 {"depth", field.depth}, {"leaf", field.leaf},     {"kind", name_of_kind(field.kind)},
                 {"value", field.value}};
  if (field.bad) result["bad"] = true;
  return result;
}

json dump_json(const inspect::Dump& dump) {
  json fields = json::array();
  for (const auto& field : dump.fields) fields.push_back(field_json(field));
  return {{"title", dump.title}, {"octets", hex(dump.octets)}, {"fields", fields}};
}

json record_json(const inspect::ExplainedRecord& record) {
  json dumps = json::array();
  for (const auto& dump : record.dumps) dumps.push_back(dump_json(dump));
  return {{"from", name_of(record.from)},     {"type", to_string(record.type)},
          {"protected", record.is_protected}, {"opened", record.opened},
          {"at_ms", milliseconds(record.at)}, {"dumps", dumps}};
}

json message_json(const inspect::ExplainedMessage& message) {
  return {{"from", name_of(message.from)},
          {"name", message.name},
          {"octets", hex(message.octets)},
          {"first_record", message.first_record},
          {"last_record", message.last_record},
          {"transcript_hash", message.transcript_hash.empty() ? json() : json(hex(message.transcript_hash))},
          {"error", message.error ? json(describe(*message.error)) : json()}};
}

json input_json(const inspect::DerivationInput& input) {
  json result = {{"name", input.name}};
  if (input.derivation) {
    result["derivation"] = *input.derivation;
  } else if (!input.text.empty()) {
    result["text"] = input.text;
  } else {
    result["octets"] = hex(input.octets);
  }
  return result;
}

json derivation_json(const inspect::Derivation& derivation) {
  json inputs = json::array();
  for (const auto& input : derivation.inputs) inputs.push_back(input_json(input));
  return {{"name", derivation.name},
          {"operation", name_of(derivation.operation)},
          {"hash", derivation.hash.empty() ? json() : json(derivation.hash)},
          {"inputs", inputs},
          {"messages", derivation.messages},
          {"left_out", derivation.left_out},
          {"length", derivation.length},
          {"value", derivation.value.empty() ? json() : json(hex(derivation.value))},
          {"secret", derivation.is_secret},
          {"confirmed", derivation.confirmed},
          {"purpose", derivation.purpose},
          {"section", derivation.section}};
}

json step_json(const inspect::Step& step) {
  return {{"number", step.number},
          {"title", step.title},
          {"from", step.from ? json(name_of(*step.from)) : json("both")},
          {"text", step.text},
          {"changed", step.changed},
          {"section", step.section},
          {"messages", step.messages},
          {"records", step.records},
          {"derivations", step.derivations},
          {"octets", step.octets},
          {"encrypted", step.is_encrypted},
          {"at_ms", milliseconds(step.at)}};
}

json flight_json(const inspect::ExplainedFlight& flight) {
  return {{"from", name_of(flight.from)},
          {"records", flight.records},
          {"octets", flight.octets},
          {"first_ms", milliseconds(flight.first)},
          {"last_ms", milliseconds(flight.last)}};
}

json choice_json(const inspect::Choice& choice) {
  return {{"what", choice.what},
          {"chosen", choice.chosen.empty() ? json() : json(choice.chosen)},
          {"offered", choice.offered},
          {"accepted", choice.accepted},
          {"why", choice.why}};
}

json list(const auto& values, auto to) {
  json result = json::array();
  for (const auto& value : values) result.push_back(to(value));
  return result;
}

}  // namespace

nlohmann::json to_json(const inspect::Story& story) {
  return {{"version", story.version ? json(to_string(*story.version)) : json()},
          {"cipher_suite", story.version ? json(to_string(story.cipher_suite)) : json()},
          {"group", story.group ? json(to_string(*story.group)) : json()},
          {"server_name", story.server_name.empty() ? json() : json(story.server_name)},
          {"rsa_key_transport", story.rsa_key_transport},
          {"hello_retry", story.hello_retry},
          {"mutual", story.mutual},
          {"resumed", story.resumed},
          {"early_data", {{"offered", story.early_data_offered}, {"accepted", story.early_data_accepted}}},
          {"steps", list(story.steps, step_json)},
          {"records", list(story.records, record_json)},
          {"messages", list(story.messages, message_json)},
          {"derivations", list(story.derivations, derivation_json)},
          {"flights", list(story.flights, flight_json)},
          {"choices", list(story.choices, choice_json)},
          {"findings", story.verification ? json::parse(x509::to_json(*story.verification)) : json()},
          {"remarks", story.remarks}};
}

}  // namespace handfast::tool
