// The server of handfast serve.
#include "server.hpp"

#include <csignal>
#include <exception>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "loopback.hpp"
#include "tls_options.hpp"

namespace handfast::tool {
namespace {

// With no descriptor left there is nothing to do but wait until a connection ends.
constexpr std::chrono::milliseconds pause_when_exhausted{100};

// Each connection is a descriptor: take as many as this process may have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<tcp::endpoint> resolve(net::io_context& context, const Endpoint& endpoint,
                                   std::error_code& error) {
  std::vector<tcp::endpoint> found = loopback_addresses(endpoint);
  if (!found.empty()) return found;
  tcp::resolver resolver(context);
  for (const auto& entry :
       resolver.resolve(endpoint.host, fmt::to_string(endpoint.port), tcp::resolver::passive, error))
    found.push_back(entry.endpoint());
  return found;
}

}  // namespace

Server::Server(ServerPlan plan, EventLog& log)
    : plan_(std::move(plan)),
      log_(log),
      workers_([this] {
        raise_descriptor_limit();  // the threads take some of them
        std::vector<std::unique_ptr<Worker>> workers;
        workers.reserve(plan_.threads);
        for (unsigned i = 0; i < plan_.threads; ++i) workers.push_back(std::make_unique<Worker>());
        return workers;
      }()),
      config_(plan_.config),
      acceptor_(first().context),
      signals_(first().context, SIGTERM, SIGINT, SIGHUP) {}

Server::~Server() {
  for (const auto& worker : workers_) {
    worker->context.stop();
    if (worker->thread.joinable()) worker->thread.join();
  }
}

Outcome<Endpoint> Server::listen() {
  const std::string what = fmt::format("cannot listen on {}", plan_.listen.text());
  std::error_code error;
  const auto endpoints = resolve(first().context, plan_.listen, error);
  if (error || endpoints.empty()) return std::unexpected(listen_failure(what, error));
  const tcp::endpoint& endpoint = endpoints.front();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return std::unexpected(listen_failure(what, error));
  const tcp::endpoint chosen = acceptor_.local_endpoint();
  return Endpoint{chosen.address().to_string(), chosen.port()};
}

Outcome<> Server::run() {
  net::co_spawn(first().context, accept_loop(), net::detached);
  net::co_spawn(first().context, wait_for_signals(), net::detached);
  for (std::size_t i = 1; i < workers_.size(); ++i)
    workers_[i]->thread = std::thread([&context = workers_[i]->context] { context.run(); });
  first().context.run();
  for (std::size_t i = 1; i < workers_.size(); ++i) workers_[i]->thread.join();
  if (const int reason = lost_secrets_)
    return std::unexpected(key_log_failure({reason, std::generic_category()}));
  return {};
}

// The first time it is told; connections go on.
void Server::note_lost_secrets(const KeyLog& log) {
  const std::error_code reason = log.failure();
  int none = 0;
  if (reason && lost_secrets_.compare_exchange_strong(none, reason.value()))
    log_.failure(key_log_failure(reason));
}

net::awaitable<void> Server::accept_loop() {
  net::steady_timer pause(first().context);
  bool told = false;
  for (std::size_t next = 0; accepting_; next = (next + 1) % workers_.size()) {
    Worker& worker = *workers_[next];
    std::error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(worker.context, into(error));
    if (!error) {
      start(worker, std::move(socket));
      told = false;
      if (++accepted_ == plan_.accept) stop_accepting();
    } else if (is_exhausted(error)) {
      if (!told) log_.failure(network_failure("cannot accept more connections for now", error));
      told = true;
      pause.expires_after(pause_when_exhausted);
      co_await pause.async_wait(into(error));
    }
  }
}

void Server::start(Worker& worker, tcp::socket socket) {
  ++live_;
  auto session = std::make_unique<Session>(plan_.session, std::move(socket), config_);
  auto task = serve(worker, std::move(session), config_->settings().key_log);
  net::co_spawn(worker.context, std::move(task), [this](const std::exception_ptr& thrown) {
    if (thrown) log_.failure(thrown_failure(thrown));
    ended();
  });
}

net::awaitable<void> Server::serve(Worker& worker, std::unique_ptr<Session> session,
                                   std::shared_ptr<KeyLog> log) {
  worker.sessions.insert(session.get());
  std::exception_ptr thrown;
  try {
    co_await session->run();
  } catch (...) { thrown = std::current_exception(); }
  worker.sessions.erase(session.get());
  if (thrown) std::rethrow_exception(thrown);
  log_.connection(session->report());
  if (log) note_lost_secrets(*log);
}

net::awaitable<void> Server::wait_for_signals() {
  while (!finished_) {
    std::error_code error;
    const int signal = co_await signals_.async_wait(into(error));
    if (error) co_return;
    if (signal == SIGHUP) {
      reload();
    } else if (!draining_) {
      drain();
    } else {
      log_.state("stopped", "stopped at once");
      for (const auto& worker : workers_) worker->context.stop();
    }
  }
}

void Server::reload() {
  auto config = plan_.reload();
  if (!config) {
    log_.failure(config.error());
    log_.state("reload_failed", "nothing was reloaded: the old certificates stay");
    return;
  }
  config_ = std::move(*config);
  log_.state("reloaded", "certificates reloaded for new connections");
}

void Server::drain() {
  draining_ = true;
  log_.state("draining", fmt::format("no new connections; waiting for {} to end", live_.load()));
  stop_accepting();
  for (const auto& worker : workers_)
    net::post(worker->context, [&worker = *worker] {
      for (Session* session : worker.sessions) session->drain();
    });
}

void Server::stop_accepting() {
  std::error_code ignored;
  accepting_ = false;
  acceptor_.close(ignored);
  finish_if_idle();
}

// In the worker's thread.
void Server::ended() {
  if (--live_ == 0) net::post(first().context, [this] { finish_if_idle(); });
}

// In the first worker's thread: without guards and signals all contexts run out of work.
void Server::finish_if_idle() {
  if (accepting_ || live_ != 0) return;
  finished_ = true;
  signals_.cancel();
  for (const auto& worker : workers_) worker->guard.reset();
}

}  // namespace handfast::tool
