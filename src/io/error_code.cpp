// The error category: an Error packed into the int of a std::error_code.
#include <handfast/error_code.hpp>

namespace handfast {
namespace {

// bits 0..14: ErrorCode + 1, so that no value is 0; bits 15..22: alert; bits 23..30: message
constexpr int alert_shift = 15;
constexpr int message_shift = 23;
constexpr int code_mask = (1 << alert_shift) - 1;

int pack(const Error& error) noexcept {
  return (static_cast<int>(error.code) + 1) | (static_cast<int>(error.alert) << alert_shift) |
         (static_cast<int>(error.message) << message_shift);
}

Error unpack(int value) noexcept {
  Error error(static_cast<ErrorCode>((value & code_mask) - 1),
              static_cast<AlertDescription>((value >> alert_shift) & 0xff));
  error.message = static_cast<HandshakeType>((value >> message_shift) & 0xff);
  return error;
}

class Category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "handfast"; }
  [[nodiscard]] std::string message(int value) const override { return describe(unpack(value)); }
  // An ErrorCode as a condition has neither alert nor message.
  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
    return {value & code_mask, *this};
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

std::error_code make_error_code(const Error& error) noexcept { return {pack(error), error_category()}; }

std::error_condition make_error_condition(ErrorCode code) noexcept {
  return {static_cast<int>(code) + 1, error_category()};
}

std::optional<Error> to_error(const std::error_code& code) noexcept {
  if (code.category() != error_category() || (code.value() & code_mask) == 0) return std::nullopt;
  return unpack(code.value());
}

}  // namespace handfast
