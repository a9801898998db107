// A handshake with a server, watched.
#include "explain_live.hpp"

#include <fmt/format.h>

#include "connect_session.hpp"

namespace handfast::tool {
namespace {

constexpr std::uint16_t default_port = 443;

Outcome<std::shared_ptr<const ClientConfig>> make_config(const ExplainOptions& options) {
  ClientSettings settings;
  TlsOptions tls = options.tls;
  if (!options.version.empty()) tls.min_version = tls.max_version = options.version;
  if (auto filled = fill_settings(tls, settings); !filled) return std::unexpected(filled.error());
  if (!options.ca.empty()) {
    auto trust = load_trust("--ca", options.ca);
    if (!trust) return std::unexpected(trust.error());
    settings.trust = std::move(*trust);
  }
  auto config = options.insecure ? dangerous::without_verification(std::move(settings))
                                 : ClientConfig::make(std::move(settings));
  if (!config) return usage_failure("these options do not fit together", config.error());
  return std::move(*config);
}

Outcome<ConnectPlan> make_plan(const ExplainOptions& options) {
  auto target = parse_target(options.target, default_port);
  if (!target) return std::unexpected(target.error());
  const std::string& wanted = options.server_name.empty() ? target->host : options.server_name;
  auto name = ServerName::parse(wanted);
  if (!name) return usage_failure(fmt::format("\"{}\"", printable(wanted)), name.error());
  auto config = make_config(options);
  if (!config) return std::unexpected(config.error());
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  ConnectPlan plan{std::move(*target), std::move(*name), std::move(*config), timeout};
  plan.handshake_only = true;
  return plan;
}

}  // namespace

inspect::Recorder::Clock stopwatch() {
  return [start = std::chrono::steady_clock::now()] {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  };
}

Outcome<Explained> explain_live(const ExplainOptions& options) {
  auto plan = make_plan(options);
  if (!plan) return std::unexpected(plan.error());
  Explained explained;
  explained.what = plan->target.text();
  inspect::Recorder recorder(options.secrets, stopwatch());
  plan->observer = &recorder;

  ConnectReport report = run_session(std::move(*plan));
  if (recorder.recording().records.empty() && report.failure) return std::unexpected(*report.failure);
  explained.story = inspect::explain(recorder.recording());
  explained.failure = std::move(report.failure);
  explained.resolver_hangs = report.resolver_hangs;
  return explained;
}

}  // namespace handfast::tool
