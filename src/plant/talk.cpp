#include "plant/talk.h"

#include <algorithm>

namespace bulkhead::plant {

namespace {

const Node nothing;

bool mostly(const Line& line) {
  return Random(11, line.id).chance(0.7);
}

}  // namespace

Talk::Talk(World& world, const Line& line)
    : world_(world),
      line_(line),
      random_(world.seed, world.run->id + "/" + line.id),
      client_{line.client, line.client_interface},
      server_{line.server.value_or(line.client), line.server_interface} {}

const Node& Talk::server_identity(std::string_view protocol) const {
  const Node* const found = server_device().identity.find(protocol);
  return found == nullptr ? nothing : *found;
}

void Talk::reveal(std::int64_t time_ns, std::string_view fact, std::string_view value) {
  world_.reveal(time_ns, server_, client_, server_.device, line_.protocol, fact, value);
}

TcpTalk::TcpTalk(World& world, const Line& line, std::uint16_t default_port)
    : Talk(world, line),
      port_(line.port.value_or(default_port)),
      was_there_before_(!line.opens.value_or(line.times < 50 || !mostly(line))) {}

void TcpTalk::turn(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  if (!tcp_) {
    tcp_ =
        std::make_unique<Tcp>(world_, client_, server_, port_, Tcp::Options{line_.story, 0.002, std::nullopt}, random_);
    if (was_there_before_) {
      assume();
    } else {
      now = tcp_->open(now) + random_.between(100'000, 900'000);
      now = greet(now) + random_.between(100'000, 900'000);
    }
    was_there_before_ = false;
  }
  now = act(std::max(now, tcp_->last_ns()));
  ++turns_;
  if (lasts() == Lasts::from_turn_to_turn && turns_ < line_.times) return;
  now = part(now + random_.between(200'000, 2'000'000));
  tcp_->close(Side::client, now + random_.between(200'000, 2'000'000));
  tcp_.reset();
}

void TcpTalk::finish(std::int64_t now_ns) {
  if (tcp_) tcp_->settle(now_ns);
}

std::int64_t TcpTalk::exchange(std::int64_t now_ns, Bytes request, Bytes answered) {
  return answer(ask(now_ns, request), answered);
}

void allow_common_keys(Fields& fields) {
  for (const std::string_view key : {"protocol", "client", "server", "port", "period_ms", "jitter_ms", "at_s",
                                     "until_s", "ends", "times", "runs", "opens", "effect", "copies", "note"})
    fields.allow(key);
}

}  // namespace bulkhead::plant
