// Records into messages, messages into facts.
#include "explain/dissection.hpp"

#include <algorithm>
#include <utility>

#include "explain/decompressed.hpp"
#include "explain/message_fields.hpp"
#include "explain/record_fields.hpp"
#include "message/messages.hpp"
#include "record/header.hpp"
#include "schedule/transcript.hpp"
#include "wire/codec.hpp"

namespace handfast::explain {
namespace {

using inspect::Dump;
using inspect::ExplainedMessage;
using inspect::ExplainedRecord;
using inspect::RecordedRecord;

/// What a side has sent of a message that is not complete.
struct Partial {
  Octets octets;
  std::size_t first_record = 0;
};

class Dissector {
 public:
  explicit Dissector(const inspect::Recording& recording) : recording_(recording) {}

  Dissection run() {
    for (std::size_t i = 0; i < recording_.records.size(); ++i) add(recording_.records[i], i);
    for (const Partial& partial : partial_)
      if (!partial.octets.empty())
        result_.remarks.emplace_back("A handshake message is not complete: its end was not seen.");
    if (recording_.left_out != 0)
      result_.remarks.push_back(std::to_string(recording_.left_out) +
                                " later records were counted and not kept.");
    return std::move(result_);
  }

 private:
  void add(const RecordedRecord& record, std::size_t index) {
    ExplainedRecord explained{record.from, record.type, record.is_protected, record.opened, record.at, {}};
    result_.records.push_back(std::move(explained));
    if (record.octets.size() < record::header_size) return;
    if (!record.is_protected) {
      FieldList fields;
      open_record(fields, record.octets);
      content(record, index, fields);
      fields.close();
      first_dump(index, {"On the wire", record.octets, fields.take()});
      return;
    }
    const RecordForm form{result_.suite, result_.encrypt_then_mac};
    const Dump outside{"On the wire, encrypted", record.octets, protected_record_fields(record.octets, form)};
    if (!record.opened) {
      event(Event::Kind::sealed, record, index);
      broken_ = true;
      result_.records[index].dumps.push_back(outside);
      return;
    }
    inside(record, index);
    first_dump(index, outside);
  }

  void first_dump(std::size_t index, Dump dump) {
    auto& dumps = result_.records[index].dumps;
    dumps.insert(dumps.begin(), std::move(dump));
  }

  void inside(const RecordedRecord& record, std::size_t index) {
    // Before a version is chosen only early data is protected.
    const bool tls13 = result_.version.value_or(ProtocolVersion::tls13) == ProtocolVersion::tls13;
    FieldList fields;
    fields.open(tls13 ? "TLSInnerPlaintext" : "plaintext");
    content(record, index, fields);
    Dump dump{"What was inside", record.content, {}};
    if (tls13) {
      fields.leaf("type", 1, FieldKind::enumeration, wire::show(record.type));
      dump.octets.push_back(static_cast<std::uint8_t>(record.type));
      if (const std::size_t padding = padding_of(record); padding != 0) {
        fields.leaf("zeros", padding, FieldKind::octets, std::to_string(padding) + " octets of padding");
        dump.octets.resize(dump.octets.size() + padding);
      }
    }
    fields.close();
    dump.fields = fields.take();
    first_dump(index, std::move(dump));
  }

  void content(const RecordedRecord& record, std::size_t index, FieldList& fields) {
    switch (record.type) {
      case ContentType::handshake: handshake(record, index, fields); return;
      case ContentType::alert:
        event(Event::Kind::alert, record, index);
        fields.splice(message::annotate_alert(record.content).fields);
        return;
      case ContentType::change_cipher_spec:
        event(Event::Kind::change_cipher_spec, record, index);
        fields.splice(message::annotate_change_cipher_spec(record.content).fields);
        return;
      default:
        event(Event::Kind::data, record, index);
        if (!record.content.empty())
          fields.leaf("application_data", record.content.size(), FieldKind::text,
                      wire::show_text(
                          Bytes(record.content).first(std::min<std::size_t>(record.content.size(), 256))));
    }
  }

  void event(Event::Kind kind, const RecordedRecord& record, std::size_t index, std::size_t message = 0) {
    result_.events.push_back({kind, record.from, index, message});
  }

  // Whole messages are shown in their record, parts as parts; what they make up is shown where it ends.
  void handshake(const RecordedRecord& record, std::size_t index, FieldList& fields) {
    Partial& partial = partial_[record.from == Role::server ? 1 : 0];
    Bytes rest = record.content;
    while (!rest.empty()) {
      const bool fresh = partial.octets.empty();
      if (fresh) partial.first_record = index;
      const std::size_t wanted = missing(partial.octets, rest);
      const Bytes taken = rest.first(std::min(wanted, rest.size()));
      rest = rest.subspan(taken.size());
      partial.octets.insert(partial.octets.end(), taken.begin(), taken.end());
      const bool whole = missing(partial.octets, {}) == 0;
      std::vector<Field> tree;
      if (whole) tree = message(record, index, partial);
      if (fresh && whole) {
        fields.splice(tree);
      } else {
        fields.leaf("part of a message", taken.size(), FieldKind::octets, wire::show_octets(taken));
        if (whole)
          result_.records[index].dumps.push_back(
              {"The message that ends here, from all its records", partial.octets, tree});
      }
      if (whole) decompress(partial.octets, record.from, index);
      if (whole) partial.octets.clear();
    }
  }

  // Octets that `begun` needs until its message is complete; `next` follows and may hold the length.
  static std::size_t missing(const Octets& begun, Bytes next) {
    Octets header = begun;
    header.insert(header.end(), next.begin(),
                  next.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(next.size(), 4)));
    if (header.size() < wire::message_header_size) return wire::message_header_size - begun.size();
    return wire::message_header_size + wire::load<3>(header.data() + 1) - begun.size();
  }

  std::vector<Field> message(const RecordedRecord& record, std::size_t index, const Partial& partial) {
    ExplainedMessage message;
    message.from = record.from;
    message.type = static_cast<HandshakeType>(partial.octets[0]);
    message.octets = partial.octets;
    message.first_record = partial.first_record;
    message.last_record = index;
    const message::AnnotationContext context{
        .version = result_.version.value_or(ProtocolVersion::tls13),
        .cipher_suite = result_.cipher_suite,
        .certificate_type = certificate_type_[record.from == Role::server]};
    if (message.type == HandshakeType::server_hello) read_server_hello(message.octets);
    MessageFields explained = message_fields(message.octets, context);
    message.name = explained.fields.front().name;
    message.error = explained.error;
    if (message.type == HandshakeType::client_hello) read_client_hello(message.octets);
    if (message.type == HandshakeType::server_key_exchange) read_key_exchange(message.octets);
    if (message.type == HandshakeType::encrypted_extensions) read_encrypted_extensions(message.octets);
    if (message.type == HandshakeType::certificate) read_certificate(message.octets, message.from);
    hash(message);
    event(Event::Kind::message, record, index, result_.messages.size());
    result_.messages.push_back(std::move(message));
    return std::move(explained.fields);
  }

  void read_client_hello(Bytes whole) {
    const auto hello = wire::decode<message::ClientHello>(whole.subspan(wire::message_header_size));
    if (!hello) return;
    copy(hello->random, result_.client_random);
    // A second hello cannot offer it any more [8446:4.2.10#5].
    result_.early_data = result_.early_data || hello->extensions.early_data.has_value();
    const auto& ticket = hello->extensions.session_ticket;
    result_.offered_ticket = ticket && !ticket->ticket.empty();
    if (!hello->extensions.server_name) return;
    for (const auto& name : hello->extensions.server_name->server_name_list)
      if (name.name_type == NameType::host_name) result_.server_name = std::string(name.host_name.text());
  }

  void read_server_hello(Bytes whole) {
    if (message::is_hello_retry_request(whole)) {
      result_.hello_retry = true;
      const auto retry = wire::decode<message::HelloRetryRequest>(whole.subspan(wire::message_header_size));
      if (retry) settle(ProtocolVersion::tls13, retry->cipher_suite);
      return;
    }
    const auto hello = wire::decode<message::ServerHello>(whole.subspan(wire::message_header_size));
    if (!hello) return;
    const auto& extensions = hello->extensions;
    settle(extensions.supported_versions ? extensions.supported_versions->selected_version
                                         : hello->legacy_version,
           hello->cipher_suite);
    copy(hello->random, result_.server_random);
    result_.extended_master_secret = extensions.extended_master_secret.has_value();
    result_.encrypt_then_mac = extensions.encrypt_then_mac.has_value();
    if (extensions.pre_shared_key) result_.psk = extensions.pre_shared_key->selected_identity;
    if (extensions.key_share) result_.group = extensions.key_share->server_share.group;
    read_certificate_types(extensions);
  }

  // RFC 7250 §4: what each side shows.
  void read_certificate_types(const auto& extensions) {
    if (extensions.client_certificate_type)
      certificate_type_[0] = extensions.client_certificate_type->client_certificate_type;
    if (extensions.server_certificate_type)
      certificate_type_[1] = extensions.server_certificate_type->server_certificate_type;
  }

  void read_key_exchange(Bytes whole) {
    const auto exchange = wire::decode<message::ServerKeyExchange>(whole.subspan(wire::message_header_size));
    if (exchange) result_.group = exchange->params.curve_params.namedcurve;
  }

  void read_encrypted_extensions(Bytes whole) {
    const auto answer = wire::decode<message::EncryptedExtensions>(whole.subspan(wire::message_header_size));
    if (!answer) return;
    result_.early_data_accepted = answer->extensions.early_data.has_value();
    read_certificate_types(answer->extensions);
  }

  void read_certificate(Bytes whole, Role from) {
    if (result_.version != ProtocolVersion::tls13) return;
    const auto certificate = wire::decode<message::Certificate>(whole.subspan(wire::message_header_size));
    if (!certificate || certificate->certificate_list.count() == 0) return;
    result_.delegated[from == Role::server ? 1 : 0] =
        certificate->certificate_list.front().extensions.delegated_credential.has_value();
  }

  // Shows what a CompressedCertificate stands for, behind it. RFC 8879 §3: there is none in TLS 1.2.
  void decompress(Bytes whole, Role from, std::size_t index) {
    const bool compressed = whole[0] == static_cast<std::uint8_t>(HandshakeType::compressed_certificate);
    if (!compressed || result_.version != ProtocolVersion::tls13) return;
    const std::size_t side = from == Role::server ? 1 : 0;
    // A side sends one in a handshake. A capture may say otherwise, and a few octets become many.
    if (std::exchange(tried_decompressing_[side], true))
      return remark_once("Only the first compressed certificate of a side is decompressed.");
    std::optional<Octets> certificate = decompressed_certificate(whole);
    if (!certificate) return remark_once("A compressed certificate does not decompress here.");
    MessageFields explained = message_fields(*certificate, {.version = ProtocolVersion::tls13,
                                                            .cipher_suite = result_.cipher_suite,
                                                            .certificate_type = certificate_type_[side]});
    if (explained.error) remark_once("What a compressed certificate decompresses to is no certificate.");
    read_certificate(*certificate, from);
    result_.decompressed[side] = certificate->size();
    result_.records[index].dumps.push_back(
        {"The Certificate that decompresses from it", *std::move(certificate), std::move(explained.fields)});
  }

  void remark_once(const char* remark) {
    if (std::ranges::find(result_.remarks, remark) == result_.remarks.end())
      result_.remarks.emplace_back(remark);
  }

  void settle(ProtocolVersion version, CipherSuite suite) {
    result_.version = version;
    result_.cipher_suite = suite;
    result_.suite = schedule::suite_info(suite);
  }

  // RFC 8446 §4.4.1. What follows the handshake is no part of it, nor is HelloRequest (RFC 5246 §7.4.1.1).
  void hash(ExplainedMessage& message) {
    const bool tls13 = result_.version == ProtocolVersion::tls13;
    const bool late = message.type == HandshakeType::key_update ||
                      (tls13 && message.type == HandshakeType::new_session_ticket);
    if (late || message.type == HandshakeType::hello_request || finished_[0] + finished_[1] == 2) {
      message.in_transcript = false;
      return;
    }
    const bool retry = message::is_hello_retry_request(message.octets);
    if (message.type == HandshakeType::server_hello) select_hash();
    if (retry && transcript_.selected()) transcript_.replace_with_message_hash();
    transcript_.add(message.octets);
    if (message.type == HandshakeType::finished) finished_[message.from == Role::server ? 1 : 0] = 1;
    if (transcript_.selected() && !broken_) message.transcript_hash = to_octets(transcript_.digest().view());
  }

  // What the hash of the first ClientHello is could not be told before.
  void select_hash() {
    if (result_.suite == nullptr || transcript_.selected()) return;
    transcript_.select(result_.suite->hash);
    if (result_.messages.size() == 1)
      result_.messages[0].transcript_hash = to_octets(transcript_.digest().view());
  }

  const inspect::Recording& recording_;
  Dissection result_;
  std::array<Partial, 2> partial_;
  schedule::Transcript transcript_;
  std::array<int, 2> finished_{};
  std::array<bool, 2> tried_decompressing_{};
  std::array<CertificateType, 2> certificate_type_{};  // of the client, of the server
  bool broken_ = false;                                // messages are missing
};

}  // namespace

std::optional<std::size_t> Dissection::find(HandshakeType type, Role from, bool last) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].type != type || messages[i].from != from) continue;
    if (messages[i].name == "hello_retry_request") continue;
    if (!found || last) found = i;
  }
  return found;
}

Dissection dissect(const inspect::Recording& recording) { return Dissector(recording).run(); }

}  // namespace handfast::explain
