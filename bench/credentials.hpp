// The certificates of the benchmarks: made for each run, shared with the peers as files.
#pragma once
#include <string>

#include <handfast/credential.hpp>

#include "harness/scenario.hpp"

namespace handfast::bench {

/// A folder of its own for one run, gone when this object goes.
class CredentialFolder {
 public:
  /// For each key type: the authority, a server localhost and a client, as KEY-authority.pem, KEY-ROLE.pem
  /// and KEY-ROLE.key. Throws.
  CredentialFolder();
  CredentialFolder(const CredentialFolder&) = delete;
  CredentialFolder& operator=(const CredentialFolder&) = delete;
  ~CredentialFolder();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

[[nodiscard]] std::string authority_file(KeyType key);
/// `role`: "server" or "client". Throws.
[[nodiscard]] Credential read_credential(const std::string& folder, const std::string& role, KeyType key);

}  // namespace handfast::bench
