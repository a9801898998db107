// When a server takes early data.
#include "handshake/server_early_data.hpp"

namespace handfast::handshake {
namespace {

// What stands in the way before anybody is asked whether it is a replay [8446:4.2.10#6,7]; empty: nothing.
std::string_view obstacle(const ServerHandshake& hs) {
  if (hs.settings().max_early_data_size == 0 || !hs.settings().replay_guard) return "this server takes none";
  if (!hs.psk) return "no PSK of the client's is taken";
  if (hs.psk->index != 0) return "it is under another PSK than the one that is taken";
  const EarlyDataTerms& terms = hs.psk->terms;
  if (terms.max_size == 0) return "the ticket allows none";
  // The client may have sent as much as it was promised.
  if (terms.max_size > hs.settings().max_early_data_size)
    return "the ticket allows more than this server takes";
  if (terms.cipher_suite != hs.choice.suite) return "the cipher suite is not the ticket's";
  if (terms.application_protocol != hs.summary.application_protocol)
    return "the application protocol is not the ticket's";
  return {};
}

// RFC 8446 §8.3: the age as the client tells it, without what hides it [8446:4.2.10#3].
EarlyDataClaim claim_of(const ServerHandshake& hs) {
  const message::OfferedPsks& offered = *hs.hello().extensions.pre_shared_key;
  EarlyDataClaim claim;
  claim.binder = offered.binders.front();
  if (!hs.psk->session) return claim;
  const Session& session = *hs.psk->session;
  claim.issued = session.issued;
  claim.claimed_age =
      std::chrono::milliseconds(offered.identities.front().obfuscated_ticket_age - session.age_add);
  claim.register_id = session.register_id;
  return claim;
}

}  // namespace

void reject_early_data(ServerHandshake& hs, std::string_view why) {
  hs.summary.early_data = EarlyData::rejected;
  hs.summary.early_data_reason = why;
}

Task<> judge_early_data(ServerHandshake& hs) {
  if (!hs.hello().extensions.early_data) co_return;
  if (const std::string_view why = obstacle(hs); !why.empty()) {
    reject_early_data(hs, why);
    co_return;
  }
  const EarlyDataClaim claim = claim_of(hs);
  Reply<EarlyDataVerdict> reply = hs.settings().replay_guard->check(claim, hs.now);
  if (reply.is_later()) {
    hs.question = EarlyDataQuestion{claim};
    co_await hs.answer("a verdict on early data");
  } else {
    hs.early_data_verdict = reply.take();
  }
  if (hs.early_data_verdict == EarlyDataVerdict::accepted) {
    hs.summary.early_data = EarlyData::accepted;
  } else {
    reject_early_data(hs, name_of(hs.early_data_verdict));
  }
}

}  // namespace handfast::handshake
