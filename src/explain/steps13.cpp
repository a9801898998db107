// TLS 1.3: the steps, and what is otherwise than in TLS 1.2.
#include <array>
#include <string_view>

#include "explain/telling.hpp"

namespace handfast::explain {
namespace {

/// The words of one step.
struct Words {
  Act act;
  std::string_view title;
  std::string_view section;
  std::string_view text;
  std::string_view changed;
};

constexpr std::array words{
    Words{
        Act::client_hello, "ClientHello", "RFC 8446 §4.1.2",
        "The client says which versions, suites, groups and signature schemes it knows, and already sends "
        "key shares for the groups that it expects the server to take.",
        "Before, a key exchange began only after the server had chosen. Guessing it here saves a whole round "
        "trip."},
    Words{Act::retry, "HelloRetryRequest", "RFC 8446 §4.1.4",
          "The server knows a group of the client's list, but no share was sent for it: it asks for one. The "
          "first ClientHello lives on in the transcript as its hash.",
          "The price of a wrong guess: one more round trip, as TLS 1.2 always had it."},
    Words{Act::client_hello_again, "ClientHello, again", "RFC 8446 §4.1.2",
          "The same hello with the share that was asked for, and nothing else changed.", ""},
    Words{Act::early_data, "Early data", "RFC 8446 §2.3, §4.2.10",
          "The client does not wait for an answer: it sends data at once, under keys that come from the "
          "pre-shared key and its own hello alone. Whoever recorded these records can send them again, so "
          "they should ask only for what may happen twice.",
          "No data went out before the handshake was over."},
    Words{Act::server_hello, "ServerHello", "RFC 8446 §4.1.3", "",
          "In TLS 1.2 the share came later in a message of its own, and RSA key transport needed none. Now "
          "each "
          "connection has fresh shares, so that a stolen certificate key opens no recorded connection."},
    Words{
        Act::handshake_keys, "Handshake keys, on both sides", "RFC 8446 §7.1",
        "Each side by itself computes the shared secret and from it the keys for the rest of the handshake. "
        "Nothing is sent.",
        "TLS 1.2 had keys only at its end. From here on everything is encrypted, certificates too."},
    Words{Act::encrypted_extensions, "EncryptedExtensions", "RFC 8446 §4.3.1",
          "The server's other answers, such as the application protocol.",
          "They stood in the ServerHello, for everybody on the way to read."},
    Words{Act::certificate_request, "CertificateRequest", "RFC 8446 §4.3.2",
          "The server wants to know who the client is, and says which signatures it accepts.", ""},
    Words{
        Act::server_certificate, "Certificate, CertificateVerify", "RFC 8446 §4.4.2, §4.4.3",
        "The server shows its chain and signs the hash of the whole conversation with its key: it is the one "
        "that the first certificate names, and nobody changed a message.",
        "The signature covered only both randoms and the share, or with RSA there was none: the negotiation "
        "itself could be tampered with."},
    Words{Act::server_finished, "Server Finished", "RFC 8446 §4.4.4",
          "A MAC over the whole conversation under a key that only the two sides have.",
          "It comes in the server's first flight, which makes the handshake one round trip shorter."},
    Words{
        Act::application_keys, "Application keys, on both sides", "RFC 8446 §7.1, §7.3",
        "Each side derives the keys of the data, which are not those of the handshake. Nothing is sent.",
        "One master secret gave all keys of a connection. Now each purpose has a secret of its own, derived "
        "from the messages that it depends on."},
    Words{Act::end_of_early_data, "EndOfEarlyData", "RFC 8446 §4.5",
          "The early data ends here, which an attacker cannot move; the client goes on under the keys of the "
          "handshake.",
          ""},
    Words{Act::client_certificate, "Client Certificate, CertificateVerify", "RFC 8446 §4.4.2, §4.4.3",
          "The client shows its chain and signs the conversation, or sends an empty list.",
          "A client's certificate travelled in the clear."},
    Words{Act::client_finished, "Client Finished", "RFC 8446 §4.4.4",
          "The client's MAC over all messages. The handshake is over.",
          "No ChangeCipherSpec stands before it but one that means nothing, for old devices on the way."},
    Words{
        Act::data, "Application data", "RFC 8446 §5.2",
        "Both sides send what they came for. From outside every record looks like this one, whatever it is.",
        "Length and type of encrypted messages were visible; now the type is inside, and padding can hide "
        "the length."},
    Words{
        Act::ticket, "NewSessionTicket", "RFC 8446 §4.6.1",
        "What the client may show next time, so that neither has to prove itself with certificates again.",
        "It came before the end of the handshake and stood for the connection's own master secret; now each "
        "ticket stands for a key of its own."},
    Words{Act::key_update, "KeyUpdate", "RFC 8446 §4.6.3", "New keys for one direction, from the old ones.",
          "TLS 1.2 had to negotiate anew for that."},
    Words{Act::sealed, "Encrypted records", "RFC 8446 §5.2",
          "What is inside cannot be told: the keys are not known.", ""},
    Words{Act::other, "A message beside the handshake", "RFC 8446 §4", "It belongs to none of the steps.",
          ""},
};

Act act_of(const Telling& telling, const inspect::ExplainedMessage& message) {
  const bool client = message.from == Role::client;
  switch (message.type) {
    case HandshakeType::client_hello:
      return telling.has(Act::retry) ? Act::client_hello_again : Act::client_hello;
    case HandshakeType::server_hello:
      return message.name == "hello_retry_request" ? Act::retry : Act::server_hello;
    case HandshakeType::encrypted_extensions: return Act::encrypted_extensions;
    case HandshakeType::certificate_request: return Act::certificate_request;
    case HandshakeType::certificate:
    case HandshakeType::compressed_certificate:
    case HandshakeType::certificate_verify: return client ? Act::client_certificate : Act::server_certificate;
    case HandshakeType::finished: return client ? Act::client_finished : Act::server_finished;
    case HandshakeType::end_of_early_data: return Act::end_of_early_data;
    case HandshakeType::new_session_ticket: return Act::ticket;
    case HandshakeType::key_update: return Act::key_update;
    default: return Act::other;
  }
}

// What the server picks, and what that is good for.
void add_choices(const Dissection& seen, Step& step) {
  if (!seen.version) return;
  std::string choice = "The server picks " + to_string(seen.cipher_suite);
  if (seen.group) choice += " and answers with its own share of " + to_string(*seen.group);
  step.text.push_back(choice + ".");
  if (seen.psk)
    step.text.emplace_back(
        "It takes the pre-shared key that the client offered, from a ticket or agreed beforehand: who has it "
        "is who it claims to be, and no certificate follows.");
  if (seen.psk && !seen.group)
    step.text.emplace_back(
        "No shares are exchanged: whoever gets the pre-shared key later can read this connection.");
  if (seen.group && to_string(*seen.group).contains("MLKEM"))
    step.text.emplace_back(to_string(*seen.group).starts_with("MLKEM")
                               ? "ML-KEM keeps the secret also from a quantum computer."
                               : "The group is a hybrid: the secret stays secret as long as one of the two "
                                 "holds, elliptic curve or ML-KEM, also against a quantum computer.");
}

// What is not as usual about the certificate of a side.
void add_certificate(const Dissection& seen, Role from, Step& step) {
  const std::size_t side = from == Role::server ? 1 : 0;
  if (seen.decompressed[side])
    step.text.push_back("The certificates come compressed (RFC 8879): without that, the message would have " +
                        std::to_string(*seen.decompressed[side]) + " octets.");
  if (seen.delegated[side])
    step.text.emplace_back(
        "The key that signs is not the certificate's: a delegated credential (RFC 9345) beside it, signed by "
        "the certificate's key, lends its name to another one for a few days at most.");
}

void add_words(Telling& telling, Act act, Step& step) {
  for (const Words& row : words) {
    if (row.act != act) continue;
    step.title = row.title;
    step.section = row.section;
    if (!row.text.empty()) step.text.emplace_back(row.text);
    step.changed = row.changed;
  }
  const Dissection& seen = telling.seen();
  if (act == Act::server_hello) add_choices(seen, step);
  if (act == Act::server_certificate) add_certificate(seen, Role::server, step);
  if (act == Act::client_certificate) add_certificate(seen, Role::client, step);
  if (act == Act::early_data)
    step.text.emplace_back(seen.early_data_accepted
                               ? "The server takes it, as its EncryptedExtensions say."
                               : "The server does not take it: it skips these records, and the client has to "
                                 "send the data again after the handshake.");
}

/// Events in their order; ChangeCipherSpec waits for the next step of its sender.
class Teller {
 public:
  explicit Teller(Telling& telling) : telling_(telling) {}

  void tell(const Event& event) {
    switch (event.kind) {
      case Event::Kind::change_cipher_spec: waiting_.push_back(event); return;
      case Event::Kind::message: message(event); return;
      case Event::Kind::data:
        if (event.from == Role::client && !telling_.has(Act::client_finished)) {
          put(Act::early_data, event);
        } else {
          put(Act::data, event).from.reset();
        }
        return;
      case Event::Kind::alert: {
        Step& step = telling_.fresh(Act::alert);
        describe_alert(step, telling_.seen().records[event.record], "RFC 8446 §6");
        put_waiting(step, event.from);
        telling_.put(step, event);
        return;
      }
      case Event::Kind::sealed:
        if (Step* const last = telling_.last_if(Act::sealed, event.from)) {
          telling_.put(*last, event);
        } else {
          Step& step = telling_.fresh(Act::sealed);
          add_words(telling_, Act::sealed, step);
          telling_.put(step, event);
        }
    }
  }

  // What nothing followed.
  void finish() {
    for (const Event& event : waiting_) {
      Step& step = telling_.fresh(Act::other);
      add_words(telling_, Act::other, step);
      step.title = "ChangeCipherSpec";
      telling_.put(step, event);
    }
  }

 private:
  Step& put(Act act, const Event& event) {
    const bool fresh = !telling_.has(act);
    Step& step = telling_.step(act);
    if (fresh) add_words(telling_, act, step);
    put_waiting(step, event.from);
    telling_.put(step, event);
    return step;
  }

  // The ChangeCipherSpec that came before belongs to this step.
  void put_waiting(Step& step, std::optional<Role> from) {
    std::erase_if(waiting_, [&](const Event& before) {
      if (before.from != from) return false;
      telling_.put(step, before);
      step.text.emplace_back(
          "A ChangeCipherSpec record goes before it and means nothing: it makes the connection look like TLS "
          "1.2 "
          "to old devices on the way (RFC 8446 §D.4).");
      return true;
    });
  }

  void silent(Act act) {
    if (!telling_.has(act)) add_words(telling_, act, telling_.step(act));
  }

  void message(const Event& event) {
    const auto& message = telling_.seen().messages[event.message];
    const Act act = act_of(telling_, message);
    put(act, event);
    if (act == Act::server_hello) silent(Act::handshake_keys);
    if (act == Act::server_finished) silent(Act::application_keys);
  }

  Telling& telling_;
  std::vector<Event> waiting_;
};

}  // namespace

void tell13(Telling& telling) {
  Teller teller(telling);
  for (const Event& event : telling.seen().events) teller.tell(event);
  teller.finish();
  int number = 0;
  for (Step& step : telling.steps())
    if (!step.title.starts_with("Alert")) step.number = std::to_string(++number);
}

}  // namespace handfast::explain
