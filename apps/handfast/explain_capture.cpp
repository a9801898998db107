// Packets, connections, stories.
#include "explain_capture.hpp"

#include <algorithm>

#include <handfast/capture.hpp>

#include <fmt/format.h>

#include "capture/packets.hpp"
#include "files.hpp"
#include "packet_file.hpp"

namespace handfast::tool {
namespace {

// What a page or a terminal can still show of one connection.
constexpr inspect::RecorderLimits recorded_at_most{.records = 1000, .octets = 512U << 10U};
// A story takes many times the memory of its octets.
constexpr std::size_t explained_at_most = 100;

Outcome<inspect::KeyLogLines> read_key_log(const std::string& path) {
  if (path.empty()) return inspect::KeyLogLines();
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  auto lines = inspect::KeyLogLines::parse(as_text(*text));
  if (lines.size() == 0)
    return usage_failure(fmt::format("{} has no line of a key log", path),
                         "A line is a label, the client random and a secret, as SSLKEYLOGFILE has them.");
  return lines;
}

std::string count(std::uint64_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

// Why there may be less to see than expected.
std::vector<std::string> remarks_of(const capture::Packets& packets) {
  std::vector<std::string> remarks;
  const auto& passed_over = packets.passed_over();
  const auto& counts = packets.counts();
  if (passed_over.fragments != 0)
    remarks.push_back(fmt::format("{} of IP packets were passed over: they are not put together here.",
                                  count(passed_over.fragments, "fragment")));
  if (counts.begun != 0)
    remarks.push_back(fmt::format(
        "{} began before the capture: where their first record was not captured, nothing can be told.",
        count(counts.begun, "TCP connection")));
  if (counts.too_many != 0)
    remarks.push_back(
        fmt::format("{} more were not looked at: there are too many connections, or they are too long.",
                    count(counts.too_many, "segment")));
  return remarks;
}

std::unexpected<Failure> nothing_to_explain(const std::string& path, const capture::Packets& packets,
                                            const std::string& damage) {
  const auto& counts = packets.counts();
  std::string hint = fmt::format("It has {} with {}", count(packets.count(), "packet"),
                                 count(counts.connections, "TCP connection"));
  if (counts.begun != 0) hint += fmt::format("; {} began before the capture", counts.begun);
  if (counts.other > counts.begun)
    hint += fmt::format("; {} begin with something else than a TLS record", counts.other - counts.begun);
  if (counts.silent != 0) hint += fmt::format("; {} carry no data", counts.silent);
  if (packets.passed_over().fragments != 0)
    hint += fmt::format("; {} of IP packets were passed over",
                        count(packets.passed_over().fragments, "fragment"));
  if (!damage.empty()) hint += fmt::format("; then the file is damaged: {}", damage);
  return usage_failure(fmt::format("{} has no TLS connection that can be explained", path), hint + ".");
}

inspect::Story tell(const capture::Conversation& conversation, const inspect::KeyLogLines& key_log) {
  inspect::Decoded decoded = inspect::decode(conversation.stream, key_log, recorded_at_most);
  inspect::Story story = inspect::explain(decoded.recording);
  auto& remarks = story.remarks;
  remarks.insert(remarks.begin(), decoded.remarks.begin(), decoded.remarks.end());
  remarks.insert(remarks.begin(), conversation.remarks.begin(), conversation.remarks.end());
  return story;
}

}  // namespace

Outcome<ExplainedCapture> explain_capture(const ExplainOptions& options) {
  const auto key_log = read_key_log(options.key_log);
  if (!key_log) return std::unexpected(key_log.error());
  auto file = PacketFile::open(options.pcap);
  if (!file) return std::unexpected(file.error());
  capture::Packets packets(file->link());
  while (const auto packet = file->next()) packets.add(packet->octets, packet->at);

  const std::vector<capture::Conversation> conversations = packets.finish();
  if (conversations.empty()) return nothing_to_explain(options.pcap, packets, file->damage());
  if (options.connection > conversations.size())
    return usage_failure(fmt::format("there is no connection {} in {}", options.connection, options.pcap),
                         fmt::format("It has {}.", count(conversations.size(), "connection")));
  ExplainedCapture explained;
  explained.file = options.pcap;
  explained.all = conversations.size();
  explained.remarks = remarks_of(packets);
  if (!file->damage().empty())
    explained.failure = usage_failure(fmt::format("{} is damaged behind packet {}: {}", options.pcap,
                                                  packets.count(), file->damage()),
                                      "What was in front of it is explained.")
                            .error();
  const std::size_t first = options.connection != 0 ? options.connection - 1 : 0;
  const std::size_t wanted = options.connection != 0 ? 1 : conversations.size();
  for (std::size_t i = first; i < first + std::min(wanted, explained_at_most); ++i) {
    const capture::Conversation& told = conversations[i];
    explained.connections.push_back({.number = i + 1,
                                     .client = to_string(told.client),
                                     .server = to_string(told.server),
                                     .at = told.at,
                                     .story = tell(told, *key_log)});
  }
  if (wanted > explained_at_most)
    explained.remarks.push_back(
        fmt::format("Only the first {} connections are explained; --connection N takes any of the {}.",
                    explained_at_most, wanted));
  return explained;
}

std::string title(const ExplainedCapture& capture, const CapturedConnection& connection) {
  return fmt::format("Connection {} of {} in {}, from {} to {}", connection.number, capture.all, capture.file,
                     connection.client, connection.server);
}

}  // namespace handfast::tool
