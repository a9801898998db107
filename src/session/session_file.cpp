// The format of a file of sessions: a mark, the sessions, and a digest over both.
#include "session/session_file.hpp"

#include <span>

#include "crypto/hash.hpp"
#include "wire/codec.hpp"

namespace handfast::session {
namespace {

constexpr std::string_view mark = "handfast sessions 1\n";
constexpr std::size_t digest_size = 32;

struct StoredKey {
  using ProtocolName = wire::Text<1, 1, 0xff>;

  wire::Text<1, 0, 0xff> server_name;
  std::uint16_t port = 0;
  wire::List<ProtocolName, 2, 0, 0xffff> application_protocols;
  wire::Opaque<1, 0, 0xff> configuration;

  static constexpr void wire(auto& io, auto& m) {
    io("server_name", m.server_name);
    io("port", m.port);
    io("application_protocols", m.application_protocols);
    io("configuration", m.configuration);
  }
};

struct FileEntry {
  wire::Opaque<3, 0, 0xffffff> key;
  wire::Opaque<3, 0, 0xffffff> session;

  static constexpr void wire(auto& io, auto& m) {
    io("key", m.key);
    io("session", m.session);
  }
};

std::unexpected<Error> malformed(const char* what) noexcept {
  return fail(ErrorCode::stored_state_malformed, what);
}

Result<SessionKey> decode_key(Bytes encoded) {
  const auto stored = wire::decode<StoredKey>(encoded);
  if (!stored) return malformed("a session's key does not parse");
  SessionKey key;
  key.server_name = stored->server_name.text();
  key.port = stored->port;
  for (const StoredKey::ProtocolName& name : stored->application_protocols)
    key.application_protocols.emplace_back(name.text());
  key.configuration = to_octets(stored->configuration);
  return key;
}

crypto::Digest digest_of(Bytes octets) noexcept {
  return crypto::hash(crypto::HashAlgorithm::sha256, octets);
}

/// The entries of a file whose digest holds.
Result<Bytes> entries_of(Bytes file) noexcept {
  if (file.size() < mark.size() + digest_size || as_text(file.first(mark.size())) != mark)
    return malformed("this is no file of sessions");
  const Bytes covered = file.first(file.size() - digest_size);
  if (!equal(digest_of(covered).view(), file.last(digest_size))) return malformed("the digest does not hold");
  return covered.subspan(mark.size());
}

}  // namespace

Result<Octets> encode_key(const SessionKey& key) {
  std::vector<StoredKey::ProtocolName> protocols;
  protocols.reserve(key.application_protocols.size());
  for (const std::string& name : key.application_protocols) protocols.emplace_back(as_bytes(name));
  StoredKey stored;
  stored.server_name = as_bytes(key.server_name);
  stored.port = key.port;
  stored.application_protocols = std::span<const StoredKey::ProtocolName>(protocols);
  stored.configuration = Bytes(key.configuration);
  Octets octets(wire::encoded_size(stored));
  if (!wire::encode(stored, octets))
    return fail(ErrorCode::invalid_argument, "session key: a part is longer than 255 octets");
  return octets;
}

SecretOctets begin_file() { return {mark.begin(), mark.end()}; }

void add_to_file(SecretOctets& file, const EncodedSession& session) {
  FileEntry entry;
  entry.key = session.key;
  entry.session = session.session;
  const std::size_t before = file.size();
  file.resize(before + wire::encoded_size(entry));
  if (!wire::encode(entry, MutableBytes(file).subspan(before))) file.resize(before);
}

void finish_file(SecretOctets& file) {
  const crypto::Digest digest = digest_of(file);
  file.insert(file.end(), digest.view().begin(), digest.view().end());
}

Result<std::vector<std::pair<SessionKey, Session>>> read_file(Bytes file) {
  const auto entries = entries_of(file);
  if (!entries) return fail(entries.error());
  std::vector<std::pair<SessionKey, Session>> sessions;
  wire::Reader<> reader(*entries);
  while (reader.cursor() != entries->data() + entries->size()) {
    FileEntry entry;
    reader.read(entry);
    if (reader.failed()) return malformed("an entry does not parse");
    auto key = decode_key(entry.key);
    if (!key) return fail(key.error());
    auto session = Session::decode(entry.session);
    if (!session) return fail(session.error());
    sessions.emplace_back(*std::move(key), *std::move(session));
  }
  return sessions;
}

}  // namespace handfast::session
