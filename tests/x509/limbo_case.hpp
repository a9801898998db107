// One case of the x509-limbo suite, from its JSON to a verdict.
#pragma once
#include <memory>
#include <string>

#include <handfast/verify.hpp>

#include <nlohmann/json.hpp>

namespace handfast::test {

/// What the verifier says to a case.
struct LimboAnswer {
  enum class Kind { accept, reject, skip };
  Kind kind = Kind::skip;
  std::string reason;  ///< of reject and skip: one line
  x509::Verification verification;
};

/// Answers cases. What they share (the list of public suffixes) is kept.
class LimboRunner {
 public:
  explicit LimboRunner(x509::Profile profile = x509::Profile::webpki_strict);
  /// `now` serves cases that have no time of their own.
  [[nodiscard]] LimboAnswer answer(const nlohmann::json& testcase, Time now) const;

 private:
  x509::Profile profile_;
  std::shared_ptr<const x509::PublicSuffixList> suffixes_;
};

}  // namespace handfast::test
