// Starts a measuring program, reads the JSON it prints.
#include "bench_program.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace handfast::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::unexpected<Failure> program_failure(const std::string& path, const std::string& what) {
  Failure failure;
  failure.exit = ExitCode::bug;
  failure.what = path + " " + what;
  failure.fault = Fault::caller;
  return std::unexpected(std::move(failure));
}

// What the child writes until it closes its output.
std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): read fills it
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

// Standard output of a child that ended well.
Outcome<std::string> output_of(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return program_failure(words[0], "has no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int error = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string text = error == 0 ? read_all(ends[0]) : std::string();
  ::close(ends[0]);
  if (error != 0) return program_failure(words[0], std::string("cannot start: ") + std::strerror(error));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return program_failure(words[0], "failed");
  return text;
}

// What is not as it should be throws, as nlohmann has it: programs of one build understand each other.
Outcome<Json> json_of(const std::string& path, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), path);
  auto text = output_of(std::move(arguments));
  if (!text) return std::unexpected(std::move(text.error()));
  return Json::parse(*text);
}

}  // namespace

const BenchFigure* find_figure(const BenchFigures& figures, std::string_view name) noexcept {
  for (const BenchFigure& figure : figures)
    if (figure.name == name) return &figure;
  return nullptr;
}

Outcome<BenchProgram> BenchProgram::find(const std::string& library) {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  const std::string name = "handfast-bench-" + library;
  for (const char* folder : {".", "../../bench", "../libexec/handfast"})
    if (const fs::path path = here / folder / name; fs::exists(path, error))
      return BenchProgram(path.lexically_normal().string());
  return usage_failure(
      name + " is not there",
      "Build the benchmarks (HANDFAST_BUILD_BENCH=ON), or use --peer none to go without the peer.");
}

Outcome<std::vector<BenchScenario>> BenchProgram::scenarios() const {
  const auto told = json_of(path_, {"--list"});
  if (!told) return std::unexpected(told.error());
  std::vector<BenchScenario> scenarios;
  for (const Json& scenario : told->at("scenarios"))
    scenarios.push_back(
        {scenario.at("name").get<std::string>(), scenario.at("record_size").get<std::size_t>()});
  return scenarios;
}

Outcome<BenchFigures> BenchProgram::measure(const std::string& folder, const std::string& scenario,
                                            double seconds) {
  const auto told = json_of(path_, {"--credentials", folder, "--seconds", std::to_string(seconds), scenario});
  if (!told) return std::unexpected(told.error());
  library_ = told->at("library").get<std::string>();
  BenchFigures figures;
  const Json& scenarios = told->at("scenarios");
  if (!scenarios.contains(scenario)) return figures;
  for (const auto& [name, told_figure] : scenarios.at(scenario).items()) {
    BenchFigure figure{name, told_figure.at("value").get<double>(),
                       told_figure.at("unit").get<std::string>()};
    if (told_figure.contains("turns"))
      for (const Json& turn : told_figure.at("turns"))
        figure.turns.push_back(
            {turn.at(0).get<double>(), turn.at(1).get<double>(), turn.at(2).get<double>()});
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace handfast::tool
