// Certificates for trying things out: a CA of this user's own that can vouch for this machine only.
#pragma once
#include <string>

#include <handfast/credential.hpp>
#include <handfast/time.hpp>

#include "failure.hpp"

namespace handfast::tool {

/// A certificate for localhost, 127.0.0.1 and ::1, and the CA that issued it.
struct DevelopmentCertificate {
  Credential credential;
  std::string ca_file;  ///< PEM
  Time ca_not_after;
  Time not_after;
  bool ca_is_new = false;  ///< made now: whoever trusted an older one has to trust this one
};

/// $XDG_STATE_HOME/handfast, else ~/.local/state/handfast. Fails when neither variable helps.
Outcome<std::string> state_folder();

/// Loads the development certificate from the folder, or makes what is missing, damaged or near its end. The
/// CA is bound to localhost and loopback addresses by name constraints, so that its key is worth little to a
/// thief. Several processes may do this at once.
Outcome<DevelopmentCertificate> development_certificate(const std::string& folder, Time now);

/// How people and programs come to trust the CA; several lines.
std::string how_to_trust(const DevelopmentCertificate& certificate, std::string_view address);

}  // namespace handfast::tool
