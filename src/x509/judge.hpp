// The judge of one path: collects breaches, or only learns that there is one.
#pragma once
#include <string>
#include <utility>

#include <handfast/findings.hpp>
#include <handfast/verify.hpp>

namespace handfast::x509 {

/// Takes the breaches of one path. With a record it writes each down, in words; without one it only remembers
/// whether the path is refused, and no words are made.
class Judge {
 public:
  /// The place of a finding that concerns the path as a whole.
  static constexpr std::size_t whole_path = static_cast<std::size_t>(-1);

  Judge(Profile profile, Attempt* record) noexcept : profile_(profile), record_(record) {}

  /// A rule is broken by the certificate at `where` in the path; `found()` tells what was found.
  template <class F>
  [[gnu::cold]] void breach(FindingCode code, std::size_t where, F&& found) {
    const bool refuses = finding_info(code).binds == Binds::verifiers || profile_ == Profile::webpki_strict;
    refused_ = refused_ || refuses;
    if (record_ != nullptr) [[unlikely]]
      write(code, refuses ? Severity::error : Severity::warning, where, std::forward<F>(found)());
  }
  /// Something that refuses nothing by itself.
  template <class F>
  [[gnu::cold]] void mention(FindingCode code, Severity severity, std::size_t where, F&& found) {
    if (record_ != nullptr) [[unlikely]]
      write(code, severity, where, std::forward<F>(found)());
  }

  [[nodiscard]] bool refused() const noexcept { return refused_; }
  /// The path is refused and nobody wants to hear more.
  [[nodiscard]] bool done() const noexcept { return refused_ && record_ == nullptr; }
  /// Whether findings are written down, so that they need words.
  [[nodiscard]] bool records() const noexcept { return record_ != nullptr; }
  /// Whether rules for issuers matter: they refuse, or they are written down.
  [[nodiscard]] bool cares_for_issuers() const noexcept {
    return profile_ == Profile::webpki_strict || record_ != nullptr;
  }

 private:
  void write(FindingCode code, Severity severity, std::size_t where, std::string found);

  Profile profile_;
  Attempt* record_;
  bool refused_ = false;
};

}  // namespace handfast::x509
