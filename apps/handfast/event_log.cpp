// What serve tells.
#include "event_log.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "report.hpp"

namespace handfast::tool {
namespace {

std::string session_line(const SessionReport& report) {
  std::string line = report.client;
  if (report.summary) line += fmt::format(" {}", one_line(*report.summary));
  if (report.summary && !report.summary->server_name.empty())
    line += fmt::format(", for {}", printable(report.summary->server_name));
  if (!report.request.empty()) line += fmt::format(", \"{}\"", report.request);
  if (report.status) line += fmt::format(" {}", static_cast<int>(*report.status));
  line += fmt::format(", in {} out {} octets, {}", report.received, report.sent, show(report.duration));
  return line;
}

std::string failure_line(const Failure& failure) {
  std::string line = failure.what;
  if (!failure.why.empty()) line += fmt::format(" ({})", failure.why);
  return line;
}

}  // namespace

EventLog::EventLog(bool json) : json_(json) {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  people_ = std::make_shared<spdlog::logger>("handfast", std::move(sink));
  people_->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  people_->flush_on(spdlog::level::trace);
}

void EventLog::print(const nlohmann::json& event) {
  // One call, so that lines of several threads do not mix.
  const std::string line = event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

void EventLog::listening(const Endpoint& endpoint) {
  if (json_) return print({{"event", "listening"}, {"address", endpoint.host}, {"port", endpoint.port}});
  std::printf("listening on %s\n", endpoint.text().c_str());
  std::fflush(stdout);
}

void EventLog::connection(const SessionReport& report) {
  if (!json_) {
    if (!report.failure) return people_->info("{}", session_line(report));
    return people_->warn("{}: {}", session_line(report), failure_line(*report.failure));
  }
  print({{"event", "connection"},
         {"client", report.client},
         {"summary", report.summary ? to_json(*report.summary, Role::server) : nlohmann::json()},
         {"request", report.request.empty() ? nlohmann::json() : nlohmann::json(report.request)},
         {"status", report.status ? nlohmann::json(static_cast<int>(*report.status)) : nlohmann::json()},
         {"data", {{"sent", report.sent}, {"received", report.received}}},
         {"duration_ms", milliseconds(report.duration)},
         {"error", report.failure ? to_json(*report.failure) : nlohmann::json()}});
}

void EventLog::state(std::string_view event, std::string_view text) {
  if (json_) return print({{"event", event}, {"text", text}});
  people_->info("{}", text);
}

void EventLog::failure(const Failure& failure) {
  if (json_) return print({{"event", "error"}, {"error", to_json(failure)}});
  people_->error("{}", failure_line(failure));
}

void EventLog::advice(std::string_view text) {
  if (!json_) std::fprintf(stderr, "%.*s", static_cast<int>(text.size()), text.data());
}

}  // namespace handfast::tool
