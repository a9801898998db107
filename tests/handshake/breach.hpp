// What an end does that does not follow the RFCs, and how the other has to answer.
#pragma once
#include <ostream>
#include <string>

#include "support/message_pair.hpp"

namespace handfast::test {

struct Breach {
  std::string name;
  Edit edit;
  ErrorCode code;
  AlertDescription alert;
  bool retry = false;   // the handshake goes through a HelloRetryRequest
  bool mutual = false;  // the client has a certificate
};
inline std::ostream& operator<<(std::ostream& out, const Breach& breach) { return out << breach.name; }

template <class M>
Edit set(std::function<void(M&)> change) {
  return edit_message<M>(std::move(change));
}
inline Edit replace(HandshakeType type, std::function<void(Octets&)> change) {
  return [type, change](MessageEnd::Message& message) {
    if (message.type() == type) change(message.octets);
    return true;
  };
}
inline Edit drop(HandshakeType type) {
  return [type](MessageEnd::Message& message) { return message.type() != type; };
}

}  // namespace handfast::test
