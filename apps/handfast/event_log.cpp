// What serve tells.
#include "event_log.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "files.hpp"
#include "report.hpp"

namespace handfast::tool {
namespace {

// Lines that wait for a reader that is slow. Then the oldest are lost: whoever reads the log never holds a
// client up.
constexpr std::size_t queue_length = 8192;

std::string session_line(const SessionReport& report) {
  std::string line = report.client;
  if (report.summary) line += fmt::format(" {}", one_line(*report.summary));
  if (report.summary && !report.summary->server_name.empty())
    line += fmt::format(", for {}", printable(report.summary->server_name));
  if (!report.request.empty()) line += fmt::format(", \"{}\"", report.request);
  if (report.status) line += fmt::format(" {}", static_cast<int>(*report.status));
  line += fmt::format(", in {} out {} octets", report.received, report.sent);
  if (report.half_rtt != 0)
    line += fmt::format(", {} of them before the end of the handshake", report.half_rtt);
  line += fmt::format(", {}", show(report.duration));
  return line;
}

std::string dump(const nlohmann::json& event) {
  return event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

EventLog::EventLog(bool json, bool quiet)
    : json_(json), quiet_(quiet), writer_(std::make_shared<spdlog::details::thread_pool>(queue_length, 1)) {
  const auto logger = [&](spdlog::sink_ptr sink, const char* pattern) {
    auto made = std::make_shared<spdlog::async_logger>("handfast", std::move(sink), writer_,
                                                       spdlog::async_overflow_policy::overrun_oldest);
    made->set_pattern(pattern);
    made->flush_on(spdlog::level::trace);
    return made;
  };
  if (json_) {
    lines_ = logger(std::make_shared<spdlog::sinks::stdout_sink_mt>(), "%v");
  } else {
    lines_ =
        logger(std::make_shared<spdlog::sinks::stderr_color_sink_mt>(), "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  }
}

EventLog::~EventLog() = default;

void EventLog::print(const nlohmann::json& event) { lines_->info("{}", dump(event)); }

// Nothing else is in the queue yet.
Outcome<> EventLog::listening(const Endpoint& endpoint) {
  if (!json_) return write_output(fmt::format("listening on {}\n", endpoint.text()));
  return write_output(dump({{"event", "listening"}, {"address", endpoint.host}, {"port", endpoint.port}}) +
                      "\n");
}

void EventLog::connection(const SessionReport& report) {
  if (quiet_ && !report.failure) return;
  if (!json_) {
    if (!report.failure) return lines_->info("{}", session_line(report));
    return lines_->warn("{}: {}", session_line(report), to_line(*report.failure));
  }
  nlohmann::json error = report.failure ? to_json(*report.failure) : nlohmann::json();
  if (report.failure && report.failure->verification)
    error["findings"] = nlohmann::json::parse(x509::to_json(*report.failure->verification));
  print({{"event", "connection"},
         {"client", report.client},
         {"summary", report.summary ? to_json(*report.summary, Role::server) : nlohmann::json()},
         {"request", report.request.empty() ? nlohmann::json() : nlohmann::json(report.request)},
         {"status", report.status ? nlohmann::json(static_cast<int>(*report.status)) : nlohmann::json()},
         {"data",
          {{"sent", report.sent},
           {"received", report.received},
           {"early", report.early},
           {"half_rtt", report.half_rtt}}},
         {"duration_ms", milliseconds(report.duration)},
         {"error", std::move(error)}});
}

void EventLog::state(std::string_view event, std::string_view text) {
  if (json_) return print({{"event", event}, {"text", text}});
  lines_->info("{}", text);
}

void EventLog::failure(const Failure& failure) {
  if (json_) return print({{"event", "error"}, {"error", to_json(failure)}});
  lines_->error("{}", to_line(failure));
}

void EventLog::advice(std::string_view text) {
  if (!json_) std::fprintf(stderr, "%.*s", static_cast<int>(text.size()), text.data());
}

}  // namespace handfast::tool
