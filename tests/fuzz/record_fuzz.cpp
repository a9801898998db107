// Fuzzing the record layer: any octets as records, as what stands inside protected records, and as the
// settings of a writer whose records must come back as they were.
#include <cstdlib>

#include "message/handshake_reader.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"

namespace {

using namespace handfast;
using namespace handfast::record;
using crypto::AeadAlgorithm;

/// Takes an input apart from its front; zeros when it is used up.
class Input {
 public:
  explicit Input(Bytes octets) noexcept : octets_(octets) {}
  std::uint8_t octet() noexcept {
    const Bytes one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  std::uint16_t number() noexcept {
    const std::uint8_t high = octet();
    return static_cast<std::uint16_t>(high << 8 | octet());
  }
  Bytes take(std::size_t size) noexcept {
    const Bytes part = octets_.first(std::min(size, octets_.size()));
    octets_ = octets_.subspan(part.size());
    return part;
  }
  [[nodiscard]] bool empty() const noexcept { return octets_.empty(); }
  Bytes rest() noexcept { return take(octets_.size()); }

 private:
  Bytes octets_;
};

void check(bool holds) {
  if (!holds) std::abort();
}

/// IVs of CBC.
class Counter final : public RandomSource {
 public:
  Result<> fill(MutableBytes output) noexcept override {
    for (std::uint8_t& octet : output) octet = next_++;
    return {};
  }

 private:
  std::uint8_t next_ = 0;
};

RecordKey make_cbc_key(std::uint8_t choice) {
  static Counter random;
  const auto mac = static_cast<crypto::HashAlgorithm>(choice % 3);
  const std::array<std::uint8_t, 48> octets{4, 5, 6};
  return RecordKey::tls12_cbc(mac, Bytes(octets).first(crypto::digest_size(mac)),
                              Bytes(octets).first(choice & 0x10 ? 32 : 16), (choice & 0x20) != 0, random);
}

RecordKey make_key(std::uint8_t choice) {
  if ((choice & 0xc0) == 0x40) return make_cbc_key(choice);
  const std::array<std::uint8_t, 32> octets{1, 2, 3};
  const auto aead = static_cast<AeadAlgorithm>(choice % 3);
  const Bytes key = Bytes(octets).first(crypto::key_size(aead));
  if (choice & 0x80) return RecordKey::tls13(aead, key, Bytes(octets).first(12));
  return RecordKey::tls12(aead, key, Bytes(octets).first(aead == AeadAlgorithm::chacha20_poly1305 ? 12 : 4));
}

void read_all(RecordReader& reader, MutableBytes input) {
  message::HandshakeReader messages;
  while (true) {
    const auto record = reader.read(input);
    if (!record) return;
    if (record->kind == Record::Kind::incomplete) {
      check(record->size > input.size());
      return;
    }
    check(record->size <= input.size() && record->content.size() <= max_plaintext);
    if (record->kind == Record::Kind::whole && record->type == ContentType::handshake) {
      if (!messages.add(record->content)) return;
      while (const auto message = messages.next()) check(message->whole.size() == 4 + message->body().size());
      check(messages.pending() <= message::MessageLimits{}.large + message::handshake_header_size);
    } else if (!messages.check_interleaving()) {
      return;
    }
    input = input.subspan(record->size);
  }
}

void read_unprotected(Input input) {
  RecordReader reader;
  if (input.octet() & 1) reader.skip_early_data(input.number());
  Octets octets = to_octets(input.rest());
  read_all(reader, octets);
}

void read_forged(Input input) {
  RecordReader reader;
  reader.install(make_key(input.octet()));
  if (input.octet() & 1) reader.skip_early_data(input.number());
  Octets octets = to_octets(input.rest());
  read_all(reader, octets);
}

// The peer holds the keys and is hostile: whatever it seals is judged, never trusted.
void read_genuine(Input input) {
  const std::uint8_t choice = input.octet();
  RecordKey peer = make_key(choice);
  RecordReader reader;
  reader.install(make_key(choice));
  reader.set_record_size_limit(input.number());
  Octets stream;
  while (!input.empty()) {
    const auto type = static_cast<ContentType>(input.octet());
    const std::size_t padding = choice & 0x80 ? input.octet() : 0U;
    const Bytes content = input.take(input.octet());
    Octets record(max_overhead + content.size() + padding);
    const auto size = peer.seal(type, content, padding, record);
    check(size.has_value());
    stream.insert(stream.end(), record.begin(), record.begin() + static_cast<std::ptrdiff_t>(*size));
  }
  read_all(reader, stream);
}

void write_and_read(Input input) {
  const std::uint8_t choice = input.octet();
  RecordWriter writer;
  RecordReader reader;
  writer.install(make_key(choice));
  reader.install(make_key(choice));
  writer.set_max_fragment(input.number());
  writer.set_record_size_limit(input.number());
  writer.set_padding(input.number());
  Octets room(input.number());
  const Bytes content = input.rest();
  const auto written = writer.write(ContentType::application_data, content, room);
  if (!written) return;
  check(written->written <= room.size() && written->taken <= content.size());
  if (written->taken == content.size()) check(written->written == writer.written_size(content.size()));
  Octets back;
  for (MutableBytes rest = MutableBytes(room).first(written->written); !rest.empty();) {
    const auto record = reader.read(rest);
    check(record && record->kind == Record::Kind::whole && record->type == ContentType::application_data);
    back.insert(back.end(), record->content.begin(), record->content.end());
    rest = rest.subspan(record->size);
  }
  check(equal(back, content.first(written->taken)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(Bytes(data, size));
  switch (input.octet() % 4) {
    case 0: read_unprotected(input); break;
    case 1: read_forged(input); break;
    case 2: read_genuine(input); break;
    default: write_and_read(input); break;
  }
  return 0;
}
