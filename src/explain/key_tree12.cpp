// The secrets of TLS 1.2 (RFC 5246 §6.3, §8.1) as a tree.
#include "explain/key_tree.hpp"
#include "schedule/key_schedule12.hpp"

namespace handfast::explain {
namespace {

using Index = KeyTree::Index;

constexpr std::size_t master_secret_size = schedule::master_secret12_size;

struct Randoms {
  Index client;
  Index server;
};

// How many octets of each part the suite takes from the key block; each part is there twice.
struct Parts {
  std::size_t mac_key;
  std::size_t key;
  std::size_t iv;
};

Parts parts_of(const schedule::SuiteInfo& suite) {
  if (suite.cbc) return {suite.cbc->mac_key_size(), suite.cbc->key_size, 0};
  const bool chacha = *suite.aead == crypto::AeadAlgorithm::chacha20_poly1305;
  return {0, crypto::key_size(*suite.aead), chacha ? 12U : 4U};
}

Index master_secret(KeyTree& tree, const Randoms& randoms) {
  const Dissection& seen = tree.dissection();
  // RFC 5246 §7.3: a session that is resumed brings its master secret along.
  if (!seen.find(HandshakeType::client_key_exchange, Role::client))
    return tree.given(
        "master_secret", "CLIENT_RANDOM",
        {"From the connection that is resumed; the new randoms make new keys of it.", "RFC 5246 §7.3"});
  const bool rsa = seen.suite->key_exchange == schedule::KeyExchange::rsa;
  const Index pre_master =
      tree.given("pre_master_secret", "pre_master_secret",
                 {rsa ? "Drawn by the client, 48 octets, and sent under the server's RSA key."
                      : "What both sides computed from the other's public share and their own private one.",
                  rsa ? "RFC 5246 §7.4.7.1" : "RFC 8422 §5.10"});
  const auto exchange = seen.find(HandshakeType::client_key_exchange, Role::client);
  Index master = 0;
  if (seen.extended_master_secret && exchange) {
    const Index session =
        tree.transcript("session_hash", *exchange, {"Up to and with the ClientKeyExchange.", "RFC 7627 §3"});
    master =
        tree.prf("master_secret", pre_master, "extended master secret", {session}, master_secret_size,
                 {"Bound to every message so far, so that no two connections share one.", "RFC 7627 §4"});
  } else {
    master =
        tree.prf("master_secret", pre_master, "master secret", {randoms.client, randoms.server},
                 master_secret_size, {"Both sides have it now; all else comes from it.", "RFC 5246 §8.1"});
  }
  tree.confirm(master, "CLIENT_RANDOM");
  return master;
}

void session_keys(KeyTree& tree, Index master, const Randoms& randoms) {
  const Parts parts = parts_of(*tree.dissection().suite);
  const std::size_t size = 2 * (parts.mac_key + parts.key + parts.iv);
  const Index block = tree.prf("key_block", master, "key expansion", {randoms.server, randoms.client}, size,
                               {"One long string, cut into the keys of both directions.", "RFC 5246 §6.3"});
  std::size_t offset = 0;
  const auto cut = [&](const std::string& what, std::size_t length, const std::string& purpose) {
    for (const char* side : {"client", "server"}) {
      if (length != 0)
        tree.part(side + ("_write_" + what), block, offset, length,
                  {"The " + std::string(side) + purpose, "RFC 5246 §6.3"});
      offset += length;
    }
  };
  cut("MAC_key", parts.mac_key, " authenticates its records with it.");
  cut("key", parts.key, " encrypts its records with it.");
  cut("IV", parts.iv, "'s nonces begin with it.");
}

void finished(KeyTree& tree, Index master, Role side) {
  const auto message = tree.dissection().find(HandshakeType::finished, side);
  if (!message || *message == 0) return;
  const std::string who(name_of(side));
  tree.enter(side == Role::client ? Act::client_finished : Act::server_finished);
  const Index covered = tree.transcript("transcript_before_" + who + "_finished", *message - 1,
                                        {"All that the Finished vouches for.", "RFC 5246 §7.4.9"});
  const Index data = tree.prf(
      who + "_verify_data", master, who + " finished", {covered}, schedule::verify_data12_size,
      {"What the " + who + "'s Finished says: I have the master secret, and I saw the same messages.",
       "RFC 5246 §7.4.9"});
  tree.confirm_shown(data, Bytes(tree.dissection().messages[*message].octets).subspan(4));
}

}  // namespace

void grow12(KeyTree& tree) {
  const Dissection& seen = tree.dissection();
  const Randoms randoms{
      tree.shown("client_random", seen.client_random, {"From the ClientHello.", "RFC 5246 §7.4.1.2"}),
      tree.shown("server_random", seen.server_random, {"From the ServerHello.", "RFC 5246 §7.4.1.3"})};
  const Index master = master_secret(tree, randoms);
  session_keys(tree, master, randoms);
  finished(tree, master, Role::client);
  finished(tree, master, Role::server);
}

}  // namespace handfast::explain
