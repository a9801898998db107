// Which of a server's credentials are for a name.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <handfast/credential.hpp>
#include <handfast/policy.hpp>
#include <handfast/server_name.hpp>

namespace handfast {

/// A server's credentials by the names that they are for, made with its configuration: to find those for a
/// client's name takes the same time however many there are. Immutable; any thread.
class CredentialDirectory {
 public:
  /// Numbers of credentials (their places in the settings), ascending: the order in which they are wanted.
  using Places = std::span<const std::uint32_t>;

  CredentialDirectory() = default;
  explicit CredentialDirectory(std::span<const Credential> credentials);

  /// Those for this name: certificates whose subjectAltName has it, as x509::Certificate::is_for() says, and
  /// raw public keys, which are for every name.
  [[nodiscard]] Places named(const ServerName& name) const noexcept;
  /// Those for any name at all, even for one that is none.
  [[nodiscard]] Places for_every_name() const noexcept { return for_every_name_; }
  /// Those with all names of the first one, and no other: itself among them.
  [[nodiscard]] Places named_like_first() const noexcept { return named_like_first_; }
  [[nodiscard]] Places all() const noexcept { return all_; }
  /// Their kinds, each where it comes first.
  [[nodiscard]] const Preferences<CertificateType, 2>& types() const noexcept { return types_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  using Index = std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>>;
  [[nodiscard]] static Places find(const Index& index, std::string_view key) noexcept;

  Index exact_;      // by ServerName::text()
  Index wildcards_;  // by what follows the asterisk and its dot
  std::vector<std::uint32_t> for_every_name_;
  std::vector<std::uint32_t> named_like_first_;
  std::vector<std::uint32_t> all_;
  Preferences<CertificateType, 2> types_;
};

}  // namespace handfast
