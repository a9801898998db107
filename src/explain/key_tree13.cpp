// The key schedule of TLS 1.3 (RFC 8446 §7.1) as a tree.
#include "crypto/aead.hpp"
#include "explain/key_tree.hpp"

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
                      key, {"Encrypts the " + side + "'s " + what + " records.", "RFC 8446 §7.3"});
    tree.expand_label(side + "_" + what + "_write_iv", traffic_secret, "iv", octets_input("context", {}),
                      crypto::aead_nonce_size,
                      {"Mixed with a record's number it is the record's nonce.", "RFC 8446 §5.3"});
  }

  // A Finished: its key, the hash that it covers, and what it says.
  void finished(Role side, Index traffic_secret) {
    const std::string who(name_of(side));
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
    empty_hash = tree.shown("empty_hash", crypto::hash(tree.hash(), Bytes()).view(),
                            {"The hash of no octets: the context where no messages are mixed in.", schedule});
    const Dissection& seen = tree.dissection();
    DerivationInput psk = octets_input("PSK", zeros());
    if (seen.psk)
      psk = from("PSK", tree.given("psk", "psk",
                                   {"What the ticket stands for, or what both sides were given beforehand.",
                                    "RFC 8446 §4.6.1"},
                                   *seen.psk));
    const Index early_secret =
        tree.extract("early_secret", octets_input("salt", zeros()), std::move(psk),
                     {seen.psk ? "Made of the pre-shared key alone."
                               : "Where a pre-shared key would enter; without one it is a constant.",
                      schedule});
    if (seen.psk && seen.early_data && !seen.hello_retry) early_traffic(early_secret);
    return derive("derived_early", early_secret, "derived", empty_hash,
                  "Carries the early secret on as the salt of the next extraction.");
  }

  void early_traffic(Index early_secret) {
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
    derive("resumption_master_secret", master, "res master", all,
           "Tickets of this connection stand for keys that come from here.");
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
