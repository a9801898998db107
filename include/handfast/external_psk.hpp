// External PSKs: keys that two peers share from elsewhere (RFC 8446 §4.2.11, RFC 9257, RFC 9258).
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/reply.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// The hash that a PSK is for: it serves suites of this hash only (RFC 8446 §4.2.11).
enum class PskHash : std::uint8_t { sha256, sha384 };
/// "SHA-256" and so on.
std::string_view name_of(PskHash value) noexcept;

/// A key that both sides were given, and its name. Move-only; wiped when it dies.
///
/// The key has to be drawn at random, 16 octets at least and better 32: a password is not one, for who
/// records a handshake tries passwords at home (RFC 9257 §4.2, §6). One key is for one client and one server
/// (RFC 9257 §4.1).
// [8446:2.2#1] [8446:4.2.11#2]
struct ExternalPsk {
  /// What the client sends in the clear; 1 to 65,535 octets.
  Octets identity;
  /// The key; 16 octets at least (RFC 9257 §6).
  SecretOctets key;
  /// The hash it is for.
  PskHash hash = PskHash::sha256;
  /// Made by import_psk: its binder has a label of its own (RFC 9258 §5.2).
  bool imported = false;
  /// Early data under this PSK, as both sides agreed with the key; 0: none. A built-in ReplayGuard takes
  /// none.
  std::uint32_t max_early_data_size = 0;
  /// With early data: the ALPN protocol that it is for; empty: none.
  std::string application_protocol;
  /// With early data: the suite that it is protected with (RFC 8446 §4.2.10).
  CipherSuite cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;

  /// A deliberate copy.
  [[nodiscard]] ExternalPsk clone() const;
  /// Whether it can be used at all. Errors: invalid_argument: the identity is empty or has more than 65,535
  /// octets, the key has less than 16.
  [[nodiscard]] Result<> check() const noexcept;
};

/// The PSK that RFC 9258 §5.1 makes of an external one for one protocol and one hash, so that no key serves
/// two of them: `identity` is the encoded ImportedIdentity, `key` is as long as the target's hash.
///
/// `psk.hash` is the hash that the external key came with (SHA-256 if none did). `context` is what tells the
/// users of the key apart, such as both their names, 0 to 65,535 octets; both sides give the same.
/// Errors: as ExternalPsk::check; invalid_argument: an imported PSK, identity and context together too long,
/// a target other than TLS 1.3.
Result<ExternalPsk> import_psk(const ExternalPsk& psk, Bytes context, ProtocolVersion target_protocol,
                               PskHash target_kdf);
/// For both hashes of TLS 1.3's suites: what a client offers, and what a server's store holds. Errors: as
/// import_psk.
Result<std::vector<ExternalPsk>> import_psk_for_all(const ExternalPsk& psk, Bytes context);

/// Where a server finds the key of an identity. May be called from any thread.
class ExternalPskStore {
 public:
  ExternalPskStore() noexcept = default;
  ExternalPskStore(const ExternalPskStore&) = delete;
  ExternalPskStore& operator=(const ExternalPskStore&) = delete;
  ExternalPskStore(ExternalPskStore&&) = delete;
  ExternalPskStore& operator=(ExternalPskStore&&) = delete;
  virtual ~ExternalPskStore();

  /// The PSK of that identity, which may be any octets that a client sent, tickets of other servers among
  /// them. Later: the connection asks a PskQuestion. The view lives until this returns.
  virtual Reply<std::optional<ExternalPsk>> find(Bytes identity) = 0;
};

/// An ExternalPskStore that never changes, so that it needs no lock: made once, then shared. Answers at once.
class ExternalPskTable final : public ExternalPskStore {
 public:
  /// Errors: as ExternalPsk::check; invalid_argument: an identity that is there twice.
  static Result<std::shared_ptr<ExternalPskTable>> make(std::vector<ExternalPsk> psks);
  /// From text: a line for each PSK, `identity:key in hexadecimal digits`, an identity of other than printing
  /// characters as `#identity in hexadecimal digits`; `#` and a space start a comment. All are for SHA-256.
  /// (psktool of GnuTLS writes such files.) Errors: as make, and stored_state_malformed with the number of
  /// the line as offset.
  static Result<std::shared_ptr<ExternalPskTable>> parse(Bytes text);
  /// From a file of such text. Errors: as parse, and file_unreadable (also: others than the owner may read
  /// it).
  static Result<std::shared_ptr<ExternalPskTable>> load(const std::string& path);
  ~ExternalPskTable() override;

  /// The PSK of that identity.
  Reply<std::optional<ExternalPsk>> find(Bytes identity) override;
  /// How many there are.
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  struct Contents;
  explicit ExternalPskTable(std::unique_ptr<Contents> contents) noexcept;
  std::unique_ptr<Contents> contents_;
};

}  // namespace handfast
