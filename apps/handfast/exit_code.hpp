// What the tool's exit status says. Scripts depend on it.
#pragma once

namespace handfast::tool {

enum class ExitCode : int {
  ok = 0,
  bug = 1,          ///< of Handfast
  usage = 2,        ///< options, local files, configuration
  network = 3,      ///< resolve, connect, bind, timeout, reset
  certificate = 4,  ///< we refused the peer's certificate
  tls = 5,          ///< everything else of TLS
};

}  // namespace handfast::tool
