// The one file that sees RESTinio and asio: sockets, HTTP messages, limits, signals. What is answered is decided in
// api.cpp.

#include "server/serve.h"

#include <csignal>
#include <optional>

#include <fmt/format.h>
#include <restinio/all.hpp>

#include "base/address.h"
#include "base/text.h"
#include "server/api.h"

namespace bulkhead {

namespace {

constexpr std::size_t connections_max = 64;
constexpr std::size_t header_bytes_max = 8192, headers_max = 64;
constexpr auto read_time_max = std::chrono::seconds{15};
constexpr auto answer_time_max = std::chrono::seconds{60};

struct Traits : restinio::default_single_thread_traits_t {
  static constexpr bool use_connection_count_limiter = true;
};
using Server = restinio::http_server_t<Traits>;

std::string_view reason_of(unsigned status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 414: return "URI Too Long";
    case 421: return "Misdirected Request";
    default: return "Error";
  }
}

restinio::request_handling_status_t handle(Api& api, const restinio::request_handle_t& request) {
  const auto& header = request->header();
  Response answer = api.answer({std::string{header.method().c_str()}, std::string{header.request_target()},
                                header.get_field_or(restinio::http_field::host, "")});
  const restinio::http_status_line_t line{restinio::http_status_code_t{static_cast<std::uint16_t>(answer.status)},
                                          std::string{reason_of(answer.status)}};
  auto response = request->create_response(line);
  if (answer.status == 405) response.append_header("Allow", "GET");
  return response.append_header("Content-Type", answer.type)
      .append_header("Content-Security-Policy", answer.policy)
      .append_header("X-Content-Type-Options", "nosniff")
      .append_header("Cache-Control", "no-store")
      .append_header("Referrer-Policy", "no-referrer")
      .append_header("X-Frame-Options", "DENY")
      .append_header("Cross-Origin-Resource-Policy", "same-origin")
      .append_header("Cross-Origin-Opener-Policy", "same-origin")
      .append_header_date_field()
      .set_body(std::move(answer.body))
      .done();
}

std::string url_of(const std::string& address, std::uint16_t port) {
  const bool is_v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}:{}/", is_v6 ? "[" + address + "]" : address, port);
}

void run(const ServeOptions& options, Api& api, const std::function<void(const std::string&)>& ready,
         const std::stop_token& stop) {
  namespace asio = restinio::asio_ns;
  std::uint16_t port = options.port;
  Server server{
      restinio::own_io_context(), [&](auto& settings) {
        settings.address(options.address)
            .port(options.port)
            .request_handler([&api](const restinio::request_handle_t& request) { return handle(api, request); })
            .read_next_http_message_timelimit(read_time_max)
            .handle_request_timeout(answer_time_max)
            .write_http_response_timelimit(answer_time_max)
            .max_pipelined_requests(4)
            .max_parallel_connections(connections_max)
            .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                          .max_url_size(header_bytes_max)
                                          .max_field_name_size(256)
                                          .max_field_value_size(header_bytes_max)
                                          .max_field_count(headers_max)
                                          .max_body_size(0))
            .acceptor_post_bind_hook([&port](auto& acceptor) { port = acceptor.local_endpoint().port(); });
      }};
  asio::io_context& loop = server.io_context();
  const auto end = [&] {
    server.close_sync();
    loop.stop();
  };
  asio::signal_set signals{loop, SIGINT, SIGTERM};
  signals.async_wait([&](const auto& error, int) {
    if (!error) end();
  });
  asio::post(loop, [&] {
    server.open_sync();
    if (ready) ready(url_of(options.address, port));
  });
  const std::stop_callback on_stop{stop, [&] { asio::post(loop, end); }};
  loop.run();
}

}  // namespace

Result<void> serve(const ServeOptions& options, const Assessment& assessment,
                   const std::function<void(const std::string& url)>& ready, const std::stop_token& stop) {
  if (!parse_ip(options.address))
    return failure(fmt::format("'{}' is no IP address", plain_text(options.address)), {}, "serve on 127.0.0.1");
  try {  // RESTinio and asio report by exceptions; they end here
    Api api{assessment, options.address};
    run(options, api, ready, stop);
  } catch (const std::exception& error) {
    return failure(fmt::format("can't serve on {} port {}: {}", options.address, options.port, error.what()), {},
                   "choose another port");
  }
  return {};
}

}  // namespace bulkhead
