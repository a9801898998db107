// The buffers between a connection and its transport.
#include <algorithm>
#include <utility>

#include <handfast/buffered.hpp>

namespace handfast {
namespace {

// A connection that talks little reads into this much; one that fills it gets twice as much the next time.
constexpr std::size_t smallest_input = 2048;

}  // namespace

BufferedConnection::BufferedConnection(Connection connection, BufferLimits limits) noexcept
    : connection_(std::move(connection)),
      limits_{std::max(limits.input, max_record), std::max(limits.output, min_output)},
      wanted_(smallest_input) {}
BufferedConnection::BufferedConnection(BufferedConnection&&) noexcept = default;
BufferedConnection& BufferedConnection::operator=(BufferedConnection&&) noexcept = default;
BufferedConnection::~BufferedConnection() = default;

// Afterwards the unconsumed octets stand at the front of a buffer that holds the whole record they begin.
void BufferedConnection::make_room() {
  const std::size_t held = end_ - begin_;
  const std::size_t size = std::max({wanted_, needed_, held + 1});
  if (input_size_ >= size && (held != 0 || input_size_ == size)) {
    if (begin_ != 0) std::memmove(input_.get(), input_.get() + begin_, held);
  } else {
    auto grown = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    copy(unconsumed(), {grown.get(), held});
    input_ = std::move(grown);
    input_size_ = size;
  }
  begin_ = 0;
  end_ = held;
}

MutableBytes BufferedConnection::input() {
  if (!plain_.empty()) return {};
  make_room();
  return {input_.get() + end_, input_size_ - end_};
}

void BufferedConnection::received(std::size_t count) noexcept {
  if (count == input_size_ - end_) {
    wanted_ = std::min(2 * input_size_, limits_.input);
  } else if (end_ + count <= input_size_ / 4) {
    wanted_ = std::max(input_size_ / 2, smallest_input);
  }
  end_ += count;
}

Result<> BufferedConnection::end_of_stream() noexcept { return connection_.end_of_stream(); }

Bytes BufferedConnection::output() {
  if (connection_.wants_to_transmit()) {
    if (!output_) {
      output_ = std::make_unique_for_overwrite<std::uint8_t[]>(min_output);
      output_size_ = min_output;
    }
    if (sent_ == filled_) sent_ = filled_ = 0;
    // Behind data that waits, too: close_notify goes out with the last of it. What does not fit comes next
    // time.
    if (filled_ < output_size_)
      filled_ += connection_.transmit({output_.get() + filled_, output_size_ - filled_});
  }
  return {output_.get() + sent_, filled_ - sent_};
}

void BufferedConnection::sent(std::size_t count) noexcept {
  sent_ += count;
  if (sent_ != filled_) return;
  output_.reset();
  output_size_ = sent_ = filled_ = 0;
}

Result<> BufferedConnection::advance(Time now) { return consume(now, Until::end_of_handshake); }

Result<> BufferedConnection::consume(Time now, Until until) {
  while (plain_.empty() && !closed_) {
    if (const auto& error = connection_.error()) return fail(*error);
    // The first data would free the summary: whoever waits for the handshake may take it before. An answer to
    // a question may have ended it, too.
    if (until != Until::data && !done_told_ && connection_.handshake_done()) {
      done_told_ = true;
      break;
    }
    if (end_ - begin_ < needed_) break;
    const auto received = connection_.receive({input_.get() + begin_, end_ - begin_}, now);
    if (!received) return fail(received.error());
    begin_ += received->used;
    needed_ = received->needed;
    plain_ = received->data;
    early_data_.insert(early_data_.end(), received->early_data.begin(), received->early_data.end());
    closed_ = received->closed;
    if (until == Until::early_data && !early_data_.empty()) break;
    if (received->used == 0) break;  // a question is open, or more has to come
  }
  return {};
}

Result<std::size_t> BufferedConnection::read(MutableBytes to, Time now) {
  std::size_t total = 0;
  while (total < to.size()) {
    if (plain_.empty()) {
      const auto advanced = consume(now, Until::data);
      if (plain_.empty()) {
        if (!advanced && total == 0) return fail(advanced.error());
        break;
      }
    }
    const std::size_t count = std::min(plain_.size(), to.size() - total);
    copy(plain_.first(count), to.subspan(total));
    plain_ = plain_.subspan(count);
    total += count;
  }
  return total;
}

Result<std::size_t> BufferedConnection::write(Bytes data) { return seal(data, &Connection::send); }

Result<std::size_t> BufferedConnection::write_early_data(Bytes data) {
  return seal(data, &Connection::send_early_data);
}

Result<std::size_t> BufferedConnection::write_half_rtt(Bytes data) {
  return seal(data, &Connection::send_half_rtt);
}

Result<std::size_t> BufferedConnection::read_early_data(MutableBytes to, Time now) {
  if (early_data_.empty() && !connection_.handshake_done()) {
    const auto advanced = consume(now, Until::early_data);
    if (!advanced && early_data_.empty()) return fail(advanced.error());
  }
  const std::size_t count = std::min(early_data_.size(), to.size());
  copy(Bytes(early_data_).first(count), to);
  early_data_.erase(early_data_.begin(), early_data_.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

Result<std::size_t> BufferedConnection::seal(Bytes data,
                                             Result<Sent> (Connection::*send)(Bytes, MutableBytes)) {
  // A record's overhead is far below 512 octets for each 16384 (min_output); padding never adds a record.
  const std::size_t records = data.size() / 16384 + 1;
  if (!output_) {
    output_size_ = std::min(limits_.output, (records + 1) * min_output);
    output_ = std::make_unique_for_overwrite<std::uint8_t[]>(output_size_);
  } else if (output_size_ - filled_ < min_output) {
    return 0;
  }
  const auto sent = (connection_.*send)(data, {output_.get() + filled_, output_size_ - filled_});
  if (!sent) {
    if (filled_ == sent_) this->sent(0);
    return fail(sent.error());
  }
  filled_ += sent->written;
  return sent->taken;
}

void BufferedConnection::rest() {
  if (sent_ != filled_ || !plain_.empty() || begin_ != end_) return;
  if (connection_.handshake_done()) connection_.rest();
}

}  // namespace handfast
