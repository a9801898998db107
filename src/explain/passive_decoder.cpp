// A third party that reads along: it follows both directions and changes keys where they do.
#include <algorithm>
#include <array>

#include <handfast/capture.hpp>
#include <handfast/random.hpp>

#include "explain/epochs.hpp"
#include "explain/negotiation.hpp"
#include "message/handshake_reader.hpp"
#include "message/server_hello.hpp"
#include "record/header.hpp"
#include "schedule/key_schedule12.hpp"
#include "wire/codec.hpp"

namespace handfast::inspect {
namespace {

// Labels of RFC 9850 §2.
constexpr std::string_view client_early = "CLIENT_EARLY_TRAFFIC_SECRET";
constexpr std::string_view master_secret = "CLIENT_RANDOM";

std::string_view handshake_label(Role from) {
  return from == Role::client ? "CLIENT_HANDSHAKE_TRAFFIC_SECRET" : "SERVER_HANDSHAKE_TRAFFIC_SECRET";
}
std::string_view traffic_label(Role from) {
  return from == Role::client ? "CLIENT_TRAFFIC_SECRET_0" : "SERVER_TRAFFIC_SECRET_0";
}

// More than any peer of ours takes: whoever reads along does not decide what two others agree on.
constexpr message::MessageLimits message_limits{.large = 1U << 20, .other = 1U << 18};

/// One direction.
struct Side {
  Octets input;  // not yet a whole record
  message::HandshakeReader messages{message_limits};
  explain::Epochs epochs;
  bool changed = false;         // change_cipher_spec was there
  bool messages_ended = false;  // what comes in handshake records cannot be cut into messages
  bool ended = false;           // what comes is no TLS
  std::size_t sealed = 0;       // records that did not open
  std::size_t opened = 0;
};

class PassiveDecoder {
 public:
  PassiveDecoder(const KeyLogLines& key_log, RecorderLimits limits) : key_log_(key_log), limits_(limits) {}

  void add(const CapturedOctets& part) {
    Side& side = side_of(part.from);
    if (side.ended) return;
    side.input.insert(side.input.end(), part.octets.begin(), part.octets.end());
    std::size_t used = 0;
    while (const std::size_t size = whole_record(part.from, Bytes(side.input).subspan(used))) {
      record(part, Bytes(side.input).subspan(used, size));
      used += size;
    }
    side.input.erase(side.input.begin(), side.input.begin() + static_cast<std::ptrdiff_t>(used));
  }

  Decoded finish() {
    if (!negotiation_.has_client_hello)
      result_.remarks.emplace_back(
          "No ClientHello was seen: the capture begins in the middle of this connection, or misses its "
          "start.");
    for (const Role role : {Role::client, Role::server})
      if (const Side& side = side_of(role); !side.input.empty() && !side.ended)
        remark(role, "the last record is not complete");
    remark_sealed();
    result_.recording.choices = negotiation_.choices();
    return std::move(result_);
  }

 private:
  Side& side_of(Role role) { return sides_[role == Role::server ? 1 : 0]; }

  void remark(Role role, std::string_view what) {
    std::string text = "From the " + std::string(name_of(role)) + ": " + std::string(what) + ".";
    if (std::ranges::find(result_.remarks, text) == result_.remarks.end())
      result_.remarks.push_back(std::move(text));
  }

  // Why records stayed sealed.
  void remark_sealed() {
    const std::size_t sealed = sides_[0].sealed + sides_[1].sealed;
    if (sealed == 0) return;
    if (sides_[0].opened + sides_[1].opened != 0) {
      result_.remarks.push_back(std::to_string(sealed) +
                                " protected records do not open: their keys are not in the key log, or they "
                                "are not what was sent.");
    } else if (key_log_.size() == 0) {
      result_.remarks.emplace_back("What is protected stays so: there is no key log.");
    } else if (result_.recording.secrets.empty()) {
      result_.remarks.emplace_back(
          "What is protected stays so: the key log has no line with this connection's client random.");
    } else {
      result_.remarks.emplace_back(
          "No protected record opens with what the key log has for this connection.");
    }
  }

  // Octets of the record in front; 0: there is none yet, or none any more.
  std::size_t whole_record(Role from, Bytes input) {
    if (input.size() < record::header_size || side_of(from).ended) return 0;
    const record::RecordHeader header = record::read_header(input);
    const bool known =
        header.type >= ContentType::change_cipher_spec && header.type <= ContentType::application_data;
    const bool is_tls = static_cast<std::uint16_t>(header.legacy_record_version) >> 8U == 3;
    if (!known || !is_tls || header.length > record::max_ciphertext12) {
      side_of(from).ended = true;
      remark(from, "what follows is no TLS record");
      return 0;
    }
    return header.size() <= input.size() ? header.size() : 0;
  }

  // In TLS 1.3 the type tells, before it too: only early data looks so (RFC 8446 §5.2). In TLS 1.2 it is
  // everything behind change_cipher_spec (RFC 5246 §7.1).
  [[nodiscard]] bool is_protected(const Side& side, ContentType type) const {
    if (type == ContentType::application_data) return true;
    return side.changed && !negotiation_.is_tls13();
  }

  void record(const CapturedOctets& part, Bytes octets) {
    Side& side = side_of(part.from);
    RecordedRecord record;
    record.from = part.from;
    record.type = record::read_header(octets).type;
    record.at = part.at;
    record.octets = to_octets(octets);
    record.is_protected = is_protected(side, record.type);
    if (record.is_protected) {
      open(side, record);
    } else {
      record.content = to_octets(octets.subspan(record::header_size));
    }
    const ContentType type = record.opened ? record.type : ContentType::invalid;
    const Octets content = type == ContentType::handshake ? record.content : Octets();
    const bool is_protected = record.is_protected;
    keep(std::move(record));
    if (type == ContentType::change_cipher_spec && !is_protected) change_cipher_spec(part.from);
    if (type == ContentType::handshake) messages(part.from, content);
  }

  void open(Side& side, RecordedRecord& record) const {
    Octets copy = record.octets;
    const std::size_t most = negotiation_.is_tls13() ? record::max_inner_plaintext : record::max_plaintext;
    const auto opened = side.epochs.open(copy, negotiation_.version ? most : record::max_inner_plaintext);
    record.opened = opened.has_value();
    ++(opened ? side.opened : side.sealed);
    if (!opened) return;
    record.type = opened->type;
    record.content = to_octets(opened->content);
  }

  void keep(RecordedRecord record) {
    Recording& recording = result_.recording;
    if (recording.records.size() >= limits_.records || octets_ + record.octets.size() > limits_.octets) {
      ++recording.left_out;
      return;
    }
    octets_ += record.octets.size();
    recording.records.push_back(std::move(record));
  }

  void messages(Role from, Bytes content) {
    Side& side = side_of(from);
    if (side.messages_ended) return;
    if (!side.messages.add(content)) {
      side.messages_ended = true;
      remark(from, "a handshake message is too long to be one");
      return;
    }
    while (const auto next = side.messages.next()) message(from, *next);
    side.messages.release();
  }

  void message(Role from, const message::HandshakeMessage& whole) {
    if (whole.type == HandshakeType::client_hello && side_of(from).changed && !negotiation_.is_tls13()) {
      remark(from, "the connection is negotiated anew, which is not followed");
      return;
    }
    negotiation_.message(from, whole.whole);
    switch (whole.type) {
      case HandshakeType::client_hello: return client_hello();
      case HandshakeType::server_hello: return server_hello(message::is_hello_retry_request(whole.whole));
      case HandshakeType::end_of_early_data: return side_of(from).epochs.enter(handshake_label(from));
      case HandshakeType::finished:
        if (negotiation_.is_tls13()) side_of(from).epochs.enter(traffic_label(from));
        return;
      case HandshakeType::key_update:
        if (negotiation_.is_tls13()) side_of(from).epochs.update();
        return;
      default: return;
    }
  }

  // Which suite protects early data only the PSK knows: those that were offered and fit the secret are tried.
  void client_hello() {
    result_.recording.secrets = key_log_.find(negotiation_.client_random);
    const RecordedSecret* const early = secret(client_early);
    if (early == nullptr || !negotiation_.offers_early_data || negotiation_.version) return;
    for (const CipherSuite offered : negotiation_.offered_suites)
      expect(Role::client, client_early, schedule::suite_info(offered));
  }

  void server_hello(bool retry) {
    explain::Epochs& client = side_of(Role::client).epochs;
    if (retry) return client.forget(client_early);  // RFC 8446 §4.2.10: a retry refuses early data
    if (negotiation_.suite == nullptr) {
      remark(Role::server, "what " + to_string(negotiation_.cipher_suite) + " of " +
                               (negotiation_.version ? to_string(*negotiation_.version) : "TLS") +
                               " protects cannot be opened here");
      return;
    }
    if (!negotiation_.is_tls13()) return;
    for (const Role role : {Role::client, Role::server}) {
      expect(role, handshake_label(role), negotiation_.suite);
      expect(role, traffic_label(role), negotiation_.suite);
    }
    side_of(Role::server).epochs.enter(handshake_label(Role::server));
    if (!negotiation_.offers_early_data || negotiation_.hello_retry)
      client.enter(handshake_label(Role::client));
  }

  // The epoch of that label, if the key log has its secret and the suite goes with it.
  void expect(Role from, std::string_view label, const schedule::SuiteInfo* suite) {
    const RecordedSecret* const found = secret(label);
    if (found == nullptr || suite == nullptr || suite->version != ProtocolVersion::tls13) return;
    if (found->value.size() != crypto::digest_size(suite->hash)) return;
    side_of(from).epochs.expect(explain::epoch13(label, suite->hash, *suite->aead, found->value));
  }

  [[nodiscard]] const RecordedSecret* secret(std::string_view label) const {
    const auto& secrets = result_.recording.secrets;
    const auto found = std::ranges::find(secrets, label, &RecordedSecret::name);
    return found == secrets.end() ? nullptr : &*found;
  }

  // TLS 1.2: keys come into force here. In TLS 1.3 it means nothing (RFC 8446 §5).
  void change_cipher_spec(Role from) {
    Side& side = side_of(from);
    side.changed = true;
    const schedule::SuiteInfo* const suite = negotiation_.suite;
    const RecordedSecret* const master = secret(master_secret);
    if (suite == nullptr || suite->version != ProtocolVersion::tls12 || master == nullptr) return;
    if (master->value.size() != schedule::master_secret12_size) return;
    const schedule::KeyBlock12 block(*suite, crypto::HmacKey(suite->hash, master->value),
                                     negotiation_.client_random, negotiation_.server_random);
    record::RecordKey key =
        suite->aead ? record::RecordKey::tls12(*suite->aead, block.key(from), block.iv(from))
                    : record::RecordKey::tls12_cbc(suite->cbc->mac, block.mac_key(from), block.key(from),
                                                   negotiation_.encrypt_then_mac, system_random());
    side.epochs.begin({.label = master_secret, .key = std::move(key), .hash = suite->hash});
  }

  const KeyLogLines& key_log_;
  RecorderLimits limits_;
  Decoded result_;
  std::size_t octets_ = 0;
  std::array<Side, 2> sides_;
  explain::Negotiation negotiation_;
};

}  // namespace

Decoded decode(const std::vector<CapturedOctets>& stream, const KeyLogLines& key_log, RecorderLimits limits) {
  PassiveDecoder decoder(key_log, limits);
  for (const CapturedOctets& part : stream) decoder.add(part);
  return decoder.finish();
}

}  // namespace handfast::inspect
