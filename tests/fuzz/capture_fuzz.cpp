// Fuzzing captures: any packets and any key log become connections, and each a story whose fields cover every
// octet.
#include <cstdlib>

#include <handfast/capture.hpp>

#include "capture/packets.hpp"
#include "fuzz/capture_input.hpp"
#include "message/properties.hpp"

namespace {

using namespace handfast;

constexpr capture::Limits limits{.direction = 64U << 10U, .all = 256U << 10U, .connections = 8};

void check(bool holds) {
  if (!holds) std::abort();
}

void check_fields(const inspect::Story& story) {
  for (const auto& record : story.records)
    for (const auto& dump : record.dumps) check(test::broken_tree(dump.octets, dump.fields).empty());
}

void check_references(const inspect::Story& story) {
  for (const auto& step : story.steps) {
    for (const std::size_t message : step.messages) check(message < story.messages.size());
    for (const std::size_t record : step.records) check(record < story.records.size());
    for (const std::size_t derivation : step.derivations) check(derivation < story.derivations.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::CaptureInput::read(Bytes(data, size));
  capture::Packets packets(input.link, limits);
  capture::Microseconds at{};
  for (const Bytes frame : input.frames) packets.add(frame, at += capture::Microseconds{10});
  const auto key_log = inspect::KeyLogLines::parse(as_text(input.key_log));
  for (const auto& conversation : packets.finish()) {
    std::size_t octets = 0;
    for (const auto& part : conversation.stream) octets += part.octets.size();
    check(octets <= 2 * limits.direction);
    const inspect::Decoded decoded = inspect::decode(conversation.stream, key_log);
    const inspect::Story story = inspect::explain(decoded.recording);
    check_fields(story);
    check_references(story);
  }
  return 0;
}
