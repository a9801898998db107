// A peer's benchmark program, run as a child.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

#include "harness/figures.hpp"

namespace handfast::bench {

class PeerProcess {
 public:
  /// `folder`: the credentials that it shall use.
  PeerProcess(std::string program, std::string folder)
      : program_(std::move(program)), folder_(std::move(folder)) {}

  /// Its figures of one scenario; none when it cannot do that. Throws when it fails.
  [[nodiscard]] Figures measure(const std::string& scenario, double seconds);
  /// What it says it is, once it has measured something.
  [[nodiscard]] const std::string& library() const noexcept { return library_; }

 private:
  std::string program_;
  std::string folder_;
  std::string library_;
};

}  // namespace handfast::bench
