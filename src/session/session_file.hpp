// A client's sessions as octets, with the keys that they are kept under.
#pragma once
#include <utility>
#include <vector>

#include <handfast/client_session_store.hpp>

namespace handfast::session {

/// The key as octets, one encoding for each. Errors: invalid_argument for one whose parts have no room.
Result<Octets> encode_key(const SessionKey& key);

/// A session and its key, encoded both. Views.
struct EncodedSession {
  Bytes key;
  Bytes session;
};

/// Writes a file's octets: begin_file, add_to_file for each session, finish_file.
SecretOctets begin_file();
void add_to_file(SecretOctets& file, const EncodedSession& session);
void finish_file(SecretOctets& file);

/// All sessions of a file. Errors: stored_state_malformed.
Result<std::vector<std::pair<SessionKey, Session>>> read_file(Bytes file);

}  // namespace handfast::session
