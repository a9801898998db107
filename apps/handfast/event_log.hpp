// What serve tells: lines for people on standard error, or one JSON object a line on standard output.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "endpoint.hpp"
#include "failure.hpp"
#include "session.hpp"

namespace spdlog {
class logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace handfast::tool {

/// Any number of threads; none of them ever waits for a reader, for a thread of its own writes.
class EventLog {
 public:
  /// `quiet`: nothing of connections that went well.
  EventLog(bool json, bool quiet);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  /// Waits until what is left is written.
  ~EventLog();

  /// The first line on standard output: "listening on ADDRESS:PORT", or the event. Fails if it cannot be
  /// written, for who started the server waits for it.
  Outcome<> listening(const Endpoint& endpoint);
  void connection(const SessionReport& report);
  /// Something about the server itself: "reloaded", "draining", "stopped".
  void state(std::string_view event, std::string_view text);
  void failure(const Failure& failure);
  /// Several lines for people; nothing in JSON.
  void advice(std::string_view text);

 private:
  void print(const nlohmann::json& event);
  bool json_;
  bool quiet_;
  std::shared_ptr<spdlog::details::thread_pool> writer_;
  std::shared_ptr<spdlog::logger> lines_;
};

}  // namespace handfast::tool
