// The key schedule of TLS 1.3 (RFC 8446 §7.1) as a tree.
#include "crypto/aead.hpp"
#include "explain/key_tree.hpp"
#include "explain/psk_branch.hpp"
#include "message/post_handshake.hpp"
#include "wire/codec.hpp"

namespace handfast::explain {
namespace {

using Index = KeyTree::Index;

constexpr const char* schedule = "RFC 8446 §7.1";

/// The stages that the tree grows by; what is not there was not seen.
struct Growth {
  KeyTree& tree;
  std::size_t size;  // of a digest
  Index empty_hash = 0;

  [[nodiscard]] Octets zeros() const { return Octets(size); }

  Index derive(std::string name, Index secret, std::string_view label, Index transcript,
               std::string purpose) {
    return tree.expand_label(std::move(name), secret, label, from("context", transcript), size,
                             {std::move(purpose), schedule});
  }

  void keys(const std::string& side, const std::string& what, Index traffic_secret) {
    const std::size_t key = crypto::key_size(*tree.dissection().suite->aead);
    tree.expand_label(side + "_" + what + "_write_key", traffic_secret, "key", octets_input("context", {}),
                      key, {"Encrypts the " + side + "'s records of this stage.", "RFC 8446 §7.3"});
    tree.expand_label(side + "_" + what + "_write_iv", traffic_secret, "iv", octets_input("context", {}),
                      crypto::aead_nonce_size,
                      {"Mixed with a record's number it is the record's nonce.", "RFC 8446 §5.3"});
  }

  // A Finished: its key, the hash that it covers, and what it says.
  void finished(Role side, Index traffic_secret) {
    const std::string who(name_of(side));
    tree.enter(side == Role::client ? Act::client_finished : Act::server_finished);
    const Index key =
        tree.expand_label(who + "_finished_key", traffic_secret, "finished", octets_input("context", {}),
                          size, {"The key of the " + who + "'s Finished.", "RFC 8446 §4.4.4"});
    const auto message = tree.dissection().find(HandshakeType::finished, side);
    if (!message || *message == 0) return;
    const Index covered = tree.transcript("transcript_before_" + who + "_finished", *message - 1,
                                          {"All that the Finished vouches for.", "RFC 8446 §4.4.1"});
    const Index data = tree.hmac(who + "_verify_data", key, covered,
                                 {"What the " + who +
                                      "'s Finished says: I have these keys, and I saw the same "
                                      "messages as you.",
                                  "RFC 8446 §4.4.4"});
    tree.confirm_shown(data, Bytes(tree.dissection().messages[*message].octets).subspan(4));
  }

  Index early() {
    tree.enter(Act::handshake_keys);
    empty_hash = tree.shown("empty_hash", crypto::hash(tree.hash(), Bytes()).view(),
                            {"The hash of no octets: the context where no messages are mixed in.", schedule});
    const Index secret = early_secret();
    tree.enter(Act::handshake_keys);
    return derive("derived_early", secret, "derived", empty_hash,
                  "Carries the early secret on as the salt of the next extraction.");
  }

  Index early_secret() {
    const Dissection& seen = tree.dissection();
    const auto hello = seen.find(HandshakeType::client_hello, Role::client, true);
    std::optional<OfferedPsk> taken;
    if (seen.psk && hello) taken = offered_psk(seen, *hello, *seen.psk);
    // RFC 8446 §4.2.10: it is under the first PSK of the first hello, whatever the server takes
    // [8446:4.2.10#2].
    const bool early_is_taken = taken && taken->hello == 0 && *seen.psk == 0;
    if (seen.early_data && !early_is_taken) refused_early_data();
    tree.enter(!taken ? Act::handshake_keys : seen.hello_retry ? Act::client_hello_again : Act::client_hello);
    if (!taken)
      return tree.extract("early_secret", octets_input("salt", zeros()), octets_input("PSK", zeros()),
                          {"Where a pre-shared key would enter; without one it is a constant.", schedule});
    const PskBranch branch = grow_psk(tree, std::move(*taken), empty_hash, "");
    if (seen.early_data && early_is_taken) early_traffic(branch.early_secret);
    return branch.early_secret;
  }

  // Keys that nothing else of the connection comes from.
  void refused_early_data() {
    tree.enter(Act::client_hello);
    auto first = offered_psk(tree.dissection(), 0, 0);
    if (first) early_traffic(grow_psk(tree, std::move(*first), empty_hash, "offered_").early_secret);
  }

  void early_traffic(Index early_secret) {
    tree.enter(Act::early_data);
    const Index hello =
        tree.transcript("transcript_client_hello", 0, {"The ClientHello alone.", "RFC 8446 §4.4.1"});
    const Index client = derive("client_early_traffic_secret", early_secret, "c e traffic", hello,
                                "The root of the keys of early data.");
    tree.confirm(client, "CLIENT_EARLY_TRAFFIC_SECRET");
    keys("client", "early_data", client);
  }

  Index handshake(Index salt) {
    if (!tree.dissection().group)
      return tree.extract("handshake_secret", from("salt", salt), octets_input("(EC)DHE", zeros()),
                          {"Nothing fresh enters: the pre-shared key is the only secret.", schedule});
    const bool hybrid = tree.dissection().group && to_string(*tree.dissection().group).contains("MLKEM");
    const Index shared =
        tree.given("shared_secret", "shared_secret",
                   {hybrid ? "Both halves of the hybrid in a row: what ML-KEM encapsulated and what the "
                             "elliptic curve gave."
                           : "What both sides computed from the other's key share and their own private one.",
                    "RFC 8446 §7.4"});
    return tree.extract("handshake_secret", from("salt", salt), from("(EC)DHE", shared),
                        {"The first secret that an onlooker cannot compute.", schedule});
  }

  void handshake_traffic(Index handshake_secret, std::size_t hello) {
    const Index hellos =
        tree.transcript("transcript_hellos", hello, {"Up to and with the ServerHello.", "RFC 8446 §4.4.1"});
    const Index client = derive("client_handshake_traffic_secret", handshake_secret, "c hs traffic", hellos,
                                "The root of the client's keys for the rest of the handshake.");
    tree.confirm(client, "CLIENT_HANDSHAKE_TRAFFIC_SECRET");
    const Index server = derive("server_handshake_traffic_secret", handshake_secret, "s hs traffic", hellos,
                                "The root of the server's keys for the rest of the handshake.");
    tree.confirm(server, "SERVER_HANDSHAKE_TRAFFIC_SECRET");
    keys("client", "handshake", client);
    keys("server", "handshake", server);
    finished(Role::server, server);
    finished(Role::client, client);
  }

  void application(Index handshake_secret, std::size_t server_finished) {
    tree.enter(Act::application_keys);
    const Index salt = derive("derived_handshake", handshake_secret, "derived", empty_hash,
                              "Carries the handshake secret on as the salt of the last extraction.");
    const Index master =
        tree.extract("master_secret", from("salt", salt), octets_input("0", zeros()),
                     {"Nothing new enters; the handshake's keys do not lead here.", schedule});
    const Index flight = tree.transcript("transcript_server_finished", server_finished,
                                         {"Up to and with the server's Finished.", "RFC 8446 §4.4.1"});
    const Index client = derive("client_application_traffic_secret_0", master, "c ap traffic", flight,
                                "The root of the keys of the client's data.");
    tree.confirm(client, "CLIENT_TRAFFIC_SECRET_0");
    const Index server = derive("server_application_traffic_secret_0", master, "s ap traffic", flight,
                                "The root of the keys of the server's data.");
    tree.confirm(server, "SERVER_TRAFFIC_SECRET_0");
    keys("client", "application", client);
    keys("server", "application", server);
    const Index exporter = derive("exporter_master_secret", master, "exp master", flight,
                                  "Gives keys to other protocols (RFC 8446 §7.5).");
    tree.confirm(exporter, "EXPORTER_SECRET");
    const auto client_finished = tree.dissection().find(HandshakeType::finished, Role::client);
    if (!client_finished) return;
    const Index all = tree.transcript("transcript_client_finished", *client_finished,
                                      {"Up to and with the client's Finished.", "RFC 8446 §4.4.1"});
    const Index resumption = derive("resumption_master_secret", master, "res master", all,
                                    "Tickets of this connection stand for keys that come from here.");
    tickets(resumption);
    updates("client", client);
    updates("server", server);
  }

  void tickets(Index resumption_master_secret) {
    tree.enter(Act::ticket);
    int number = 0;
    for (const auto& message : tree.dissection().messages) {
      if (message.type != HandshakeType::new_session_ticket) continue;
      const auto ticket =
          wire::decode<message::NewSessionTicket>(Bytes(message.octets).subspan(wire::message_header_size));
      if (!ticket) continue;
      tree.expand_label(
          "psk_of_ticket_" + std::to_string(++number), resumption_master_secret, "resumption",
          octets_input("ticket_nonce", to_octets(ticket->ticket_nonce)), size,
          {"The pre-shared key of a later connection that shows this ticket.", "RFC 8446 §4.6.1"});
    }
  }

  // RFC 8446 §7.2: each KeyUpdate of a side leads to its next generation.
  void updates(const std::string& side, Index traffic_secret) {
    tree.enter(Act::key_update);
    int generation = 0;
    for (const auto& message : tree.dissection().messages) {
      if (message.type != HandshakeType::key_update || name_of(message.from) != side) continue;
      const std::string number = std::to_string(++generation);
      std::string label = side;
      label.append("_application_traffic_secret_").append(number);
      traffic_secret =
          tree.expand_label(label, traffic_secret, "traffic upd", octets_input("context", {}), size,
                            {"The one before cannot be computed from it.", "RFC 8446 §7.2"});
      keys(side, "application_" + number, traffic_secret);
    }
  }
};

}  // namespace

void grow13(KeyTree& tree) {
  if (!tree.dissection().suite->aead) return;
  Growth growth{tree, crypto::digest_size(tree.hash())};
  const Index salt = growth.early();
  const Index handshake_secret = growth.handshake(salt);
  const auto hello = tree.dissection().find(HandshakeType::server_hello, Role::server);
  if (!hello) return;
  growth.handshake_traffic(handshake_secret, *hello);
  // With a capture the Finished may be sealed; the application secrets may still stand in the key log.
  const auto finished = tree.dissection().find(HandshakeType::finished, Role::server);
  if (finished) growth.application(handshake_secret, *finished);
}

}  // namespace handfast::explain
