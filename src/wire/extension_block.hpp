// A block of extensions (RFC 8446 §4.2): the members that its message knows, everything else as it came, and
// the order in which they stand.
#pragma once
#include <array>
#include <optional>
#include <utility>

#include <handfast/types.hpp>

#include "wire/list.hpp"

namespace handfast::wire {

/// An extension that is not decoded: unknown to us, GREASE, or seen only as type and octets.
struct RawExtension {
  ExtensionType extension_type{};
  Opaque<2, 0, 0xffff> extension_data;

  static constexpr void wire(auto& io, auto& m) {
    io("extension_type", m.extension_type);
    io("extension_data", m.extension_data);
  }
};

/// One place in the order of a block that is written.
class ExtensionSlot {
 public:
  /// Here stands the member of this type, if it is set.
  static constexpr ExtensionSlot member(ExtensionType type) noexcept { return {Kind::member, type, {}}; }
  /// Here stand these octets, whatever they are.
  static constexpr ExtensionSlot raw(ExtensionType type, Bytes data) noexcept {
    return {Kind::raw, type, data};
  }
  /// Here stand all set members that no slot names, in the order of the table.
  static constexpr ExtensionSlot others() noexcept { return {Kind::others, {}, {}}; }

  enum class Kind : std::uint8_t { member, raw, others };
  [[nodiscard]] constexpr Kind kind() const noexcept { return kind_; }
  [[nodiscard]] constexpr ExtensionType type() const noexcept { return type_; }
  [[nodiscard]] constexpr Bytes data() const noexcept { return data_; }

 private:
  constexpr ExtensionSlot(Kind kind, ExtensionType type, Bytes data) noexcept
      : data_(data), type_(type), kind_(kind) {}
  Bytes data_;
  ExtensionType type_;
  Kind kind_;
};

/// Whether the whole block, length included, may be left out at the end of a message (TLS 1.2).
enum class Presence : bool { required, optional };

/// The block itself. `Known` declares a std::optional member for each extension that may stand here and
/// - `static constexpr bool wire(auto& io, auto& m)`: `io(type, m.member)` for each of them, joined by ||,
///   since a visitor that has found the one it looks for answers true,
/// - `static constexpr bool recognized(ExtensionType)`: whether Handfast knows the extension at all, so that
///   it must not stand here unless it is a member,
/// - optionally `static constexpr ExtensionType last`: a member that has to be the last of the block.
///
/// A decoded block re-encodes to the octets it came from: it keeps their order and what it does not know. A
/// block of one's own is written in the order of the description, or as set_order() says; `last` always
/// comes last.
template <class Known, Presence When, std::size_t Min = 0, std::size_t Max = 0xffff>
class ExtensionBlock : public Known {
 public:
  static constexpr std::size_t prefix = 2;
  static constexpr std::size_t min = Min;
  static constexpr std::size_t max = Max;
  static constexpr Presence when = When;
  using Received = List<RawExtension, prefix, min, max>;

  /// Every extension as it came, known or not, in order. Empty for a block of one's own.
  [[nodiscard]] const Received& received() const noexcept { return received_; }
  /// Whether the block itself was received (an empty one counts).
  [[nodiscard]] bool was_received() const noexcept { return was_received_; }
  /// Whether an extension of this type is set, was received, or stands in the order as raw octets.
  [[nodiscard]] bool contains(ExtensionType type) const noexcept {
    for (const RawExtension& entry : received_)
      if (entry.extension_type == type) return true;
    for (const ExtensionSlot& slot : order_)
      if (slot.kind() == ExtensionSlot::Kind::raw && slot.type() == type) return true;
    auto look = [type](ExtensionType known, const auto& member) {
      return known == type && member.has_value();
    };
    return Known::wire(look, *this);
  }

  /// Whether not even the length of the block is written (RFC 5246 §7.4.1.2): there is nothing in it.
  [[nodiscard]] bool is_absent() const noexcept {
    if (when == Presence::required || was_received_) return false;
    for (const ExtensionSlot& slot : order_)
      if (slot.kind() == ExtensionSlot::Kind::raw) return false;
    auto set = [](ExtensionType, const auto& member) { return member.has_value(); };
    return !Known::wire(set, *this);
  }

  /// The order for writing. Keeps a view: the slots must live until the message is encoded. Members that no
  /// slot names stand where others() is, or else after the last slot.
  void set_order(std::span<const ExtensionSlot> order) noexcept { order_ = order; }
  [[nodiscard]] std::span<const ExtensionSlot> order() const noexcept { return order_; }

  /// For the reader: the block was found, and these are its octets without the length.
  void set_received(Bytes octets) noexcept {
    received_ = Received::from_octets(octets);
    was_received_ = true;
  }

  static constexpr bool is_last(ExtensionType type) noexcept {
    if constexpr (requires { Known::last; })
      return type == Known::last;
    else
      return false;
  }

 private:
  Received received_;
  std::span<const ExtensionSlot> order_;
  bool was_received_ = false;
};

template <class T>
inline constexpr bool is_extension_block = false;
template <class K, Presence W, std::size_t A, std::size_t B>
inline constexpr bool is_extension_block<ExtensionBlock<K, W, A, B>> = true;

/// The types of a block's members in the order of its description.
template <class Known>
consteval auto extension_types() {
  constexpr std::size_t count = [] {
    std::size_t n = 0;
    auto counter = [&](ExtensionType, const auto&) { return ++n == 0; };
    const Known known{};
    Known::wire(counter, known);
    return n;
  }();
  std::array<ExtensionType, count> types{};
  std::size_t n = 0;
  auto collect = [&](ExtensionType type, const auto&) {
    types[n++] = type;
    return false;
  };
  const Known known{};
  Known::wire(collect, known);
  return types;
}

/// Walks the extensions of a block in the order in which they are written, calling sink.member(type, body)
/// or sink.raw(type, octets).
template <class Block, class Sink>
class ExtensionWalk {
 public:
  ExtensionWalk(const Block& block, Sink& sink) noexcept : block_(block), sink_(sink) {}

  void run() {
    if (block_.order().empty() && block_.received().empty()) [[likely]] {
      // The description's order, which has `last` in the last place.
      auto all = [this](ExtensionType type, const auto& member) {
        if (member) sink_.member(type, *member);
        return false;
      };
      Block::wire(all, block_);
    } else {
      run_in_order();
    }
  }

 private:
  void run_in_order() {
    for (const RawExtension& entry : block_.received())
      if (!emit(entry.extension_type)) sink_.raw(entry.extension_type, entry.extension_data);
    for (const ExtensionSlot& slot : block_.order()) {
      switch (slot.kind()) {
        case ExtensionSlot::Kind::member: emit(slot.type()); break;
        case ExtensionSlot::Kind::raw: sink_.raw(slot.type(), slot.data()); break;
        case ExtensionSlot::Kind::others: emit_others(); break;
      }
    }
    emit_others();
    auto last = [this](ExtensionType type, const auto& member) {
      if (Block::is_last(type) && member) sink_.member(type, *member);
      return false;
    };
    Block::wire(last, block_);
  }
  /// The member of this type, unless it has to be last. Whether there is such a member in this kind of block.
  bool emit(ExtensionType wanted) {
    auto one = [&](ExtensionType type, const auto& member) {
      if (type != wanted) return false;
      if (member && !Block::is_last(type)) sink_.member(type, *member);
      return true;
    };
    return Block::wire(one, block_);
  }
  /// The members that are set and have no place of their own; once.
  void emit_others() {
    if (std::exchange(others_done_, true)) return;
    auto other = [this, places = has_places()](ExtensionType type, const auto& member) {
      if (member && !Block::is_last(type) && !(places && has_place(type))) sink_.member(type, *member);
      return false;
    };
    Block::wire(other, block_);
  }
  /// Whether any member may have a place of its own.
  bool has_places() const {
    if (!block_.received().empty()) return true;
    for (const ExtensionSlot& slot : block_.order())
      if (slot.kind() == ExtensionSlot::Kind::member) return true;
    return false;
  }
  bool has_place(ExtensionType type) const {
    for (const RawExtension& entry : block_.received())
      if (entry.extension_type == type) return true;
    for (const ExtensionSlot& slot : block_.order())
      if (slot.kind() == ExtensionSlot::Kind::member && slot.type() == type) return true;
    return false;
  }

  const Block& block_;
  Sink& sink_;
  bool others_done_ = false;
};

}  // namespace handfast::wire
