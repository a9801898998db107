// The certificates of handfast bench: made for each run, shared with the measuring programs as files.
#pragma once
#include <string>

#include "failure.hpp"

namespace handfast::tool {

/// A folder of its own for one run, gone when this object goes.
class BenchCredentials {
 public:
  /// For each of ecdsa (P-256) and rsa (2,048 bits) an authority, a server localhost and a client under it:
  /// KEY-authority.pem, KEY-ROLE.pem and KEY-ROLE.key.
  static Outcome<BenchCredentials> make();
  BenchCredentials(BenchCredentials&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  BenchCredentials& operator=(BenchCredentials&&) = delete;
  ~BenchCredentials();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit BenchCredentials(std::string path) noexcept : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace handfast::tool
