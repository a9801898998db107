// Which segment belongs where, and which connections are of interest.
#include "capture/connections.hpp"

#include <algorithm>

#include <handfast/types.hpp>

namespace handfast::capture {
namespace {

// A header of a record, or as much of one as there is (RFC 8446 §5.1).
bool may_begin_tls(Bytes octets) noexcept {
  const bool type = octets[0] >= static_cast<std::uint8_t>(ContentType::change_cipher_spec) &&
                    octets[0] <= static_cast<std::uint8_t>(ContentType::application_data);
  return type && (octets.size() < 2 || octets[1] == 3) && (octets.size() < 3 || octets[2] <= 4);
}

// The type of the message in the first record; none: there is no handshake message.
std::optional<HandshakeType> first_message(Bytes octets) noexcept {
  constexpr std::size_t header_size = 5;
  if (octets.size() <= header_size || octets[0] != static_cast<std::uint8_t>(ContentType::handshake))
    return std::nullopt;
  return static_cast<HandshakeType>(octets[header_size]);
}

void remark(std::vector<std::string>& remarks, Role from, const Assembled& stream, bool cut) {
  const std::string who = "From the " + std::string(name_of(from)) + ": ";
  if (stream.missing != 0) {
    std::string text = who + std::to_string(stream.missing) + " octets are not in the capture";
    if (stream.behind != 0)
      text += ", and the " + std::to_string(stream.behind) + " behind them cannot be read without them";
    if (cut) text += "; packets were captured only in part";
    remarks.push_back(text + ".");
  }
  if (stream.left_out != 0)
    remarks.push_back(who + "the last " + std::to_string(stream.left_out) + " octets were not kept.");
}

}  // namespace

void Connections::add(const Segment& segment, Microseconds at) {
  Connection* const connection = find(segment, at);
  if (connection == nullptr) {
    ++counts_.too_many;
    return;
  }
  if (connection->is_other) return;
  const std::size_t sender = connection->flows[0].source == segment.source ? 0 : 1;
  if (segment.syn) note_start(*connection, sender, segment);
  take(*connection, sender, segment, at);
}

Connections::Connection* Connections::find(const Segment& segment, Microseconds at) {
  const Key key = std::minmax(segment.source, segment.destination);
  const auto known = current_.find(key);
  if (known == current_.end()) return create(key, at);
  // A SYN that does not fit begins another connection between the same ports.
  Connection& connection = *known->second;
  const std::size_t sender = connection.flows[0].source == segment.source ? 0 : 1;
  const bool again =
      segment.syn && !segment.acknowledgment &&
      (connection.is_other || !connection.flows[sender].stream.may_start_with(segment.sequence) ||
       (!connection.client && connection.flows[sender].has_octets));
  return again ? create(key, at) : &connection;
}

Connections::Connection* Connections::create(const Key& key, Microseconds at) {
  if (all_.size() >= limits_.connections) {
    current_.erase(key);
    return nullptr;
  }
  ++counts_.connections;
  all_.push_back(std::make_unique<Connection>(Connection{
      .flows = {Flow{key.first, Stream(limits_.direction)}, Flow{key.second, Stream(limits_.direction)}},
      .at = at}));
  return current_[key] = all_.back().get();
}

void Connections::note_start(Connection& connection, std::size_t sender, const Segment& segment) {
  connection.flows[sender].stream.start(segment.sequence);
  connection.client = segment.acknowledgment ? 1 - sender : sender;
}

void Connections::take(Connection& connection, std::size_t sender, const Segment& segment, Microseconds at) {
  Flow& flow = connection.flows[sender];
  Stream& other = connection.flows[1 - sender].stream;
  std::optional<Position> answers;
  if (segment.acknowledgment) {
    other.acknowledge(*segment.acknowledgment);
    answers = other.position(*segment.acknowledgment);
  }
  const std::uint32_t first = segment.sequence + (segment.syn ? 1 : 0);
  if (segment.fin)
    flow.stream.finish(first + static_cast<std::uint32_t>(segment.payload.size() + segment.cut));
  flow.cut = flow.cut || segment.cut != 0;
  if (segment.payload.empty()) return;
  const std::size_t before = flow.stream.cost();
  if (cost_ >= limits_.all) {
    ++counts_.too_many;
    return;
  }
  flow.stream.add(first, segment.payload, at - connection.at, answers);
  cost_ += flow.stream.cost() - before;
  if (!std::exchange(flow.has_octets, true) || !flow.stream.first_octets().empty()) judge(connection);
}

// Without a SYN the first octets that are seen decide: they begin a record, or nothing here can be read.
void Connections::judge(Connection& connection) {
  for (const Flow& flow : connection.flows) {
    const Bytes first = flow.stream.first_octets();
    connection.is_other = connection.is_other || (!first.empty() && !may_begin_tls(first));
  }
  if (!connection.is_other) return;
  ++counts_.other;
  if (!connection.client) ++counts_.begun;
  for (Flow& flow : connection.flows) {
    cost_ -= flow.stream.cost();
    flow.stream.close();
  }
}

Conversation Connections::tell(Connection& connection) {
  std::array<std::optional<Position>, 2> starts;
  std::array<Assembled, 2> streams;
  for (const std::size_t i : {0U, 1U}) {
    starts[i] = connection.flows[i].stream.beginning();
    streams[i] = connection.flows[i].stream.assemble();
  }
  std::size_t client = connection.flows[0].source.port < connection.flows[1].source.port ? 1 : 0;
  for (const std::size_t i : {0U, 1U}) {
    if (streams[i].pieces.empty()) continue;
    const auto message = first_message(streams[i].pieces.front().octets);
    if (message == HandshakeType::client_hello) client = i;
    if (message == HandshakeType::server_hello) client = 1 - i;
  }
  client = connection.client.value_or(client);
  const std::size_t server = 1 - client;
  Conversation told{connection.flows[client].source, connection.flows[server].source, connection.at};
  remark(told.remarks, Role::client, streams[client], connection.flows[client].cut);
  remark(told.remarks, Role::server, streams[server], connection.flows[server].cut);
  told.stream = interleave(std::move(streams[client].pieces), std::move(streams[server].pieces),
                           starts[client], starts[server]);
  return told;
}

std::vector<Conversation> Connections::finish() {
  std::vector<Conversation> found;
  for (const auto& connection : all_) {
    if (connection->is_other) continue;
    if (!connection->flows[0].has_octets && !connection->flows[1].has_octets) {
      ++counts_.silent;
      continue;
    }
    found.push_back(tell(*connection));
  }
  return found;
}

}  // namespace handfast::capture
