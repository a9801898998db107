// Tickets into sessions.
#include "engine/resumption.hpp"

#include <algorithm>

namespace handfast::engine {

void Resumption::keep(const message::NewSessionTicket& ticket, Time now) const {
  // RFC 8446 §4.6.1: zero means at once; more than a week is not kept [8446:4.6.1#5].
  if (ticket.ticket_lifetime == 0) return;
  Session session = pattern.clone();
  session.secret.assign(
      schedule::resumption_psk(hash, resumption_master_secret.view(), ticket.ticket_nonce).view());
  session.issued = now;
  session.lifetime = std::min(std::chrono::seconds(ticket.ticket_lifetime), Session::longest_lifetime);
  session.age_add = ticket.ticket_age_add;
  if (ticket.extensions.early_data)
    session.max_early_data_size = ticket.extensions.early_data->max_early_data_size;
  session.ticket = to_octets(ticket.ticket);
  store->put(key, std::move(session), now);
}

}  // namespace handfast::engine
