// The server of handfast serve: accepts, spreads connections over threads, reloads, drains.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_set>
#include <vector>

#include <handfast/config.hpp>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "endpoint.hpp"
#include "event_log.hpp"
#include "failure.hpp"
#include "net.hpp"
#include "session.hpp"

namespace handfast::tool {

struct ServerPlan {
  Endpoint listen;
  SessionSettings session;
  unsigned threads = 1;
  std::uint64_t accept = 0;  ///< connections until the end; 0: no limit
  std::shared_ptr<const ServerConfig> config;
  /// Builds the configuration anew from its files (SIGHUP).
  std::function<Outcome<std::shared_ptr<const ServerConfig>>()> reload;
};

class Server {
 public:
  Server(ServerPlan plan, EventLog& log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds; the endpoint tells the port that was chosen.
  Outcome<Endpoint> listen();
  /// Until it is drained, stopped, or has accepted what it was to. Fails, at its end, if secrets of
  /// connections are missing in the key log.
  Outcome<> run();

 private:
  // A thread with its connections; the first one also accepts and takes signals.
  struct Worker {
    net::io_context context{1};
    net::executor_work_guard<net::io_context::executor_type> guard{context.get_executor()};
    // The loop's own descriptors are taken when this is made, not when the first client comes.
    net::steady_timer first_user{context};
    std::unordered_set<Session*> sessions;
    std::thread thread;
  };

  Worker& first() noexcept { return *workers_.front(); }
  net::awaitable<void> accept_loop();
  net::awaitable<void> wait_for_signals();
  net::awaitable<void> serve(Worker& worker, std::unique_ptr<Session> session, std::shared_ptr<KeyLog> log);
  void start(Worker& worker, tcp::socket socket);
  void note_lost_secrets(const KeyLog& log);
  void reload();
  void drain();
  void stop_accepting();
  void ended();
  void finish_if_idle();

  ServerPlan plan_;
  EventLog& log_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::shared_ptr<const ServerConfig> config_;  // of the first worker's thread
  tcp::acceptor acceptor_;
  net::signal_set signals_;
  std::uint64_t accepted_ = 0;
  bool accepting_ = true;
  bool draining_ = false;
  bool finished_ = false;
  std::atomic<std::int64_t> live_ = 0;
  std::atomic<int> lost_secrets_ = 0;  // the system's reason
};

}  // namespace handfast::tool
