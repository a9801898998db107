// DER, octet by octet, under the names of RFC 5280 where they are known.
#pragma once
#include <string_view>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/fields.hpp>

namespace handfast::explain {

/// What a piece of DER is expected to be.
enum class DerForm : unsigned char {
  certificate,      ///< RFC 5280 §4.1
  public_key,       ///< SubjectPublicKeyInfo (RFC 5280 §4.1.2.7)
  name,             ///< a distinguished name
  ecdsa_signature,  ///< Ecdsa-Sig-Value (RFC 3279 §2.2.3)
  anything,         ///< elements are named by their tags
};

/// The fields of `der`, from depth 0; the leaves cover every octet exactly once, whatever the octets are:
/// what is no DER is one leaf "undecoded".
[[nodiscard]] std::vector<inspect::Field> der_fields(Bytes der, DerForm form);

}  // namespace handfast::explain
