// The program around a Library (measure.hpp): one scenario a run, its figures as JSON on standard output.
//
//   PROGRAM --credentials FOLDER [--seconds S] SCENARIO
//   PROGRAM --list
//
// PROGRAM-memory is the same program with a heap that counts: PROGRAM becomes it for the scenario of memory.
#pragma once
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "harness/measure.hpp"

namespace handfast::bench {

struct ProgramOptions {
  std::string folder;  ///< of credentials
  std::string name;    ///< of the scenario
  double seconds = 0.3;
  bool list = false;
};

inline ProgramOptions parse_program_options(int argc, char** argv) {
  ProgramOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--credentials" && i + 1 < argc) {
      options.folder = argv[++i];
    } else if (word == "--seconds" && i + 1 < argc) {
      options.seconds = std::stod(argv[++i]);
    } else if (word == "--list") {
      options.list = true;
    } else {
      options.name = word;
    }
  }
  return options;
}

/// {"scenarios": [{"name", "record_size"}]}: what there is, for whoever starts this program.
inline nlohmann::ordered_json scenario_list() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Scenario& scenario : scenarios)
    list.push_back({{"name", scenario.name}, {"record_size", scenario.record_size}});
  return {{"scenarios", std::move(list)}};
}

/// Starts the program that counts in the place of this one. Throws if it is not there.
[[noreturn]] inline void become_memory_program(char** argv) {
  const std::string path = std::filesystem::read_symlink("/proc/self/exe").string() + "-memory";
  execv(path.c_str(), argv);
  throw std::system_error(errno, std::generic_category(), path);
}

/// `measure_one(options, scenario)` gives the figures; none: this library cannot do that.
template <class MeasureOne>
int run_program(int argc, char** argv, const std::string& library, MeasureOne&& measure_one) {
  try {
    const ProgramOptions options = parse_program_options(argc, argv);
    if (options.list) {
      std::puts(scenario_list().dump().c_str());
      return 0;
    }
    const Scenario* scenario = find_scenario(options.name);
    if (options.folder.empty() || scenario == nullptr) {
      std::fprintf(stderr, "usage: %s --credentials FOLDER [--seconds S] SCENARIO, or --list\n", argv[0]);
      return 2;
    }
    if (scenario->kind == Kind::memory && !heap::counts()) become_memory_program(argv);
    nlohmann::ordered_json json;
    json["library"] = library;
    json["scenarios"] = nlohmann::ordered_json::object();
    const Figures figures = measure_one(options, *scenario);
    if (!figures.empty()) json["scenarios"][options.name] = to_json(figures);
    std::puts(json.dump(2).c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}

}  // namespace handfast::bench
