// Stores for tests: plain maps that can also answer later, and count what they are asked.
#pragma once
#include <map>
#include <vector>

#include <handfast/client_session_store.hpp>
#include <handfast/external_psk.hpp>
#include <handfast/session_store.hpp>

namespace handfast::test {

/// A client's sessions in the order they came, whatever the key.
class TestClientStore final : public ClientSessionStore {
 public:
  Reply<std::optional<Session>> take(const SessionKey& key, Time /*now*/) override {
    asked = key;
    if (later) return Later{};
    if (sessions.empty()) return std::optional<Session>();
    std::optional<Session> newest = sessions.back().clone();
    if (newest->version == ProtocolVersion::tls13) sessions.pop_back();
    return newest;
  }
  void put(const SessionKey& key, Session session, Time /*now*/) noexcept override {
    kept = key;
    sessions.push_back(std::move(session));
  }
  void remove(const SessionKey& /*key*/) noexcept override { sessions.clear(); }

  std::vector<Session> sessions;
  SessionKey asked;
  SessionKey kept;
  bool later = false;
};

/// A server's sessions by id.
class TestServerStore final : public SessionStore {
 public:
  Reply<std::optional<Session>> find(Bytes id, Time /*now*/) override {
    ++finds;
    if (later) return Later{};
    const auto found = sessions.find(to_octets(id));
    if (found == sessions.end()) return std::optional<Session>();
    return std::optional<Session>(found->second.clone());
  }
  void put(Bytes id, const Session& session, Time /*now*/) noexcept override {
    sessions.insert_or_assign(to_octets(id), session.clone());
  }
  void remove(Bytes id) noexcept override { sessions.erase(to_octets(id)); }

  std::map<Octets, Session> sessions;
  int finds = 0;
  bool later = false;
};

/// External PSKs by identity.
class TestPskStore final : public ExternalPskStore {
 public:
  Reply<std::optional<ExternalPsk>> find(Bytes identity) override {
    ++finds;
    if (later) return Later{};
    const auto found = psks.find(to_octets(identity));
    if (found == psks.end()) return std::optional<ExternalPsk>();
    return std::optional<ExternalPsk>(found->second.clone());
  }
  void add(const ExternalPsk& psk) { psks.insert_or_assign(psk.identity, psk.clone()); }

  std::map<Octets, ExternalPsk> psks;
  int finds = 0;
  bool later = false;
};

}  // namespace handfast::test
