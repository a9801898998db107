// What the fuzzers of certificates share.
#pragma once
#include <cstdio>
#include <cstdlib>

#include <handfast/verify.hpp>

namespace handfast::fuzz {

/// Stops the program where a property does not hold.
inline void demand(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", property);
  std::abort();
}

/// Whether a view lies within the input, so that nothing was read beyond it.
inline bool lies_within(Bytes view, Bytes input) {
  return view.empty() ||
         (view.data() >= input.data() && view.data() + view.size() <= input.data() + input.size());
}

/// Judges a chain in both profiles; what one accepts, explaining and the printed forms must survive.
inline void judge(x509::VerificationRequest request) {
  request.explain = true;
  request.now = Time(std::chrono::sys_days(std::chrono::year{2026} / 6 / 1));
  request.max_signature_checks = 8;
  for (const auto profile : {x509::Profile::standard, x509::Profile::webpki_strict}) {
    request.profile = profile;
    const x509::Verification verification = x509::verify(request);
    demand(verification.ok() == !verification.path.empty(), "a path is there exactly on success");
    demand(verification.attempts.size() <= 9, "attempts are bounded");
    demand(!to_text(verification).empty() && !to_json(verification).empty(), "verdicts print");
    request.explain = false;
    demand(x509::verify(request).ok() == verification.ok(), "explaining does not change the verdict");
    request.explain = true;
  }
}

}  // namespace handfast::fuzz
