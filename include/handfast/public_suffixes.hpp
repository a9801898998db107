// Public suffixes: the names below which strangers register theirs.
#pragma once
#include <memory>
#include <string_view>

#include <handfast/error.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// The Public Suffix List (publicsuffix.org): below which names anybody may register.
class PublicSuffixList {
 public:
  /// The list in its usual text form. Errors: invalid_argument when it holds no rule.
  static Result<std::shared_ptr<const PublicSuffixList>> parse(std::string_view text);
  /// Debian's /usr/share/publicsuffix/public_suffix_list.dat. Errors: file_unreadable, invalid_argument.
  static Result<std::shared_ptr<const PublicSuffixList>> system();

  PublicSuffixList(const PublicSuffixList&) = delete;
  PublicSuffixList& operator=(const PublicSuffixList&) = delete;
  ~PublicSuffixList();

  /// Whether `name` (A-labels, lower case) is itself a public suffix: of a registry, or of a company that
  /// lets its customers choose names ("s3.amazonaws.com"). Every single label is one.
  [[nodiscard]] bool is_public_suffix(std::string_view name) const noexcept;
  /// The same of registries alone (the list's section ICANN DOMAINS): what the CA/Browser Forum calls
  /// registry-controlled.
  [[nodiscard]] bool is_registry_suffix(std::string_view name) const noexcept;

 private:
  struct Rules;
  explicit PublicSuffixList(std::unique_ptr<const Rules> rules) noexcept;
  std::unique_ptr<const Rules> rules_;
};

}  // namespace x509
}  // namespace handfast
