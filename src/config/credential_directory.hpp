// Which of a server's credentials are for a name.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <handfast/credential.hpp>
#include <handfast/policy.hpp>
#include <handfast/server_name.hpp>

namespace handfast {

/// Numbers of credentials (their places in the settings), ascending, each once: the order in which they are
/// wanted. Up to three such lists, read as one. A view.
class Places {
 public:
  using List = std::span<const std::uint32_t>;

  class Iterator {
   public:
    explicit Iterator(const std::array<List, 3>& lists) noexcept : left_(lists) {}
    [[nodiscard]] std::uint32_t operator*() const noexcept {
      std::uint32_t least = none;
      for (const List& list : left_)
        if (!list.empty()) least = std::min(least, list.front());
      return least;
    }
    Iterator& operator++() noexcept {
      const std::uint32_t done = **this;
      for (List& list : left_)
        if (!list.empty() && list.front() == done) list = list.subspan(1);
      return *this;
    }
    /// The end has none.
    bool operator==(const Iterator& other) const noexcept { return **this == *other; }

   private:
    static constexpr std::uint32_t none = 0xffffffff;
    std::array<List, 3> left_;
  };

  Places() = default;
  explicit Places(List first, List second = {}, List third = {}) noexcept : lists_{first, second, third} {}

  [[nodiscard]] Iterator begin() const noexcept { return Iterator(lists_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator({}); }
  [[nodiscard]] bool empty() const noexcept { return std::ranges::all_of(lists_, &List::empty); }

 private:
  std::array<List, 3> lists_;
};

/// A server's credentials by the names that they are for, made with its configuration: to find those for a
/// client's name takes hardly longer for thousands than for one. Immutable; any thread.
class CredentialDirectory {
 public:
  explicit CredentialDirectory(std::span<const Credential> credentials);

  /// Those for this name: certificates whose subjectAltName has it, as x509::Certificate::is_for() says, and
  /// raw public keys, which are for every name.
  [[nodiscard]] Places named(const ServerName& name) const noexcept;
  /// Those for any name at all, even for one that is none.
  [[nodiscard]] Places for_every_name() const noexcept { return Places(for_every_name_); }
  /// The first one, and those with the same DNS names and addresses, whatever their order and letter case.
  [[nodiscard]] Places named_like_first() const noexcept { return Places(named_like_first_); }
  [[nodiscard]] Places all() const noexcept { return Places(all_); }
  /// Their kinds, each where it comes first.
  [[nodiscard]] const Preferences<CertificateType, 2>& types() const noexcept { return types_; }

 private:
  /// Places by a text.
  class Index {
   public:
    using Entry = std::pair<std::string, std::uint32_t>;
    Index() = default;
    explicit Index(std::vector<Entry> entries);
    [[nodiscard]] Places::List find(std::string_view text) const noexcept;

   private:
    std::vector<std::string> texts_;  // sorted; of each the place is in the other
    std::vector<std::uint32_t> places_;
  };

  Index exact_;      // by ServerName::text()
  Index wildcards_;  // by what follows the asterisk and its dot
  std::vector<std::uint32_t> for_every_name_;
  std::vector<std::uint32_t> named_like_first_;
  std::vector<std::uint32_t> all_;
  Preferences<CertificateType, 2> types_;
};

}  // namespace handfast
