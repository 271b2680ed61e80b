#include "server/api.h"

#include <algorithm>
#include <future>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/serve.h"
#include "support/assessment_fixture.h"

namespace bulkhead {
namespace {

class ApiAnswers : public testing::Test {
 protected:
  Response get(const std::string& target, const std::string& host = "127.0.0.1:8470") {
    return api_.answer({"GET", target, host});
  }
  Assessment assessment_ = test::make_assessment();
  Api api_{assessment_, "127.0.0.1"};
};

TEST_F(ApiAnswers, TheRootIsTheReport) {
  const Response response = get("/");
  EXPECT_EQ(response.status, 200U);
  EXPECT_TRUE(response.body.starts_with("<!doctype html>"));
  EXPECT_NE(response.policy.find("script-src 'sha256-"), std::string::npos);
  EXPECT_EQ(response.policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(response.policy.find("http"), std::string::npos) << "no source outside";
}

TEST_F(ApiAnswers, EveryTableIsThere) {
  for (const char* name : {"assets", "flows", "zones", "conduits", "findings", "risks", "captures", "evidence"}) {
    const Response response = get(std::string{"/api/v1/"} + name);
    EXPECT_EQ(response.status, 200U) << name;
    EXPECT_TRUE(response.body.starts_with(std::string{"{\"table\":\""} + name)) << name;
  }
  EXPECT_EQ(get("/api/v1/summary").status, 200U);
  EXPECT_EQ(get("/api/v1/passwords").status, 404U);
  EXPECT_EQ(get("/../etc/passwd").status, 404U);
}

TEST_F(ApiAnswers, AFilterAndAPageAreTaken) {
  const Response response = get("/api/v1/assets?q=zone%3A%22site+operations%22&limit=2&offset=1");
  EXPECT_NE(response.body.find("\"total\":60,\"matching\":6,\"offset\":1,"), std::string::npos)
      << response.body.substr(0, 200);
  EXPECT_EQ(std::count(response.body.begin(), response.body.end(), '\n'), 3);
}

TEST_F(ApiAnswers, AWrongFilterIsSaidInWords) {
  const Response response = get("/api/v1/assets?q=lvl:2");
  EXPECT_EQ(response.status, 400U);
  EXPECT_EQ(response.body,
            "{\"error\":\"\\\"lvl\\\" is not a field here\",\"hint\":\"Did you mean \\\"level\\\"?\"}\n");
  EXPECT_EQ(get("/api/v1/assets?limit=5000").status, 400U);
  EXPECT_EQ(get("/api/v1/assets?offset=-1").status, 400U);
  EXPECT_EQ(get("/api/v1/assets?q=%zz").status, 200U) << "an ill-formed value counts as none";
}

TEST_F(ApiAnswers, OneEvidenceHasFieldsAndBytes) {
  const Response response = get("/api/v1/evidence/E1");
  EXPECT_NE(response.body.find("\"bytes\":\"1a2b0000000b0110"), std::string::npos) << response.body;
  EXPECT_NE(response.body.find("\"masked\":[{\"offset\":17,\"size\":4}]"), std::string::npos);
  EXPECT_EQ(get("/api/v1/evidence/E999").status, 404U);
}

TEST_F(ApiAnswers, CsvIsEverythingThatMatches) {
  const Response response = get("/api/v1/assets?format=csv&q=role:plc");
  EXPECT_EQ(response.type, "text/csv; charset=utf-8");
  EXPECT_TRUE(response.body.starts_with("worst,id,role,name,"));
}

TEST_F(ApiAnswers, OnlyAddressesAndLocalhostAreOwnHosts) {
  for (const char* host : {"localhost", "localhost:8470", "127.0.0.1", "[::1]:8470", "127.0.0.2:1"})
    EXPECT_EQ(get("/", host).status, 200U) << host;
  for (const char* host : {"", "attacker.example", "attacker.example:8470", "localhost.attacker.example", "10.0.0.1",
                           "[::1", "[", "127.0.0.1.attacker.example"})
    EXPECT_EQ(get("/", host).status, 421U) << host;
  Api open{assessment_, "0.0.0.0"};
  EXPECT_EQ(open.answer({"GET", "/", "10.0.0.1:8470"}).status, 200U);
  EXPECT_EQ(open.answer({"GET", "/", "attacker.example"}).status, 421U);
}

TEST_F(ApiAnswers, NothingCanBeChanged) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"})
    EXPECT_EQ(api_.answer({method, "/", "localhost"}).status, 405U) << method;
}

TEST_F(ApiAnswers, LongAddressesAreRefused) {
  EXPECT_EQ(get("/" + std::string(5000, 'a')).status, 414U);
}

std::string ask(std::uint16_t port, const std::string& message) {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    send(handle, message.data(), message.size(), 0);
    std::array<char, 4096> buffer{};
    for (ssize_t n = recv(handle, buffer.data(), buffer.size(), 0); n > 0;
         n = recv(handle, buffer.data(), buffer.size(), 0))
      answer.append(buffer.data(), static_cast<std::size_t>(n));
  }
  close(handle);
  return answer;
}

TEST(Server, AnswersWithSecurityHeadersUntilItIsStopped) {
  const Assessment assessment = test::make_assessment();
  std::promise<std::string> ready;
  std::stop_source stop;
  std::thread thread{[&] {
    const auto served =
        serve({0, "127.0.0.1"}, assessment, [&](const std::string& url) { ready.set_value(url); }, stop.get_token());
    EXPECT_TRUE(served) << served.error().message;
  }};
  const std::string url = ready.get_future().get();
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const std::string good = ask(port, "GET /api/v1/summary HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(good.starts_with("HTTP/1.1 200 OK\r\n")) << good.substr(0, 100);
  EXPECT_NE(good.find("X-Content-Type-Options: nosniff"), std::string::npos);
  EXPECT_NE(good.find("Cache-Control: no-store"), std::string::npos);
  EXPECT_NE(good.find("Content-Security-Policy: default-src 'none'"), std::string::npos);
  EXPECT_TRUE(
      ask(port, "GET / HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 421 "));
  EXPECT_TRUE(ask(port, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 421 "));
  const std::string big =
      ask(port, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\nConnection: close\r\n\r\nx");
  EXPECT_EQ(big.find("200 OK"), std::string::npos);
  stop.request_stop();
  thread.join();
}

TEST(Server, APortThatIsTakenIsAnError) {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(handle, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(handle, 1), 0);
  ASSERT_EQ(getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto served = serve({ntohs(address.sin_port), "127.0.0.1"}, test::make_assessment({12, 20}), {});
  EXPECT_FALSE(served);
  EXPECT_FALSE(serve({0, "example.org"}, test::make_assessment({12, 20}), {}));
  close(handle);
}

}  // namespace
}  // namespace bulkhead
