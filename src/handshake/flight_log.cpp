// The log of messages as the flights of a summary.
#include "handshake/flight_log.hpp"

namespace handfast::handshake {

std::vector<FlightSummary> FlightLog::flights() const {
  std::vector<FlightSummary> result(flights_);
  for (unsigned i = 0; i < flights_; ++i) {
    result[i].from = from_[i];
    result[i].record_octets = record_octets_[i];
  }
  for (std::size_t i = 0; i < count_; ++i) {
    FlightSummary& flight = result[entries_[i].flight];
    flight.messages.push_back(entries_[i].type);
    flight.message_octets += entries_[i].octets;
  }
  return result;
}

}  // namespace handfast::handshake
