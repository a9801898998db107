// Which description explains which message, and the header around it.
#include "message/annotate.hpp"

#include "message/messages.hpp"

namespace handfast::message {
namespace {

using wire::FieldKind;
using wire::Recorder;

/// What the reader has to say after the body: the recorder is moved in and out again.
template <class T>
std::optional<Error> annotate_body(Recorder& recorder, Bytes body) {
  T value;
  wire::Reader<Recorder> reader(body, std::move(recorder));
  reader.read_whole(value);
  recorder = std::move(reader.observer());
  if (!reader.failed()) return std::nullopt;
  Error error = reader.error();
  if constexpr (wire::Message<T>) error.message = T::type;
  return error;
}

/// A described form of a message.
struct Form {
  const char* name;
  std::optional<Error> (*annotate)(Recorder& recorder, Bytes body);
};

template <class T>
constexpr Form form{T::name, &annotate_body<T>};

/// The ClientKeyExchange of the suite; of an unknown suite the form that fits.
const Form* client_key_exchange(Bytes message, CipherSuite suite) {
  const std::string_view name = name_of(suite);
  const Bytes body = message.subspan(wire::message_header_size);
  if (name.starts_with("TLS_RSA_")) return &form<EncryptedPreMasterSecret>;
  if (name.starts_with("TLS_ECDHE_")) return &form<ClientECDiffieHellmanPublic>;
  if (wire::decode<EncryptedPreMasterSecret>(body)) return &form<EncryptedPreMasterSecret>;
  return &form<ClientECDiffieHellmanPublic>;
}

const Form* form_of(Bytes message, const AnnotationContext& context) {
  const bool tls12 = context.version != ProtocolVersion::tls13;
  switch (static_cast<HandshakeType>(message[0])) {
    case HandshakeType::hello_request: return &form<HelloRequest>;
    case HandshakeType::client_hello: return &form<ClientHello>;
    case HandshakeType::server_hello:
      return is_hello_retry_request(message) ? &form<HelloRetryRequest> : &form<ServerHello>;
    case HandshakeType::new_session_ticket:
      return tls12 ? &form<NewSessionTicket12> : &form<NewSessionTicket>;
    case HandshakeType::end_of_early_data: return &form<EndOfEarlyData>;
    case HandshakeType::encrypted_extensions: return &form<EncryptedExtensions>;
    case HandshakeType::certificate:
      if (!tls12) return &form<Certificate>;
      return context.certificate_type == CertificateType::RawPublicKey ? &form<RawPublicKey12>
                                                                       : &form<Certificate12>;
    case HandshakeType::server_key_exchange: return &form<ServerKeyExchange>;
    case HandshakeType::certificate_request:
      return tls12 ? &form<CertificateRequest12> : &form<CertificateRequest>;
    case HandshakeType::server_hello_done: return &form<ServerHelloDone>;
    case HandshakeType::certificate_verify: return &form<CertificateVerify>;
    case HandshakeType::client_key_exchange: return client_key_exchange(message, context.cipher_suite);
    case HandshakeType::finished: return &form<Finished>;
    case HandshakeType::certificate_status: return &form<CertificateStatus>;
    case HandshakeType::key_update: return &form<KeyUpdate>;
    case HandshakeType::compressed_certificate: return &form<CompressedCertificate>;
    default: return nullptr;
  }
}

Annotation finish(Recorder& recorder, std::optional<Error> error) {
  return {.fields = recorder.take(), .error = error, .path_of_error = recorder.path_of_error()};
}

template <class T>
Annotation annotate_content(const char* name, Bytes octets) {
  Recorder recorder;
  recorder.open(name, 0);
  const auto error = annotate_body<T>(recorder, octets);
  recorder.close();
  return finish(recorder, error);
}

}  // namespace

Annotation annotate(Bytes message, const AnnotationContext& context) {
  const auto size = static_cast<std::uint32_t>(message.size());
  Recorder recorder;
  if (size < wire::message_header_size) {
    recorder.open("handshake", 0);
    recorder.damaged(ErrorCode::truncated);
    recorder.stopped(size);
    recorder.close();
    return finish(recorder, Error(ErrorCode::truncated));
  }

  const auto type = static_cast<HandshakeType>(message[0]);
  const std::uint32_t length = wire::load<3>(message.data() + 1);
  const Form* const form = form_of(message, context);
  recorder.open(form != nullptr ? form->name : to_string(type), 0);
  recorder.leaf("msg_type", 1, FieldKind::enumeration, wire::show(type));
  recorder.leaf("length", 3, FieldKind::length, std::to_string(length));
  recorder.begin_body();

  const Bytes rest = message.subspan(wire::message_header_size);
  const auto rest_size = static_cast<std::uint32_t>(rest.size());
  std::optional<Error> error;
  if (form != nullptr) error = form->annotate(recorder, rest.first(std::min(length, rest_size)));
  // What the header says about the length may be wrong, too.
  const auto stop = [&](ErrorCode code, std::uint32_t offset) {
    recorder.damaged(code);
    recorder.stopped(rest_size);
    if (error) return;
    error = Error(code);
    error->offset = offset;
  };
  if (form == nullptr) stop(ErrorCode::unexpected_message, 0);
  if (length > rest_size) stop(ErrorCode::truncated, rest_size);
  if (length < rest_size) stop(ErrorCode::trailing_data, length);
  if (error) error->message = type;
  recorder.close();
  return finish(recorder, error);
}

Annotation annotate_alert(Bytes octets) { return annotate_content<Alert>("alert", octets); }

Annotation annotate_change_cipher_spec(Bytes octets) {
  return annotate_content<ChangeCipherSpec>("change_cipher_spec", octets);
}

std::string locate(Bytes message, const AnnotationContext& context) {
  return annotate(message, context).path_of_error;
}

std::string path_of(const std::vector<wire::Field>& fields, std::size_t index) {
  // The enclosing groups are the nearest earlier fields of each smaller depth.
  std::vector<std::size_t> chain;
  std::size_t depth = std::size_t{fields[index].depth} + 1;
  for (std::size_t i = index + 1; i-- > 0 && depth > 0;) {
    if (fields[i].depth >= depth) continue;
    chain.push_back(i);
    depth = fields[i].depth;
  }
  std::string path;
  for (auto i = chain.rbegin(); i != chain.rend(); ++i) {
    if (!path.empty() && fields[*i].name.front() != '[') path += '.';
    path += fields[*i].name;
  }
  return path;
}

}  // namespace handfast::message
