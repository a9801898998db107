// The seam below the handshake: it speaks (level, message) and installs secrets, and knows nothing of
// records. A TCP engine maps this to TLS records; QUIC would map it to CRYPTO frames, DTLS to its own.
#pragma once
#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/types.hpp>

namespace handfast::handshake {

/// Which keys protect a message.
enum class Level : std::uint8_t {
  initial,      ///< none
  early_data,   ///< client_early_traffic_secret
  handshake,    ///< the handshake traffic secrets
  application,  ///< the application traffic secrets
};
enum class Direction : std::uint8_t { receiving, sending };

/// What protects one direction in TLS 1.2 (RFC 5246 §6.3).
struct Tls12Keys {
  CipherSuite suite{};
  Bytes mac_key;  ///< CBC suites only
  Bytes key;
  Bytes iv;                       ///< the part that is not sent; none with CBC
  bool encrypt_then_mac = false;  ///< RFC 7366
};

/// What the engine does for a handshake.
class Transport {
 public:
  /// Where the next message at the current sending level is appended, whole, with its header.
  virtual Octets& outgoing() = 0;
  /// Advice: what becomes outgoing next is longer than most, by so many octets.
  virtual void expect(std::size_t more) = 0;
  /// TLS 1.3's compatibility record (RFC 8446 §D.4), behind what is outgoing so far. QUIC: nothing.
  virtual void send_change_cipher_spec() = 0;
  /// The same, but right before the next message or alert, whichever it is, so that it never travels alone.
  virtual void owe_change_cipher_spec() = 0;
  /// From here on this direction is protected by `traffic_secret`; what is outgoing so far goes before.
  /// Errors: excess_handshake_data when received handshake octets are left over at the change.
  virtual Result<> install(Level level, Direction direction, CipherSuite suite, Bytes traffic_secret) = 0;
  /// TLS 1.2: as install(), right behind a change_cipher_spec of that direction.
  virtual Result<> install_tls12(Direction direction, const Tls12Keys& keys, RandomSource& random) = 0;
  /// The peer's limit on the plaintext of records (RFC 8449), content type included.
  virtual void limit_sent_records(std::uint16_t record_size_limit) = 0;
  /// Both directions: max_fragment_length (RFC 6066 §4).
  virtual void limit_fragments(MaxFragmentLength length) = 0;
  /// Our own limit, which the peer knows from here on.
  virtual void limit_received_records(std::uint16_t record_size_limit) = 0;
  /// Protected records are padded to a multiple of this (RFC 8446 §5.4).
  virtual void pad_sent_records(std::uint16_t multiple) = 0;
  /// Application data may travel under Level::early_data, whose keys are installed: at most so many octets.
  virtual void limit_early_data(std::uint32_t octets) = 0;
  /// A client whose early data met a HelloRetryRequest: what it sends next is not protected.
  virtual void abandon_early_data() = 0;
  /// Early data comes that this server refuses: skip it, within a limit (RFC 8446 §4.2.10). Before keys are
  /// installed: everything up to the second ClientHello.
  virtual void skip_early_data() = 0;

 protected:
  Transport() = default;
  Transport(const Transport&) = default;
  Transport& operator=(const Transport&) = default;
  ~Transport() = default;
};

}  // namespace handfast::handshake
