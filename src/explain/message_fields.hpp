// The fields of a message, and of the DER inside it.
#pragma once
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/fields.hpp>

#include "message/annotate.hpp"

namespace handfast::explain {

struct MessageFields {
  std::vector<inspect::Field> fields;  ///< the leaves cover every octet exactly once
  std::optional<Error> error;          ///< why it does not decode
};

/// As message::annotate, with certificates, names, OCSP responses and ECDSA signatures opened up.
[[nodiscard]] MessageFields message_fields(Bytes message, const message::AnnotationContext& context);

}  // namespace handfast::explain
