// Ticket keys: what a server seals whole sessions with, so that its clients keep them (RFC 5077, RFC 8446
// §4.6.1).
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/secret.hpp>
#include <handfast/session.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// How tickets live.
struct TicketKeyOptions {
  /// How long a ticket may be used; 1 second to Session::longest_lifetime. Who steals the keys reads the
  /// connections of TLS 1.2 of that time (and early data), so shorter is safer.
  std::chrono::seconds lifetime{86'400};
  /// How long a key seals before the next one does; at least 1 second, at least a 64th of the lifetime.
  std::chrono::seconds rotation{28'800};
};

/// The keys of a server's tickets: `next`, which only opens; `current`, which seals; and as many previous
/// ones as tickets can be alive under. Each ticket has a key of its own, derived from a set's key and a fresh
/// salt.
///
/// Keys that were drawn here rotate by themselves, on the time of the calls. Keys that were imported rotate
/// only by the next import, so that all hosts of a fleet go together: since everybody opens with `next`
/// already, an import need not reach all at the same moment. Every function may be called from any thread.
class TicketKeys {
 public:
  /// Draws a set. The random source (null: system_random()) must outlive it.
  /// Errors: invalid_argument for options out of range, random_failed.
  static Result<std::shared_ptr<TicketKeys>> make(Time now, TicketKeyOptions options = {},
                                                  RandomSource* random = nullptr);
  /// A set from what export_keys() wrote. `options.rotation` says how often an import comes.
  /// Errors: invalid_argument, stored_state_malformed.
  static Result<std::shared_ptr<TicketKeys>> import(Bytes exported, TicketKeyOptions options = {},
                                                    RandomSource* random = nullptr);
  /// A set from a file that holds an export. Errors: as import, and file_unreadable (also: others than the
  /// owner may read it).
  static Result<std::shared_ptr<TicketKeys>> load(const std::string& path, TicketKeyOptions options = {},
                                                  RandomSource* random = nullptr);

  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;
  ~TicketKeys();

  /// How long its tickets may be used.
  [[nodiscard]] std::chrono::seconds lifetime() const noexcept;

  /// A ticket that holds this session. Errors: invalid_argument (as Session::encode; also: a ticket of more
  /// than 16,000 octets, which many clients would not read), random_failed.
  Result<Octets> seal(const Session& session, Time now);
  /// The session in a ticket; takes any octets. The session lives at most as long as this set's lifetime
  /// says. Errors: unknown_psk_identity, with the reason as detail: another set's key, damaged, too old, from
  /// the future.
  Result<Session> open(Bytes ticket, Time now);

  /// Puts another set in the place of this one: the newest export of the host that draws the keys. What it no
  /// longer holds is wiped. The set no longer rotates by itself.
  /// Errors: stored_state_malformed; then nothing has changed.
  Result<> import_keys(Bytes exported);
  /// The set as text, one key a line. Holds secrets: it belongs on no disk that outlives the keys.
  [[nodiscard]] SecretOctets export_keys() const;
  /// The set as it will be after one rotation, as text: what a host that distributes keys writes for the
  /// fleet. Errors: random_failed.
  [[nodiscard]] Result<SecretOctets> export_rotated() const;

 private:
  class State;
  explicit TicketKeys(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace handfast
