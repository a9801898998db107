// A recording told as a story.
#include <handfast/explain.hpp>

#include "explain/key_tree.hpp"
#include "explain/telling.hpp"

namespace handfast::inspect {
namespace {

std::vector<ExplainedFlight> flights_of(const Recording& recording) {
  std::vector<ExplainedFlight> flights;
  for (const RecordedRecord& record : recording.records) {
    if (flights.empty() || flights.back().from != record.from)
      flights.push_back({.from = record.from, .first = record.at});
    ExplainedFlight& flight = flights.back();
    ++flight.records;
    flight.octets += record.octets.size();
    flight.last = record.at;
  }
  return flights;
}

bool has(const explain::Dissection& seen, HandshakeType type, Role from) {
  return seen.find(type, from).has_value();
}

}  // namespace

Story explain(const Recording& recording) {
  explain::Dissection seen = explain::dissect(recording);
  explain::KeySchedule keys = explain::key_schedule(seen, recording);
  explain::Telling telling(seen);
  if (seen.version && *seen.version <= ProtocolVersion::tls12) {
    explain::tell12(telling);
  } else {
    explain::tell13(telling);
  }
  telling.share_out(keys.acts);

  Story story;
  story.version = seen.version;
  story.cipher_suite = seen.cipher_suite;
  story.group = seen.group;
  story.server_name = seen.server_name;
  story.rsa_key_transport = seen.suite != nullptr && seen.suite->key_exchange == schedule::KeyExchange::rsa;
  story.hello_retry = seen.hello_retry;
  story.mutual = has(seen, HandshakeType::certificate_request, Role::server);
  story.resumed = has(seen, HandshakeType::finished, Role::server) &&
                  !has(seen, HandshakeType::certificate, Role::server) &&
                  !has(seen, HandshakeType::compressed_certificate, Role::server);
  story.early_data_offered = seen.early_data;
  story.early_data_accepted = seen.early_data_accepted;
  story.steps = std::move(telling.steps());
  story.derivations = std::move(keys.derivations);
  story.flights = flights_of(recording);
  story.choices = recording.choices;
  story.verification = recording.verification;
  story.error = recording.error;
  story.remarks = std::move(seen.remarks);
  story.remarks.insert(story.remarks.end(), keys.remarks.begin(), keys.remarks.end());
  story.records = std::move(seen.records);
  story.messages = std::move(seen.messages);
  return story;
}

}  // namespace handfast::inspect
