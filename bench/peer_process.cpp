// Starts the peer's program, reads the JSON it prints.
#include "peer_process.hpp"

#include <array>
#include <stdexcept>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace handfast::bench {
namespace {

// What the child writes until it closes its output.
std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::string output_of(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe to the peer");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  pid_t child = 0;
  const int failure = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text = failure == 0 ? read_all(ends[0]) : std::string();
  close(ends[0]);
  if (failure != 0) throw std::runtime_error("cannot start " + words[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(words[0] + " failed");
  return text;
}

}  // namespace

Figures PeerProcess::measure(const std::string& scenario, double seconds) {
  const std::string text =
      output_of({program_, "--credentials", folder_, "--seconds", std::to_string(seconds), scenario});
  const auto told = nlohmann::ordered_json::parse(text);
  library_ = told.at("library").get<std::string>();
  const auto& scenarios = told.at("scenarios");
  return scenarios.contains(scenario) ? figures_of(scenarios.at(scenario)) : Figures();
}

}  // namespace handfast::bench
