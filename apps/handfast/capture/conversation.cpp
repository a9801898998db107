// Two streams, merged.
#include "capture/conversation.hpp"

#include <utility>

namespace handfast::capture {
namespace {

/// One direction on its way out.
class Outlet {
 public:
  Outlet(Role from, std::vector<Piece> pieces, std::optional<Position> start)
      : from_(from), pieces_(std::move(pieces)), reached_(start.value_or(0)) {}

  [[nodiscard]] bool empty() const noexcept { return next_ == pieces_.size(); }
  [[nodiscard]] Microseconds at() const noexcept { return pieces_[next_].at; }
  // The next piece answers something that has not come out of the other yet, and will.
  [[nodiscard]] bool waits_for(const Outlet& other) const noexcept {
    const auto& answers = pieces_[next_].answers;
    return !other.empty() && answers && *answers > other.reached_;
  }
  inspect::CapturedOctets take() {
    Piece& piece = pieces_[next_++];
    reached_ += piece.octets.size();
    return {from_, std::move(piece.octets), piece.at};
  }

 private:
  Role from_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  Position reached_;
};

}  // namespace

std::vector<inspect::CapturedOctets> interleave(std::vector<Piece> from_client,
                                                std::vector<Piece> from_server,
                                                std::optional<Position> client_start,
                                                std::optional<Position> server_start) {
  std::vector<inspect::CapturedOctets> merged;
  Outlet client(Role::client, std::move(from_client), client_start);
  Outlet server(Role::server, std::move(from_server), server_start);
  while (!client.empty() || !server.empty()) {
    bool client_first = server.empty() || (!client.empty() && client.at() <= server.at());
    if (!client.empty() && !server.empty()) {
      const bool client_waits = client.waits_for(server);
      const bool server_waits = server.waits_for(client);
      if (client_waits != server_waits) client_first = server_waits;
    }
    merged.push_back(client_first ? client.take() : server.take());
  }
  return merged;
}

}  // namespace handfast::capture
