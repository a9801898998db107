// One case of the x509-limbo suite. Everything that decides is a field of the case; its id is not looked at.
#include "x509/limbo_case.hpp"

#include <charconv>

#include <handfast/certificate.hpp>

namespace handfast::test {
namespace {

using nlohmann::json;

int number(std::string_view text, std::size_t at, std::size_t size) {
  int value = -1;
  if (at + size <= text.size()) std::from_chars(text.data() + at, text.data() + at + size, value);
  return value;
}

/// ISO 8601 with an offset: 2024-03-01T00:00:00.999+00:00.
std::optional<Time> parse_time(std::string_view text) {
  using namespace std::chrono;
  const year_month_day date{year{number(text, 0, 4)}, month{static_cast<unsigned>(number(text, 5, 2))},
                            day{static_cast<unsigned>(number(text, 8, 2))}};
  if (!date.ok() || text.size() < 20) return std::nullopt;
  milliseconds time =
      hours{number(text, 11, 2)} + minutes{number(text, 14, 2)} + seconds{number(text, 17, 2)};
  text.remove_prefix(19);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    for (int weight = 100; !text.empty() && text[0] >= '0' && text[0] <= '9';
         weight /= 10, text.remove_prefix(1))
      time += milliseconds{weight * (text[0] - '0')};
  }
  if (text.empty()) return std::nullopt;
  if (text[0] != 'Z') {
    const auto offset = hours{number(text, 1, 2)} + minutes{number(text, 4, 2)};
    time -= text[0] == '-' ? -offset : offset;
  }
  return sys_days{date} + time;
}

std::uint16_t key_usage_bits(const json& names) {
  static const std::map<std::string, std::uint16_t> bits = {
      {"digitalSignature", x509::KeyUsage::digital_signature},
      {"contentCommitment", x509::KeyUsage::non_repudiation},
      {"nonRepudiation", x509::KeyUsage::non_repudiation},
      {"keyEncipherment", x509::KeyUsage::key_encipherment},
      {"dataEncipherment", x509::KeyUsage::data_encipherment},
      {"keyAgreement", x509::KeyUsage::key_agreement},
      {"keyCertSign", x509::KeyUsage::key_cert_sign},
      {"cRLSign", x509::KeyUsage::crl_sign},
      {"encipherOnly", x509::KeyUsage::encipher_only},
      {"decipherOnly", x509::KeyUsage::decipher_only},
  };
  std::uint16_t wanted = 0;
  for (const json& name : names)
    if (const auto found = bits.find(name.get<std::string>()); found != bits.end())
      wanted = static_cast<std::uint16_t>(wanted | found->second);
  return wanted;
}

/// The field, or an empty list where it is missing or null.
const json& list_of(const json& testcase, const char* field) {
  static const json none = json::array();
  const auto found = testcase.find(field);
  return found == testcase.end() || found->is_null() ? none : *found;
}

struct Blobs {
  std::vector<Octets> owned;
  std::vector<Bytes> views;

  void seal() { views.assign(owned.begin(), owned.end()); }
};

Blobs read_chain(const json& testcase) {
  Blobs chain;
  const auto add = [&](const json& pem) {
    // What is no PEM is a certificate that does not parse.
    auto read = x509::read_certificates(as_bytes(pem.get_ref<const std::string&>()));
    if (!read) return chain.owned.emplace_back(Octets{0}), void();
    for (Octets& der : *read) chain.owned.push_back(std::move(der));
  };
  add(testcase.at("peer_certificate"));
  for (const json& pem : list_of(testcase, "untrusted_intermediates")) add(pem);
  chain.seal();
  return chain;
}

Blobs read_lists(const json& testcase) {
  Blobs lists;
  for (const json& pem : list_of(testcase, "crls")) {
    auto read = x509::read_crls(as_bytes(pem.get_ref<const std::string&>()));
    if (!read) lists.owned.push_back(Octets{0});
    if (read)
      for (Octets& der : *read) lists.owned.push_back(std::move(der));
  }
  lists.seal();
  return lists;
}

std::shared_ptr<const TrustStore> read_roots(const json& testcase) {
  TrustStore::Builder builder;
  for (const json& pem : list_of(testcase, "trusted_certs"))
    static_cast<void>(builder.add_pem(as_bytes(pem.get_ref<const std::string&>())));
  return builder.build();
}

/// The names that the case wants to find.
struct WantedNames {
  std::vector<ServerName> hosts;
  std::vector<std::string> mailboxes;
  std::string unusable;  ///< a name that is none
};

WantedNames read_names(const json& testcase) {
  WantedNames wanted;
  const auto add = [&](const json& peer) {
    const auto kind = peer.at("kind").get<std::string>();
    auto value = peer.at("value").get<std::string>();
    if (kind == "RFC822") {
      wanted.mailboxes.push_back(std::move(value));
    } else if (auto name = ServerName::parse(value); name && name->is_dns() == (kind == "DNS")) {
      wanted.hosts.push_back(std::move(*name));
    } else {
      wanted.unusable = value;
    }
  };
  if (const auto one = testcase.find("expected_peer_name"); one != testcase.end() && !one->is_null())
    add(*one);
  for (const json& peer : list_of(testcase, "expected_peer_names")) add(peer);
  return wanted;
}

x509::Purpose purpose_of(const json& testcase) {
  bool server = testcase.at("validation_kind") == "SERVER";
  for (const json& usage : list_of(testcase, "extended_key_usage")) {
    if (usage == "serverAuth") server = true;
    if (usage == "clientAuth") server = false;
    if (usage == "anyExtendedKeyUsage") return x509::Purpose::any;
  }
  return server ? x509::Purpose::server : x509::Purpose::client;
}

LimboAnswer answer_of(x509::Verification verification) {
  LimboAnswer answer;
  answer.kind = verification.ok() ? LimboAnswer::Kind::accept : LimboAnswer::Kind::reject;
  if (!verification.ok()) answer.reason = describe(verification.error);
  answer.verification = std::move(verification);
  return answer;
}

}  // namespace

LimboRunner::LimboRunner(x509::Profile profile) : profile_(profile) {
  if (auto list = x509::PublicSuffixList::system()) suffixes_ = *list;
}

LimboAnswer LimboRunner::answer(const json& testcase, Time now) const {
  const Blobs chain = read_chain(testcase);
  const Blobs lists = read_lists(testcase);
  const auto roots = read_roots(testcase);
  const WantedNames wanted = read_names(testcase);
  if (!wanted.unusable.empty())
    return {LimboAnswer::Kind::reject, "the wanted name is none: " + wanted.unusable, {}};
  std::vector<std::string_view> mailboxes(wanted.mailboxes.begin(), wanted.mailboxes.end());

  x509::VerificationRequest request;
  request.chain = chain.views;
  request.trust = roots.get();
  request.mailboxes = mailboxes;
  request.purpose = purpose_of(testcase);
  request.key_usage = key_usage_bits(list_of(testcase, "key_usage"));
  request.now = now;
  if (const auto time = testcase.find("validation_time"); time != testcase.end() && time->is_string())
    request.now = parse_time(time->get_ref<const std::string&>()).value_or(now);
  request.profile = profile_;
  request.public_suffixes = suffixes_.get();
  request.crls = lists.views;
  if (!lists.views.empty()) request.revocation = x509::Revocation::where_provided;
  if (const auto depth = testcase.find("max_chain_depth");
      depth != testcase.end() && depth->is_number_unsigned())
    request.max_intermediates = static_cast<std::uint8_t>(std::min<unsigned>(depth->get<unsigned>(), 255));

  // Each of several names has to be found.
  request.name = wanted.hosts.empty() ? nullptr : &wanted.hosts[0];
  x509::Verification verification = x509::verify(request);
  for (std::size_t i = 1; i < wanted.hosts.size() && verification.ok(); ++i) {
    request.name = &wanted.hosts[i];
    verification = x509::verify(request);
  }
  return answer_of(std::move(verification));
}

}  // namespace handfast::test
