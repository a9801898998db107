// Replay guards: whether early data may be taken, or was taken before (RFC 8446 §8).
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/reply.hpp>
#include <handfast/session.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// A ClientHello that brings early data, as a replay guard sees it. Its PSK's binder is verified already.
struct EarlyDataClaim {
  /// What no other ClientHello has: the binder of the PSK, 32 octets at least.
  Bytes binder;
  /// When the ticket was issued.
  Time issued{};
  /// The ticket's age as the client tells it, after age_add was taken off (RFC 8446 §8.3).
  std::chrono::milliseconds claimed_age{};
  /// The register that is sealed into the ticket; none: the PSK is an external one, or the ticket allows no
  /// early data.
  std::optional<RegisterId> register_id;
};

/// What becomes of early data.
enum class EarlyDataVerdict : std::uint8_t {
  accepted,        ///< it is fresh, and from now on known
  replayed,        ///< the register knows this ClientHello
  not_fresh,       ///< the ticket's age does not fit the time of arrival: delayed, or replayed later
  register_full,   ///< there is no room to remember it
  other_register,  ///< the ticket belongs to another register: another host, or before a restart
  external_psk,    ///< nothing tells when an external PSK was used last
};
/// For people: "accepted", or why not. The texts live as long as the program.
std::string_view name_of(EarlyDataVerdict value) noexcept;

/// Decides about early data. Rejected early data costs the client a round trip and nothing else: a guard that
/// does not know rejects. Every function may be called from any thread.
class ReplayGuard {
 public:
  ReplayGuard() noexcept = default;
  ReplayGuard(const ReplayGuard&) = delete;
  ReplayGuard& operator=(const ReplayGuard&) = delete;
  ReplayGuard(ReplayGuard&&) = delete;
  ReplayGuard& operator=(ReplayGuard&&) = delete;
  virtual ~ReplayGuard();

  /// The register's name, which is sealed into tickets. A register that forgets takes a new one. Those who
  /// share a register share the name.
  [[nodiscard]] virtual RegisterId register_id() const noexcept = 0;
  /// Judges a claim and remembers it in one step: of two equal claims at most one is ever accepted.
  /// Later: the connection asks an EarlyDataQuestion. Views live until this returns.
  virtual Reply<EarlyDataVerdict> check(const EarlyDataClaim& claim, Time now) = 0;
};

/// How a StrikeRegister judges.
struct StrikeRegisterOptions {
  /// How far the arrival may be from where the ticket's age puts it, either way; 1 ms to 60 s. It has to
  /// cover a round trip and the error of both clocks over the ticket's life (RFC 8446 §8.3).
  std::chrono::milliseconds window{10'000};
  /// Claims that it can remember in the time of two windows, about; what exceeds them is rejected. Memory: up
  /// to 96 octets each, taken at the start.
  std::size_t claims = 65'536;
};

/// A ReplayGuard in the memory of this process (RFC 8446 §8.2 and §8.3): accepts what is fresh, once.
/// Bounded; a lock a shard; answers at once.
///
/// Its name is random, so that tickets from before a restart, or from another host, resume without early
/// data; so they do in processes forked from the one that made it, whose memories part. A clock that goes
/// back makes claims stale, never new. It accepts nothing under an external PSK.
class StrikeRegister final : public ReplayGuard {
 public:
  /// The random source (null: system_random()) is used here only.
  /// Errors: invalid_argument for options out of range, random_failed.
  static Result<std::shared_ptr<StrikeRegister>> make(StrikeRegisterOptions options = {},
                                                      RandomSource* random = nullptr);
  ~StrikeRegister() override;

  /// The name that it drew.
  [[nodiscard]] RegisterId register_id() const noexcept override;
  /// Judges a claim and remembers it.
  Reply<EarlyDataVerdict> check(const EarlyDataClaim& claim, Time now) override;

 private:
  struct Shards;
  StrikeRegister(RegisterId id, StrikeRegisterOptions options);
  RegisterId id_;
  std::chrono::milliseconds window_;
  std::unique_ptr<Shards> shards_;
};

}  // namespace handfast
