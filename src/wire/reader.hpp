// The parser that a message's description turns into: zero copy, strict bounds, one sticky error.
#pragma once
#include <handfast/error.hpp>

#include "wire/extension_block.hpp"

namespace handfast::wire {

/// What a reader tells to whoever watches it: nobody. The annotator watches (wire/annotator.hpp).
struct Unobserved {
  static constexpr bool active = false;
  void enter(const char* /*name*/, std::uint32_t /*at*/) const noexcept {}
  void enter_element(std::uint32_t /*at*/) const noexcept {}
  void enter_extension(std::uint32_t /*at*/) const noexcept {}
  void extension_type(ExtensionType /*type*/, std::uint32_t /*at*/) const noexcept {}
  void length_prefix(std::size_t /*width*/, std::uint32_t /*at*/, std::uint32_t /*value*/) const noexcept {}
  void damaged(ErrorCode /*code*/) const noexcept {}
  void stopped(std::uint32_t /*region_end*/) const noexcept {}
  template <class T>
  void leave(std::uint32_t /*at*/, const T& /*field*/) const noexcept {}
};

/// Reads the fields of a description: `io("name", field)`.
///
/// The first error stays: from then on every read returns at once with nothing, so a description needs no
/// ifs. The error knows the innermost named field and the octet at which the offending unit begins.
/// An active observer makes the reader go on behind a damaged vector, to explain what can be explained.
/// Clang has to be told what to inline, or a ClientHello takes it a quarter longer to read and half as long
/// again to write (wire/writer.hpp).
template <class Observer = Unobserved>
// [8446:6#5] What cannot be parsed is a decode_error, and values that cannot be are illegal_parameter
// [8446:6#6].
class Reader {
 public:
  explicit Reader(Bytes octets, Observer observer = {}) noexcept
      : cursor_(octets.data()),
        end_(octets.data() + octets.size()),
        origin_(octets.data()),
        observer_(std::move(observer)) {}

  [[nodiscard]] bool failed() const noexcept { return broken_; }
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  [[nodiscard]] const std::uint8_t* cursor() const noexcept { return cursor_; }
  [[nodiscard]] Observer& observer() noexcept { return observer_; }

  /// One named field of a description.
  template <class T>
  void operator()(const char* name, T& field) {
    const char* const outer = std::exchange(field_, name);
    if constexpr (Observer::active)
      if (!stopped_) observer_.enter(name, at());
    const bool before = stopped_;
    read(field);
    if constexpr (Observer::active)
      if (!before) observer_.leave(at(), field);
    field_ = outer;
  }

  /// A structure that takes all that is left; what it leaves over is an error.
  template <class T>
  void read_whole(T& structure) {
    within({cursor_, end_}, [&] { T::wire(*this, structure); });
  }

  /// A field of any type, without a name.
  template <class T>
  void read(T& field) {
    if constexpr (Number<T>) {
      read_number(field);
    } else if constexpr (is_fixed<T>) {
      field = take(T::size_on_wire);
    } else if constexpr (is_opaque<T>) {
      field = vector<T>();
    } else if constexpr (std::same_as<T, Rest>) {
      field = take(left());
    } else if constexpr (is_list<T>) {
      read_list(field);
    } else if constexpr (is_extension_block<T>) {
      read_extensions(field);
    } else {
      T::wire(*this, field);
    }
  }

 private:
  template <class R, class B>
  friend class ExtensionDispatch;

  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - cursor_); }
  [[nodiscard]] std::uint32_t offset(const std::uint8_t* p) const noexcept {
    return static_cast<std::uint32_t>(p - origin_);
  }
  [[nodiscard]] std::uint32_t at() const noexcept { return offset(cursor_); }

  /// Nothing more is read from here to the end of the innermost vector.
  [[gnu::cold, gnu::noinline]] void fail(ErrorCode code, const std::uint8_t* where) noexcept {
    if (stopped_) return;
    note(code, where);
    stopped_ = true;
    observer_.stopped(offset(end_));
    cursor_ = end_;
  }
  /// Keeps the first error.
  void note(ErrorCode code, const std::uint8_t* where) noexcept {
    observer_.damaged(code);
    if (broken_) return;
    broken_ = true;
    error_ = Error(code);
    error_.offset = offset(where);
    error_.field = field_;
    if (field_ == an_extension)  // its own name is looked up only here; name_of() returns literals
      if (const char* const known = name_of(extension_).data(); known != nullptr) error_.field = known;
  }

  template <class T>
  void read_number(T& field) {
    constexpr std::size_t width = number_width<T>();
    if (left() < width) [[unlikely]]
      return fail(ErrorCode::truncated, cursor_);
    const std::uint32_t number = load<width>(cursor_);
    if constexpr (is_between<T>)
      if (!T::holds(number)) [[unlikely]] {
        if constexpr (Observer::active)
          note(ErrorCode::illegal_value, cursor_);  // and show it
        else
          return fail(ErrorCode::illegal_value, cursor_);
      }
    field = from_number<T>(number);
    cursor_ += width;
  }

  [[gnu::always_inline]] Bytes take(std::size_t size) {
    if (left() < size) [[unlikely]] {
      fail(ErrorCode::truncated, cursor_);
      return {};
    }
    const Bytes octets(cursor_, size);
    cursor_ += size;
    return octets;
  }

  /// The length prefix of a vector type, checked, and its octets.
  template <class V>
  [[gnu::always_inline]] Bytes vector() {
    const std::uint8_t* const start = cursor_;
    if (left() < V::prefix) [[unlikely]] {
      fail(ErrorCode::truncated, start);
      return {};
    }
    std::size_t size = load<V::prefix>(start);
    observer_.length_prefix(V::prefix, at(), static_cast<std::uint32_t>(size));
    if constexpr (V::min > 0)
      if (size < V::min) [[unlikely]] {
        fail(ErrorCode::vector_too_short, start);
        return {};
      }
    if constexpr (V::max < largest<V::prefix>)
      if (size > V::max) [[unlikely]] {
        fail(ErrorCode::vector_too_long, start);
        return {};
      }
    if (left() - V::prefix < size) [[unlikely]] {
      if constexpr (Observer::active) {
        note(ErrorCode::truncated, start);
        size = left() - V::prefix;  // explain what is there
      } else {
        fail(ErrorCode::truncated, start);
        return {};
      }
    }
    cursor_ = start + V::prefix + size;
    return {start + V::prefix, size};
  }

  /// Narrows the reader to `inner` while `body` runs; what body leaves unread is an error.
  template <class F>
  [[gnu::always_inline]] void within(Bytes inner, F&& body) {
    if (stopped_) [[unlikely]]
      return;
    const std::uint8_t* const outer_end = end_;
    cursor_ = inner.data();
    end_ = inner.data() + inner.size();
    body();
    if (cursor_ != end_) [[unlikely]]
      fail(ErrorCode::trailing_data, cursor_);
    end_ = outer_end;
    if (!stopped_) [[likely]]
      return;
    if constexpr (Observer::active)
      stopped_ = false;  // the damage ends with the vector around it
    else
      cursor_ = end_;
  }

  template <class L>
  void read_list(L& list) {
    using Element = typename L::value_type;
    const std::uint8_t* const start = cursor_;
    const Bytes octets = vector<L>();
    if constexpr (Number<Element>) {
      constexpr std::size_t width = number_width<Element>();
      if constexpr (width > 1)
        if (octets.size() % width != 0) [[unlikely]]
          return within(octets, [&] { fail(ErrorCode::vector_not_multiple, start); });
    }
    if constexpr (!Number<Element> || is_between<Element> || Observer::active) {
      within(octets, [&] {
        while (cursor_ != end_) {
          Element element{};
          observer_.enter_element(at());
          read(element);
          observer_.leave(at(), element);
        }
      });
    }
    list = L::from_octets(octets);
  }

  template <class B>
  void read_extensions(B& block);

  static constexpr char an_extension[] = "extension";

  const std::uint8_t* cursor_;
  const std::uint8_t* end_;           // of the innermost vector that is being read
  const std::uint8_t* const origin_;  // where offsets count from
  const char* field_ = nullptr;       // innermost name; an_extension: the name of extension_
  ExtensionType extension_{};
  bool stopped_ = false;  // nothing more is read (an active observer starts the reader again)
  bool broken_ = false;   // error_ is set
  Error error_;
  [[no_unique_address]] Observer observer_;
};

/// Which types of extensions a block has held so far: exact for any number of them, in linear time.
///
/// A block of 64 KiB can hold 16,383 extensions, and an attacker chooses them. The usual handful of unknown
/// types is compared one by one; when there are more, one pass over the block with a bitmap (8 KiB of stack,
/// only then) decides for all of them.
class UnknownTypes {
 public:
  /// The start of the first duplicate, or null: `entry` is the next unknown extension of `block`.
  [[nodiscard]] const std::uint8_t* add(ExtensionType type, const std::uint8_t* entry, Bytes block) noexcept {
    if (count_ > few) return nullptr;  // the bitmap has spoken for all
    for (std::size_t i = 0; i < count_; ++i)
      if (types_[i] == type) return entry;
    if (count_++ < few) {
      types_[count_ - 1] = type;
      return nullptr;
    }
    return first_duplicate(block);
  }

 private:
  /// The start of the first entry whose type an earlier entry of the block has.
  static const std::uint8_t* first_duplicate(Bytes block) noexcept;

  static constexpr std::size_t few = 16;
  std::array<ExtensionType, few> types_;
  std::size_t count_ = 0;
};

/// Gives each received extension of a block to the member that it belongs to.
template <class R, class B>
class ExtensionDispatch {
 public:
  ExtensionDispatch(R& reader, B& block, Bytes octets) noexcept
      : reader_(reader), block_(block), octets_(octets) {}

  void run() {
    while (reader_.cursor_ != reader_.end_) {
      start_ = reader_.cursor_;
      reader_.observer_.enter_extension(reader_.at());
      one();
      reader_.observer_.leave(reader_.at(), Empty{});
    }
  }

  /// One member of the block: is the extension at hand its own?
  template <class Body>
  [[gnu::always_inline]] bool operator()(ExtensionType type, std::optional<Body>& member) {
    if (type != type_) return false;
    known(member);
    return true;
  }

 private:
  [[gnu::always_inline]] void one() {
    reader_.field_ = "extension_type";
    if (reader_.left() < 2) [[unlikely]]
      return reader_.fail(ErrorCode::truncated, start_);
    type_ = static_cast<ExtensionType>(load<2>(start_));
    reader_.observer_.extension_type(type_, reader_.at());
    reader_.extension_ = type_;
    reader_.field_ = reader_.an_extension;
    reader_.cursor_ = start_ + 2;
    const Bytes data = reader_.template vector<Opaque<2, 0, 0xffff>>();
    reader_.within(data, [&] {
      if (!B::wire(*this, block_)) unknown();
    });
  }

  template <class Body>
  void known(std::optional<Body>& member) {
    if (member) [[unlikely]]  // RFC 8446 §4.2 [8446:4.2#4,5] [5246:7.4.1.4#3]
      return reader_.fail(ErrorCode::duplicate_extension, start_);
    if (B::is_last(type_) && reader_.end_ != octets_.data() + octets_.size()) [[unlikely]]
      return reader_.fail(ErrorCode::extension_not_last, start_);
    Body::wire(reader_, member.emplace());
  }

  void unknown() {
    // RFC 8446 §4.2 [8446:4.2#3] [8446:4.3.1#2]: a known extension in the wrong message is refused, an
    // unknown one is kept.
    if (B::recognized(type_)) [[unlikely]]
      return reader_.fail(ErrorCode::extension_not_allowed, start_);
    if (const std::uint8_t* duplicate = unknown_.add(type_, start_, octets_); duplicate != nullptr)
        [[unlikely]] {
      reader_.extension_ = static_cast<ExtensionType>(load<2>(duplicate));
      return reader_.fail(ErrorCode::duplicate_extension, duplicate);
    }
    Rest data;
    reader_("extension_data", data);
  }

  R& reader_;
  B& block_;
  Bytes octets_;                         // of the whole block
  const std::uint8_t* start_ = nullptr;  // of the extension at hand
  ExtensionType type_{};
  UnknownTypes unknown_;
};

template <class Observer>
template <class B>
void Reader<Observer>::read_extensions(B& block) {
  if constexpr (B::when == Presence::optional)
    if (left() == 0) return;
  const char* const outer_field = field_;
  const ExtensionType outer_extension = extension_;
  const Bytes octets = vector<B>();
  within(octets, [&] {
    ExtensionDispatch<Reader, B>(*this, block, octets).run();
    field_ = outer_field;
  });
  extension_ = outer_extension;
  block.set_received(octets);
}

template <class T>
T decode_element(const std::uint8_t*& cursor, const std::uint8_t* end) noexcept {
  T element{};
  Reader<> reader(Bytes(cursor, end));
  reader.read(element);
  cursor = reader.cursor();
  return element;
}

}  // namespace handfast::wire
