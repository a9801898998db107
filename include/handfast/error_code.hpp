// Errors as std::error_code, for interfaces that speak it (asio).
#pragma once
#include <optional>
#include <system_error>

#include <handfast/error.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// The category "handfast". Its values carry an Error's code, alert and message; field, offset and detail
/// stay with the object that failed. message() is what describe() says of these.
[[nodiscard]] const std::error_category& error_category() noexcept;

/// Never the value 0. Two of them are equal when code, alert and message are; compared with an ErrorCode,
/// only the code counts: `if (error == handfast::ErrorCode::truncated_stream)`.
[[nodiscard]] std::error_code make_error_code(const Error& error) noexcept;

/// Makes ErrorCode comparable with std::error_code.
[[nodiscard]] std::error_condition make_error_condition(ErrorCode code) noexcept;

/// The Error in a std::error_code of our category; none in any other.
[[nodiscard]] std::optional<Error> to_error(const std::error_code& code) noexcept;

}  // namespace handfast

template <>
struct std::is_error_condition_enum<handfast::ErrorCode> : std::true_type {};
