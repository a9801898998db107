// Failures: what happened, who has to act, why, and what to do; printed for people or as JSON.
#pragma once
#include <exception>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <handfast/error.hpp>
#include <handfast/verify.hpp>

#include <nlohmann/json_fwd.hpp>

#include "exit_code.hpp"

namespace handfast::tool {

/// Why the tool, or one connection, did not do what was asked.
struct Failure {
  ExitCode exit = ExitCode::bug;
  std::string what;  ///< one line, no trailing period
  Fault fault = Fault::configuration;
  std::string_view peer = "peer";  ///< "server" or "client", where that is known
  std::string why;                 ///< more on the reason; may be empty
  std::string hint;                ///< what to do, a whole sentence; may be empty
  std::optional<Error> error;
  /// The findings about the peer's certificate, when it was judged.
  std::optional<x509::Verification> verification;
};

template <class T = void>
using Outcome = std::expected<T, Failure>;

/// Options or files of this side: `what` says it all, `hint` what to do.
std::unexpected<Failure> usage_failure(std::string what, std::string hint = {});
/// The same with the library's reason. `subject` is what was looked at: "server.pem", "--root".
std::unexpected<Failure> usage_failure(std::string_view subject, const Error& error);
/// The network, or this side's lack of descriptors or memory. `what` says what was tried: "cannot connect to
/// localhost:443".
Failure network_failure(std::string_view what, const std::error_code& error);
/// This machine gives no place to listen; `what` says where: "cannot listen on [::]:443".
Failure listen_failure(std::string_view what, const std::error_code& error);
/// Whether a system call failed because this process, or this machine, has no more descriptors or memory.
bool is_exhausted(const std::error_code& error);
/// What somebody threw: a bug, unless there was no more of what a program needs.
Failure thrown_failure(const std::exception_ptr& thrown);
/// Nothing came in time.
Failure timeout_failure(std::string what);
/// TLS, seen from the side `own`: sorts out whether a certificate was refused, and by whom.
Failure tls_failure(const Error& error, Role own, std::optional<x509::Verification> verification = {});

/// For local failures one line; else a few lines with fault, reason and advice, and the tree of findings.
/// What is shown of names and paths moves no terminal's cursor.
std::string to_text(const Failure& failure);
/// {"what", "fault", "why", "hint", "exit_code", "code", "alert", "message", "field", "offset", "section"}
nlohmann::json to_json(const Failure& failure);
/// The words of a failure on one line of a log: what, and why.
std::string to_line(const Failure& failure);
/// Prints it to standard error, as text or as one object with "error" and "exit_code"; its exit status.
ExitCode report(const Failure& failure, bool json);

/// Text of a peer, safe to show: one line, control characters and what is not ASCII escaped, at most `limit`
/// long.
std::string printable(std::string_view text, std::size_t limit = 256);

}  // namespace handfast::tool
