// What is measured: one table for Handfast and its peers.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace handfast::bench {

enum class Kind : std::uint8_t {
  handshake,   ///< from nothing to both Finished verified, and the end of both connections
  tickets,     ///< what a ticket costs the server that gives it
  names,       ///< what it costs a server to find its certificate among many (Handfast only)
  records,     ///< application data, one record a send
  memory,      ///< what the heap holds and how often it is asked
  primitives,  ///< what no protocol can do without: each operation alone, and their sum for each handshake
};
enum class Suite : std::uint8_t {
  aes_128_gcm,  ///< TLS 1.3, as the two below
  aes_256_gcm,
  chacha20_poly1305,
  ecdhe_ecdsa_aes_128_gcm,  ///< TLS 1.2, as the one below
  rsa_aes_128_gcm,
};
enum class Group : std::uint8_t { x25519, x25519_mlkem768 };
/// P-256 under P-256, RSA-2048 under RSA-2048.
enum class KeyType : std::uint8_t { ecdsa, rsa };

struct Scenario {
  std::string_view name;
  Kind kind = Kind::handshake;
  Suite suite = Suite::aes_128_gcm;
  Group group = Group::x25519;
  KeyType key = KeyType::ecdsa;
  bool mutual = false;           ///< the client shows a certificate, too
  std::uint8_t tickets = 0;      ///< that a server gives after a full handshake
  std::size_t certificates = 1;  ///< of a server, each for other names; the client asks for the last one's
  bool resumed = false;          ///< each handshake resumes the session of the one before, with its ticket
  bool plain_keys = false;       ///< no table for the keys of trust anchors (Handfast only)
  bool signature_cache = false;  ///< who verifies remembers good signatures of certificates (Handfast only)
  std::size_t record_size = 0;   ///< octets of data in a record

  [[nodiscard]] constexpr bool is_tls12() const noexcept {
    return suite == Suite::ecdhe_ecdsa_aes_128_gcm || suite == Suite::rsa_aes_128_gcm;
  }
};

inline constexpr std::array<Scenario, 17> scenarios = {{
    {.name = "hs13-ecdsa"},
    {.name = "hs13-rsa", .key = KeyType::rsa},
    {.name = "hs13-mlkem", .group = Group::x25519_mlkem768},
    {.name = "hs13-mutual", .mutual = true},
    {.name = "hs13-resume", .resumed = true},
    {.name = "hs12-ecdhe-ecdsa", .suite = Suite::ecdhe_ecdsa_aes_128_gcm},
    {.name = "hs12-rsa-kx", .suite = Suite::rsa_aes_128_gcm, .key = KeyType::rsa},
    {.name = "hs12-resume", .suite = Suite::ecdhe_ecdsa_aes_128_gcm, .resumed = true},
    {.name = "tickets", .kind = Kind::tickets, .tickets = 16},
    {.name = "names", .kind = Kind::names, .certificates = 1000},
    {.name = "bulk-aes128gcm", .kind = Kind::records, .record_size = 16384},
    {.name = "bulk-aes256gcm", .kind = Kind::records, .suite = Suite::aes_256_gcm, .record_size = 16384},
    {.name = "bulk-chacha", .kind = Kind::records, .suite = Suite::chacha20_poly1305, .record_size = 16384},
    {.name = "small-64", .kind = Kind::records, .record_size = 64},
    {.name = "small-1024", .kind = Kind::records, .record_size = 1024},
    {.name = "mem", .kind = Kind::memory},
    {.name = "primitives", .kind = Kind::primitives},
}};

constexpr const Scenario* find_scenario(std::string_view name) noexcept {
  for (const Scenario& scenario : scenarios)
    if (scenario.name == name) return &scenario;
  return nullptr;
}

}  // namespace handfast::bench
