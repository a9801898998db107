// asio under a name that does not collide with handfast::asio, and the types that the tool uses of it.
#pragma once
#include <system_error>

#include <handfast/asio.hpp>

#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

namespace handfast::tool {

namespace net = ::asio;
using tcp = ::asio::ip::tcp;
using TlsStream = asio::stream<tcp::socket>;

/// Completes a coroutine's operation and leaves its error in `error` instead of throwing.
inline auto into(std::error_code& error) { return net::redirect_error(net::use_awaitable, error); }

/// Whether a system's error is that one: asio's category does not map its values to std::errc by itself.
inline bool is(const std::error_code& error, std::errc condition) {
  return error.value() == static_cast<int>(condition) &&
         (error.category() == net::error::get_system_category() ||
          error.category() == std::generic_category());
}

}  // namespace handfast::tool
