// Failures in words and in JSON.
#include "failure.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <new>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "net.hpp"

namespace handfast::tool {
namespace {

// The table's sentence in the middle of another: "The peer's …." becomes "the server's …".
std::string phrase(std::string_view sentence, std::string_view peer) {
  std::string text(sentence);
  for (std::size_t at = text.find("peer"); at != std::string::npos; at = text.find("peer", at + peer.size()))
    text.replace(at, 4, peer);
  if (text.starts_with("The ") || text.starts_with("A ") || text.starts_with("An ")) text[0] |= 0x20;
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string hint_for(const Error& error, std::string_view peer) {
  std::string hint = phrase(error.info().hint, peer);
  hint[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(hint[0])));
  return hint + ".";
}

// What describe() says beyond the sentence: detail, message, field, alert.
std::string reason_of(const Error& error) {
  std::string text = describe(error);
  const std::size_t sentence = error.info().sentence.size() - 1;
  text.erase(0, std::min(text.size(), sentence));
  const std::size_t start = text.find_first_not_of(": ");
  return start == std::string::npos ? std::string() : text.substr(start);
}

// What a peer that sends this alert means by it.
std::string_view meaning(AlertDescription alert) {
  switch (alert) {
    case AlertDescription::handshake_failure:
      return "it found no common cipher suite, group or signature scheme, or misses a certificate of ours";
    case AlertDescription::insufficient_security: return "it wants stronger algorithms than we offered";
    case AlertDescription::protocol_version: return "it does not speak the versions that we offered";
    case AlertDescription::no_application_protocol: return "it speaks none of the protocols of --alpn";
    case AlertDescription::unrecognized_name: return "it serves no such name";
    case AlertDescription::certificate_required: return "it wants a certificate of ours";
    case AlertDescription::unknown_ca: return "it does not trust the CA that issued our certificate";
    case AlertDescription::certificate_expired: return "it says that our certificate is expired";
    case AlertDescription::certificate_revoked: return "it says that our certificate is revoked";
    case AlertDescription::unsupported_certificate: return "it cannot use certificates of this kind";
    case AlertDescription::bad_certificate:
    case AlertDescription::certificate_unknown: return "it found something wrong with our certificate";
    case AlertDescription::access_denied: return "it knows who we are and does not let us in";
    case AlertDescription::close_notify:
    case AlertDescription::user_canceled: return "it gave up before the handshake was done";
    case AlertDescription::internal_error: return "something failed on its side";
    case AlertDescription::decode_error:
    case AlertDescription::decrypt_error:
    case AlertDescription::illegal_parameter:
    case AlertDescription::missing_extension:
    case AlertDescription::unexpected_message:
    case AlertDescription::unsupported_extension:
    case AlertDescription::bad_record_mac:
    case AlertDescription::record_overflow: return "it found a fault in what we sent, or in what arrived";
    default: return "";
  }
}

std::string_view network_hint(const std::error_code& error) {
  if (is(error, std::errc::connection_refused))
    return "Nothing listens there, or a firewall refuses: check host and port.";
  if (is(error, std::errc::address_in_use))
    return "Another program listens there already: choose another port, or port 0 for any free one.";
  if (is(error, std::errc::permission_denied))
    return "Ports below 1024 need privileges: choose a higher one, or grant CAP_NET_BIND_SERVICE.";
  if (is(error, std::errc::address_not_available)) return "This machine has no such address.";
  if (is(error, std::errc::connection_reset) || is(error, std::errc::broken_pipe))
    return "The peer, or something between, cut the connection; the peer's log may say why.";
  if (is(error, std::errc::too_many_files_open) || is(error, std::errc::too_many_files_open_in_system))
    return "Each connection and file is a descriptor: allow more of them (ulimit -n, LimitNOFILE=).";
  if (is_exhausted(error)) return "This machine has no memory left for it.";
  if (is(error, std::errc::network_unreachable) || is(error, std::errc::host_unreachable))
    return "There is no route to this address: check the network.";
  if (error == net::error::host_not_found || error == net::error::host_not_found_try_again)
    return "Check the spelling of the host name and this machine's DNS.";
  return "";
}

// A path or a name can hold any octet: what would move the cursor is escaped, letters of all scripts stay.
std::string visible(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool c1 = octet == 0xc2 && next >= 0x80 && next < 0xa0;  // the same controls in UTF-8
    if (octet < 0x20 || octet == 0x7f || c1) {
      shown += fmt::format("\\x{:02x}", octet);
      if (c1) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    } else {
      shown += text[i];
    }
  }
  return shown;
}

// Whether this side's judgement of the peer's certificate ended the connection.
bool judged_certificate(ErrorCode code) {
  switch (code) {
    case ErrorCode::certificate_refused:
    case ErrorCode::certificate_expired:
    case ErrorCode::certificate_revoked:
    case ErrorCode::unknown_ca:
    case ErrorCode::certificate_name_mismatch:
    case ErrorCode::certificate_unsupported:
    case ErrorCode::certificate_malformed:
    case ErrorCode::certificate_status_missing: return true;
    default: return false;
  }
}

std::string who(const Failure& failure) {
  switch (failure.fault) {
    case Fault::peer: return fmt::format("the {}", failure.peer);
    case Fault::configuration: return "this side: its settings or files";
    case Fault::caller: return "Handfast itself";
    case Fault::network: return fmt::format("the network, or the {}'s machine", failure.peer);
  }
  return "";
}

}  // namespace

std::unexpected<Failure> usage_failure(std::string what, std::string hint) {
  Failure failure;
  failure.exit = ExitCode::usage;
  failure.what = std::move(what);
  failure.hint = std::move(hint);
  return std::unexpected(std::move(failure));
}

std::unexpected<Failure> usage_failure(std::string_view subject, const Error& error) {
  Failure failure;
  failure.exit = ExitCode::usage;
  failure.what = fmt::format("{}: {}", subject, describe(error));
  failure.hint = error.info().hint;
  failure.error = error;
  return std::unexpected(std::move(failure));
}

Failure network_failure(std::string_view what, const std::error_code& error) {
  Failure failure;
  failure.exit = ExitCode::network;
  failure.what = fmt::format("{}: {}", what, error.message());
  failure.fault = Fault::network;
  failure.hint = network_hint(error);
  if (is_exhausted(error)) {
    failure.exit = ExitCode::usage;
    failure.fault = Fault::configuration;
  }
  return failure;
}

bool is_exhausted(const std::error_code& error) {
  return is(error, std::errc::too_many_files_open) || is(error, std::errc::too_many_files_open_in_system) ||
         is(error, std::errc::no_buffer_space) || is(error, std::errc::not_enough_memory);
}

Failure thrown_failure(const std::exception_ptr& thrown) {
  Failure bug;
  bug.fault = Fault::caller;
  bug.hint = "Please report it.";
  try {
    std::rethrow_exception(thrown);
  } catch (const std::system_error& error) {
    if (is_exhausted(error.code()))
      return network_failure("the system gave no more of what is needed", error.code());
    bug.what = fmt::format("a bug in Handfast: {}", error.what());
  } catch (const std::bad_alloc&) {
    return network_failure("the system gave no more of what is needed",
                           std::make_error_code(std::errc::not_enough_memory));
  } catch (const std::exception& error) {
    bug.what = fmt::format("a bug in Handfast: {}", error.what());
  } catch (...) { bug.what = "a bug in Handfast: something was thrown"; }
  return bug;
}

Failure listen_failure(std::string_view what, const std::error_code& error) {
  Failure failure = network_failure(what, error);
  failure.fault = Fault::configuration;
  return failure;
}

Failure timeout_failure(std::string what) {
  Failure failure;
  failure.exit = ExitCode::network;
  failure.what = std::move(what);
  failure.fault = Fault::network;
  failure.hint = "The peer is slow or silent, or a firewall drops the packets; --timeout allows more time.";
  return failure;
}

Failure tls_failure(const Error& error, Role own, std::optional<x509::Verification> verification) {
  const bool by_us = judged_certificate(error.code);
  Failure failure;
  failure.exit = by_us                                     ? ExitCode::certificate
                 : error.code == ErrorCode::internal_error ? ExitCode::bug
                                                           : ExitCode::tls;
  failure.peer = own == Role::client ? "server" : "client";
  failure.what = phrase(error.info().sentence, failure.peer);
  failure.fault = error.fault();
  failure.why = reason_of(error);
  failure.hint = hint_for(error, failure.peer);
  failure.error = error;
  if (by_us) {
    failure.what = "refused: " + failure.what;
    if (verification && !verification->ok()) failure.verification = std::move(verification);
  } else if (error.alert == AlertDescription::certificate_required &&
             error.code == ErrorCode::peer_refused_certificate) {
    failure.what =
        fmt::format("the {} requires a certificate of ours (alert certificate_required)", failure.peer);
    failure.why.clear();
    failure.hint =
        "Give --cert and --key; one that was given is shown only if the server takes its kind and its "
        "issuer.";
  } else if (error.code == ErrorCode::peer_alert) {
    failure.what =
        fmt::format("the {} ended the connection with the alert {}", failure.peer, to_string(error.alert));
    failure.why = meaning(error.alert);
  } else if (error.code == ErrorCode::peer_refused_certificate) {
    failure.what =
        fmt::format("the {} refused our certificate with the alert {}", failure.peer, to_string(error.alert));
    failure.why = meaning(error.alert);
  }
  return failure;
}

std::string to_text(const Failure& failure) {
  const bool local = failure.exit == ExitCode::usage ||
                     (failure.exit == ExitCode::network && failure.fault == Fault::configuration);
  std::string text = fmt::format("handfast: {}", visible(failure.what));
  if (local) {
    if (!failure.hint.empty()) text += fmt::format(". {}", visible(failure.hint));
    return text + "\n";
  }
  text += "\n";
  text += fmt::format("  who:  {}\n", who(failure));
  if (!failure.why.empty()) text += fmt::format("  why:  {}\n", visible(failure.why));
  if (failure.error && failure.error->info().section.starts_with("RFC"))
    text += fmt::format("  rule: {}\n", failure.error->info().section);
  if (!failure.hint.empty()) text += fmt::format("  do:   {}\n", visible(failure.hint));
  if (failure.verification) {
    const std::string tree = x509::to_text(*failure.verification);
    text += tree.substr(tree.find('\n') + 1);  // its first line is the verdict, which stands above
  }
  return text;
}

std::string to_line(const Failure& failure) {
  std::string line = visible(failure.what);
  if (!failure.why.empty()) line += fmt::format(" ({})", visible(failure.why));
  return line;
}

nlohmann::json to_json(const Failure& failure) {
  nlohmann::json json = {{"what", failure.what},
                         {"fault", name_of(failure.fault)},
                         {"why", failure.why},
                         {"hint", failure.hint},
                         {"exit_code", static_cast<int>(failure.exit)}};
  if (!failure.error) return json;
  const Error& error = *failure.error;
  json["code"] = error.info().name;
  json["section"] = error.info().section;
  if (error.alert != AlertDescription::close_notify && failure.exit != ExitCode::usage)
    json["alert"] = to_string(error.alert);
  if (error.in_message()) json["message"] = to_string(error.message);
  if (error.field != nullptr) {
    json["field"] = error.field;
    json["offset"] = error.offset;
  }
  return json;
}

ExitCode report(const Failure& failure, bool json) {
  if (json) {
    const nlohmann::json object = {{"error", to_json(failure)},
                                   {"exit_code", static_cast<int>(failure.exit)}};
    std::fprintf(stderr, "%s\n",
                 object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::fputs(to_text(failure).c_str(), stderr);
  }
  return failure.exit;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string shown;
  for (const char letter : text) {
    if (shown.size() >= limit) return shown + "…";
    const auto octet = static_cast<unsigned char>(letter);
    if (octet >= 0x20 && octet < 0x7f && octet != '\\') {
      shown += letter;
    } else {
      shown += fmt::format("\\x{:02x}", octet);
    }
  }
  return shown;
}

}  // namespace handfast::tool
