// RSA key transport of TLS 1.2 (RFC 5246 §7.4.7.1) with implicit rejection.
#pragma once
#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

#include "crypto/private_key.hpp"
#include "crypto/signature.hpp"

namespace handfast::crypto {

/// client_version, which is two octets, and 46 random ones.
inline constexpr std::size_t premaster_secret_size = 48;
using PremasterSecret = Secret<premaster_secret_size>;

/// The client: `premaster` under the server's key, as many octets as the modulus has.
///
/// `random` gives the padding. invalid_argument: the key is none of type rsa. random_failed.
[[nodiscard]] Result<Octets> encrypt_premaster(const PublicKey& key, const PremasterSecret& premaster,
                                               RandomSource& random);

/// The server: the premaster secret out of `ciphertext`, of any length, if it is what a client that offered
/// the version `expected` would have sent; else a random one.
///
/// Nothing tells which of the two it is: not the result, not the time, not the memory that is touched. The
/// handshake goes on and fails at the Finished (RFC 5246 §7.4.7.1). Fails for reasons of this side alone:
/// invalid_argument for a key that is none of type rsa, random_failed.
[[nodiscard]] Result<PremasterSecret> decrypt_premaster(const PrivateKey& key, Bytes ciphertext,
                                                        ProtocolVersion expected, RandomSource& random);

}  // namespace handfast::crypto
