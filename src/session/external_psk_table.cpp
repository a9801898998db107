// A server's table of external PSKs.
#include <unordered_map>

#include <handfast/external_psk.hpp>

#include "session/private_file.hpp"
#include "session/secret_text.hpp"

namespace handfast {
namespace {

std::unexpected<Error> malformed(const char* what, std::uint32_t offset) noexcept {
  Error error(ErrorCode::stored_state_malformed, what);
  error.offset = offset;
  return fail(error);
}

bool is_comment(Bytes line) noexcept {
  return line.empty() || (line[0] == '#' && (line.size() == 1 || line[1] == ' ' || line[1] == '#'));
}

/// What is wrong with the line, or null.
const char* read_line(Bytes line, ExternalPsk& psk) {
  // The last colon: an identity may hold others.
  const auto colon = std::find(line.rbegin(), line.rend(), ':');
  if (colon == line.rend()) return "a line is identity:key";
  const Bytes key(colon.base(), line.end());
  Bytes identity(line.begin(), colon.base() - 1);
  psk.key.resize(key.size() / 2);
  if (!session::parse_hex(key, psk.key)) return "a key is a row of pairs of hexadecimal digits";
  if (identity.empty() || identity[0] != '#') {
    psk.identity = to_octets(identity);
    return nullptr;
  }
  identity = identity.subspan(1);
  psk.identity.resize(identity.size() / 2);
  return session::parse_hex(identity, psk.identity) ? nullptr
                                                    : "after # an identity is pairs of hexadecimal digits";
}

}  // namespace

struct ExternalPskTable::Contents {
  std::vector<ExternalPsk> psks;
  std::unordered_map<std::string_view, const ExternalPsk*> by_identity;  // views of psks
};

ExternalPskStore::~ExternalPskStore() = default;

ExternalPskTable::ExternalPskTable(std::unique_ptr<Contents> contents) noexcept
    : contents_(std::move(contents)) {}
ExternalPskTable::~ExternalPskTable() = default;

Result<std::shared_ptr<ExternalPskTable>> ExternalPskTable::make(std::vector<ExternalPsk> psks) {
  auto contents = std::make_unique<Contents>();
  contents->psks = std::move(psks);
  for (const ExternalPsk& psk : contents->psks) {
    if (auto usable = psk.check(); !usable) return fail(usable.error());
    if (!contents->by_identity.emplace(as_text(psk.identity), &psk).second)
      return fail(ErrorCode::invalid_argument, "external PSK: two have one identity");
  }
  return std::shared_ptr<ExternalPskTable>(new ExternalPskTable(std::move(contents)));
}

Result<std::shared_ptr<ExternalPskTable>> ExternalPskTable::parse(Bytes text) {
  std::vector<ExternalPsk> psks;
  session::Lines lines(text);
  while (const auto line = lines.next()) {
    if (is_comment(*line)) continue;
    ExternalPsk psk;
    if (const char* const wrong = read_line(*line, psk)) return malformed(wrong, lines.offset());
    if (auto usable = psk.check(); !usable) return malformed(usable.error().detail, lines.offset());
    psks.push_back(std::move(psk));
  }
  return make(std::move(psks));
}

Result<std::shared_ptr<ExternalPskTable>> ExternalPskTable::load(const std::string& path) {
  const auto text = session::read_private_file(path);
  if (!text) return fail(text.error());
  return parse(*text);
}

Reply<std::optional<ExternalPsk>> ExternalPskTable::find(Bytes identity) {
  const auto found = contents_->by_identity.find(as_text(identity));
  if (found == contents_->by_identity.end()) return std::optional<ExternalPsk>();
  return std::optional(found->second->clone());
}

std::size_t ExternalPskTable::size() const noexcept { return contents_->psks.size(); }

}  // namespace handfast
