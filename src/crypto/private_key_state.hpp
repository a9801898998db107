// What a private key holds, and how one is made of its numbers.
#pragma once
#include "crypto/curve.hpp"
#include "crypto/private_key.hpp"
#include "crypto/public_key_state.hpp"

namespace handfast::crypto {

struct PrivateKeyState {
  explicit PrivateKeyState(PublicKey key) noexcept : public_key(std::move(key)) {}

  PublicKey public_key;
  RsaKey rsa;             // with its factors; keeps its own blinding, under its own lock
  EcKey ec;               // for ECDSA's last step
  CurveScalar scalar;     // of `ec`
  Secret<64> ed25519;     // seed and public key, as libsodium has it
  Octets pss_parameters;  // DER of a restriction, as it came
};
inline const PrivateKeyState& KeyState::of(const PrivateKey& key) noexcept { return *key.state_; }
using SharedPrivateKeyState = std::shared_ptr<const PrivateKeyState>;

/// Each fails with bad_private_key if the numbers do not fit together and unsupported_private_key if they do
/// but this library does not take such keys.
[[nodiscard]] Result<SharedPrivateKeyState> rsa_private_key(RsaKey key, bool pss_only,
                                                            std::optional<PssRestriction> restriction,
                                                            Octets pss_parameters = {});
/// `scalar` has field_size octets. `point` is what the file says the public key is, or empty.
[[nodiscard]] Result<SharedPrivateKeyState> ec_private_key(const Curve& curve, CurveScalar scalar,
                                                           Bytes point);
[[nodiscard]] Result<SharedPrivateKeyState> ed25519_private_key(Bytes seed);

}  // namespace handfast::crypto
