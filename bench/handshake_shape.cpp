// Watches one handshake to learn how long its messages and records are.
#include "handshake_shape.hpp"

#include <handfast/inspect.hpp>

#include "handfast_library.hpp"
#include "harness/measure.hpp"

namespace handfast::bench {
namespace {

class ShapeObserver final : public inspect::Observer {
 public:
  void message(const inspect::Message& message) noexcept override {
    shape_.messages.push_back({message.type, message.octets.size()});
  }
  void record(const inspect::Record& record) noexcept override {
    if (record.is_protected) shape_.protected_sizes.push_back(record.content.size());
  }
  [[nodiscard]] HandshakeShape& shape() noexcept { return shape_; }

 private:
  HandshakeShape shape_;
};

}  // namespace

HandshakeShape shape_of(const std::string& folder, const Scenario& scenario) {
  ShapeObserver observer;
  Scenario plain = scenario;
  plain.plain_keys = true;  // a table takes 20 ms to make and changes no length
  HandfastSetup setup(folder, plain);
  Link<HandfastLibrary> link(setup);
  Unwatched unwatched;
  if (scenario.resumed) {  // the session that is resumed
    link.shake_hands(unwatched, unwatched);
    link.client->advance();  // takes the ticket
    link.end(unwatched, unwatched);
  }
  setup.observe_client(&observer);
  link.shake_hands(unwatched, unwatched);
  if (scenario.resumed) link.client->advance();
  HandshakeShape shape = observer.shape();  // what ends the connections does not belong to it
  link.end(unwatched, unwatched);
  return shape;
}

}  // namespace handfast::bench
