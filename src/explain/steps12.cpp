// TLS 1.2 in nine steps.
#include <algorithm>

#include "explain/telling.hpp"

namespace handfast::explain {
namespace {

Act act_of(const inspect::ExplainedMessage& message) {
  switch (message.type) {
    case HandshakeType::client_hello: return Act::client_hello;
    case HandshakeType::server_hello: return Act::server_hello;
    case HandshakeType::certificate:
      return message.from == Role::client ? Act::client_certificate : Act::server_certificate;
    case HandshakeType::certificate_status:
    case HandshakeType::server_key_exchange:
    case HandshakeType::certificate_request:
    case HandshakeType::server_hello_done: return Act::server_certificate;
    case HandshakeType::client_key_exchange:
    case HandshakeType::certificate_verify: return Act::key_exchange;
    case HandshakeType::new_session_ticket: return Act::server_finished;
    case HandshakeType::finished:
      return message.from == Role::client ? Act::client_finished : Act::server_finished;
    default: return Act::other;
  }
}

std::size_t count(const Telling& telling, HandshakeType type) {
  const auto& messages = telling.seen().messages;
  return static_cast<std::size_t>(std::ranges::count(messages, type, &inspect::ExplainedMessage::type));
}

bool is_rsa(const Telling& telling) {
  return telling.seen().suite != nullptr && telling.seen().suite->key_exchange == schedule::KeyExchange::rsa;
}

// RFC 5246 §7.3: the abbreviated handshake, in which the server is the first to finish.
bool is_resumed(const Telling& telling) {
  return telling.has(Act::application_keys) && !telling.has(Act::key_exchange);
}

void name(Step& step, std::string number, std::string title, std::string section,
          std::vector<std::string> text) {
  step.number = std::move(number);
  step.title = std::move(title);
  step.section = std::move(section);
  step.text = std::move(text);
}

void name_hellos(Telling& telling) {
  name(telling.step(Act::client_hello), "1", "ClientHello", "RFC 5246 §7.4.1.2",
       {"The client says which versions, cipher suites and extensions it knows, and adds 32 random octets."});
  if (!telling.has(Act::server_hello)) return;
  std::vector<std::string> text{"The server picks " + to_string(telling.seen().cipher_suite) +
                                " and adds its own 32 random octets."};
  if (is_resumed(telling))
    text.emplace_back(telling.seen().offered_ticket
                          ? "It opened the ticket that the client brought and resumes the session that is "
                            "sealed in it: it has to remember nothing (RFC 5077)."
                          : "It still has the session of the id that the client sent, says so by sending the "
                            "same id, and resumes it.");
  name(telling.step(Act::server_hello), "2", "ServerHello", "RFC 5246 §7.4.1.3", std::move(text));
}

void name_server_flight(Telling& telling) {
  if (!telling.has(Act::server_certificate)) return;
  std::vector<std::string> text{
      "The server shows its certificate chain, whose first key is its own, and says that it is done."};
  if (!is_rsa(telling))
    text.emplace_back(
        "ServerKeyExchange brings a fresh public share, signed with the certificate's key over both randoms: "
        "whoever steals that key later cannot read this connection.");
  if (count(telling, HandshakeType::certificate_request) != 0)
    text.emplace_back("CertificateRequest asks the client for a certificate, too.");
  std::string title = "Certificate";
  if (!is_rsa(telling)) title += ", ServerKeyExchange";
  if (count(telling, HandshakeType::certificate_request) != 0) title += ", CertificateRequest";
  name(telling.step(Act::server_certificate), "3", title + ", ServerHelloDone", "RFC 5246 §7.4.2–7.4.5",
       std::move(text));
}

void name_client_flight(Telling& telling) {
  if (telling.has(Act::client_certificate)) {
    Step& step = telling.step(Act::client_certificate);
    const bool asked = count(telling, HandshakeType::certificate_request) != 0;
    name(step, "4", asked ? "Client Certificate" : "Client Certificate: not asked for", "RFC 5246 §7.4.6",
         {asked ? "The client shows its certificate chain, or an empty list if it has none that fits."
                : "The server asked for none, so the client stays anonymous and nothing is sent."});
    step.from = Role::client;
  }
  if (!telling.has(Act::key_exchange)) return;
  std::vector<std::string> text;
  if (is_rsa(telling)) {
    text = {
        "The client draws the pre-master secret, 48 octets, and sends it encrypted under the RSA key of the "
        "server's certificate: only its owner can go on.",
        "Whoever gets that private key, even years later, can decrypt this message and all that follows. "
        "TLS 1.3 has done away with it, and RFC 10015 deprecates it here."};
  } else {
    text = {
        "The client's public share: with the other's share and the own private one both sides compute the "
        "same secret, which never travels."};
  }
  if (count(telling, HandshakeType::certificate_verify) != 0)
    text.emplace_back(
        "CertificateVerify signs every message so far: the client has the private key of its certificate.");
  const bool verify = count(telling, HandshakeType::certificate_verify) != 0;
  name(telling.step(Act::key_exchange), "5",
       std::string(is_rsa(telling) ? "ClientKeyExchange with the encrypted pre-master secret"
                                   : "ClientKeyExchange with the client's share") +
           (verify ? ", CertificateVerify" : ""),
       "RFC 5246 §7.4.7", std::move(text));
}

void name_keys(Telling& telling) {
  if (!telling.has(Act::application_keys)) return;
  Step& step = telling.step(Act::application_keys);
  if (is_resumed(telling)) {
    name(step, "6", "Session keys, on both sides", "RFC 5246 §7.3, §6.3",
         {"Both sides still have the session's master secret, and with the new randoms it gives new keys. No "
          "certificate and no key exchange is needed."});
  } else {
    name(step, "6", "Master secret and session keys, on both sides", "RFC 5246 §8.1, §6.3",
         {"Each side by itself makes the master secret out of the pre-master secret and the hellos, and cuts "
          "the session keys for both directions out of it. Nothing is sent."});
  }
}

void name_finished(Telling& telling) {
  const bool resumed = is_resumed(telling);
  const char* section = "RFC 5246 §7.1, §7.4.9";
  if (telling.has(Act::client_finished))
    name(telling.step(Act::client_finished), "7", "Client ChangeCipherSpec, Finished", section,
         {resumed ? "The same from the client, whose data may follow at once: a resumed handshake takes one "
                    "round trip instead of two."
                  : "From here on the client encrypts. Its first encrypted message proves that it has the "
                    "keys and saw the same handshake."});
  if (!telling.has(Act::server_finished)) return;
  std::vector<std::string> text{
      resumed ? "The server has all keys already and goes first: from here on it encrypts. Its Finished "
                "proves that it knows the master secret, which stands in for its certificate."
              : "The same from the server. Only now does the client know that the server holds the private "
                "key."};
  const bool ticket = count(telling, HandshakeType::new_session_ticket) != 0;
  if (ticket)
    text.emplace_back(
        "NewSessionTicket is what the client may show next time: the session, sealed under a key that only "
        "the server has (RFC 5077).");
  name(telling.step(Act::server_finished), "8",
       ticket ? "Server NewSessionTicket, ChangeCipherSpec, Finished" : "Server ChangeCipherSpec, Finished",
       section, std::move(text));
}

void name_data(Telling& telling) {
  if (!telling.has(Act::data)) return;
  Step& step = telling.step(Act::data);
  name(step, "9", "Application data", "RFC 5246 §10",
       {"Both sides send what they came for, each under its own keys."});
  step.from.reset();
}

// A full handshake has its nine steps, an abbreviated one fewer, and in another order.
void count_anew(Telling& telling) {
  int number = 0;
  for (Step& step : telling.steps())
    if (!step.number.empty()) step.number = std::to_string(++number);
}

}  // namespace

void tell12(Telling& telling) {
  const Dissection& seen = telling.seen();
  bool keys = false;
  for (const Event& event : seen.events) {
    const auto type = seen.records[event.record].type;
    Act act = Act::other;
    switch (event.kind) {
      case Event::Kind::message: act = act_of(seen.messages[event.message]); break;
      case Event::Kind::change_cipher_spec:
        act = event.from == Role::client ? Act::client_finished : Act::server_finished;
        break;
      case Event::Kind::data: act = Act::data; break;
      case Event::Kind::alert:
        describe_alert(telling.fresh(Act::alert), seen.records[event.record], "RFC 5246 §7.2");
        break;
      case Event::Kind::sealed:  // the outside tells the type, and a Finished comes first
        act = type == ContentType::application_data ? Act::data
              : type == ContentType::alert          ? Act::other
              : event.from == Role::client          ? Act::client_finished
                                                    : Act::server_finished;
        break;
    }
    if (event.kind == Event::Kind::alert) {
      telling.put(telling.steps().back(), event);
      continue;
    }
    // In a full handshake every step has its place, also the one that is left out.
    const bool exchange = act == Act::key_exchange;
    if (exchange && !telling.has(Act::client_certificate)) telling.step(Act::client_certificate);
    const bool ends = act == Act::client_finished || act == Act::server_finished;
    if (ends && !keys) {
      telling.step(Act::application_keys);
      keys = true;
    }
    if (act == Act::other) {
      Step& step = telling.fresh(act);
      step.title = "A message beside the handshake";
      telling.put(step, event);
    } else {
      telling.put(act, event);
    }
  }
  name_hellos(telling);
  name_server_flight(telling);
  name_client_flight(telling);
  name_keys(telling);
  name_finished(telling);
  name_data(telling);
  if (is_resumed(telling)) count_anew(telling);
}

}  // namespace handfast::explain
