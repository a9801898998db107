// A channel that is watched: each record is told when it is sealed, or when it is opened, each late message
// as it is.
#include "engine/channel.hpp"
#include "record/header.hpp"

namespace handfast::engine {
namespace {

// Opening works in place, so the octets as they came are copied before.
Octets first_record(Bytes input) {
  if (input.size() < record::header_size) return {};
  return to_octets(input.first(std::min(input.size(), record::read_header(input).size())));
}

}  // namespace

Result<record::Record> Channel::read_observed(MutableBytes input) {
  const Octets wire = first_record(input);
  const auto record = receiving.reader.read(input);
  if (record && record->kind == record::Record::Kind::whole)
    observer->record({.from = peer(),
                      .type = record->type,
                      .is_protected = record->is_protected,
                      .octets = wire,
                      .content = record->content});
  return record;
}

Result<record::Written> Channel::write_observed(ContentType type, Bytes content, MutableBytes output) {
  record::Written all;
  // One record at a time, so that each can be told with its content.
  while (all.taken < content.size()) {
    const Bytes rest = content.subspan(all.taken);
    const Bytes piece = rest.first(std::min(rest.size(), sending.writer.max_content()));
    const MutableBytes room = output.subspan(all.written);
    const auto one = sending.writer.write(type, piece, room);
    if (!one && all.written == 0) return one;
    if (!one || one->written == 0) break;
    observer->record({.from = role_,
                      .type = type,
                      .is_protected = sending.writer.key() != nullptr,
                      .octets = room.first(one->written),
                      .content = piece.first(one->taken)});
    all.taken += one->taken;
    all.written += one->written;
    if (one->taken < piece.size()) break;
  }
  return all;
}

void Channel::tell_late_message(Role from, HandshakeType type, Bytes message) const {
  if (observer != nullptr)
    observer->message({.from = from, .type = type, .octets = message, .transcript_hash = {}});
}

}  // namespace handfast::engine
