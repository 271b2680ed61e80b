#include "plant/tcp.h"

#include <algorithm>

#include "base/time.h"

namespace bulkhead::plant {

namespace {

constexpr std::size_t segment_octets = 1460;
constexpr std::size_t timestamp_octets = 12;

std::int64_t time_on_link(std::size_t octets) {
  return static_cast<std::int64_t>(octets + 58) * 80;
}  // 100 Mbit/s

}  // namespace

Tcp::Tcp(World& world, End client, End server, std::uint16_t port, const Options& options, Random& random)
    : world_(world), options_(options), random_(random) {
  ends_[0].end = client;
  ends_[0].port = options.client_port.value_or(0);
  if (!options.client_port) ends_[0].port = world.next_port(client.device);
  ends_[1].end = server;
  ends_[1].port = port;
  for (Party& party : ends_) party.sequence = static_cast<std::uint32_t>(random.next());
  const Stack& mine = world.stack(client.device);
  const Stack& theirs = world.stack(server.device);
  timestamps_ = mine.timestamps && theirs.timestamps;
  scale_ = mine.window_scale != 0 && theirs.window_scale != 0 ? 1 : 0;
}

std::int64_t Tcp::transit() {
  return random_.between(40'000, 160'000);
}

Octets Tcp::options_of(const Party& party, std::int64_t time_ns, bool syn) const {
  const Stack& stack = world_.stack(party.end.device);
  const bool is_answer = &party == &ends_[1];
  const bool stamps = syn ? stack.timestamps && (!is_answer || timestamps_) : timestamps_;
  Writer out;
  if (syn) {
    out.u8(2).u8(4).u16be(segment_octets);
    const bool scales = is_answer ? scale_ != 0 : stack.window_scale != 0;
    if (scales) out.u8(1).u8(3).u8(3).u8(stack.window_scale);
    const bool selective = stack.selective_ack && (!is_answer || world_.stack(ends_[0].end.device).selective_ack);
    if (selective) out.u8(1).u8(1).u8(4).u8(2);
  }
  if (stamps) out.u8(1).u8(1).u8(8).u8(10).u32be(world_.clock_ms(party.end.device, time_ns)).u32be(party.echo);
  return out.take();
}

void Tcp::segment(Side side, std::int64_t time_ns, unsigned flags, Bytes data, std::optional<std::uint32_t> sequence) {
  Party& from = party(side);
  Party& to = party(other(side));
  const bool syn = (flags & tcp_flag::syn) != 0;
  const bool ack = (flags & tcp_flag::ack) != 0;
  const Octets options = (flags & tcp_flag::rst) != 0 ? Octets{} : options_of(from, time_ns, syn);
  const Stack& stack = world_.stack(from.end.device);
  const unsigned scale = scale_ != 0 && !syn ? stack.window_scale : 0;
  Writer out;
  out.u16be(from.port).u16be(to.port).u32be(sequence.value_or(from.sequence)).u32be(ack ? to.sequence : 0);
  out.u8((20 + options.size()) / 4 << 4U).u8(flags);
  out.u16be((flags & tcp_flag::rst) != 0 ? 0 : std::uint32_t{stack.window} >> scale).u16be(0).u16be(0);
  out.bytes(options).bytes(data);
  world_.wire.send(world_.wire.path(from.end, to.end), time_ns, world_.packet(from.end.device, 6, out.take()),
                   options_.story);
  if (timestamps_) to.echo = world_.clock_ms(from.end.device, time_ns);
  if (ack) {
    from.ack_due_ns.reset();
    from.unacknowledged = 0;
  }
  last_ns_ = std::max(last_ns_, time_ns);
}

std::int64_t Tcp::open(std::int64_t time_ns) {
  std::int64_t now = std::max(time_ns, last_ns_);
  segment(Side::client, now, tcp_flag::syn, {});
  ++party(Side::client).sequence;
  now += transit() + random_.between(30'000, 400'000);
  segment(Side::server, now, tcp_flag::syn | tcp_flag::ack, {});
  ++party(Side::server).sequence;
  now += transit();
  segment(Side::client, now, tcp_flag::ack, {});
  return now + transit();
}

std::int64_t Tcp::refused(std::int64_t time_ns) {
  segment(Side::client, time_ns, tcp_flag::syn, {});
  ++party(Side::client).sequence;
  party(Side::server).sequence = 0;
  const std::int64_t now = time_ns + transit() + random_.between(30'000, 200'000);
  segment(Side::server, now, tcp_flag::rst | tcp_flag::ack, {});
  return now;
}

std::int64_t Tcp::unanswered(std::int64_t time_ns, unsigned attempts) {
  std::int64_t now = time_ns;
  for (unsigned i = 0; i < attempts; ++i) {
    segment(Side::client, now, tcp_flag::syn, {});
    now += second_ns << i;
  }
  return now;
}

void Tcp::acknowledge(Side side, std::int64_t time_ns) {
  segment(side, time_ns, tcp_flag::ack, {});
}

void Tcp::settle(std::int64_t time_ns) {
  for (const Side side : {Side::client, Side::server}) {
    const Party& waiting = party(side);
    if (waiting.ack_due_ns && *waiting.ack_due_ns <= time_ns) acknowledge(side, *waiting.ack_due_ns);
  }
}

std::int64_t Tcp::say(Side side, std::int64_t time_ns, Bytes octets) {
  std::int64_t now = std::max(time_ns, last_ns_ + 8'000);
  settle(now);
  Party& from = party(side);
  Party& to = party(other(side));
  const std::size_t most = segment_octets - (timestamps_ ? timestamp_octets : 0);
  while (!octets.empty()) {
    const Bytes part = octets.first(std::min(most, octets.size()));
    octets = octets.subspan(part.size());
    const unsigned flags = tcp_flag::ack | (octets.empty() ? tcp_flag::psh : 0U);
    segment(side, now, flags, part);
    if (random_.chance(options_.loss)) {  // lost behind the mirror: sent again when its acknowledgement does not come
      now += random_.between(200'000'000, 320'000'000);
      segment(side, now, flags, part);
    }
    from.sequence += static_cast<std::uint32_t>(part.size());
    now += time_on_link(part.size());
    if (++to.unacknowledged >= 2 && !octets.empty()) acknowledge(other(side), now + transit());
    else to.ack_due_ns = now + world_.stack(to.end.device).ack_delay_ns + random_.between(0, 3'000'000);
  }
  const std::int64_t arrived = now + transit();
  last_ns_ = std::max(last_ns_, now);
  return arrived;
}

void Tcp::close(Side side, std::int64_t time_ns) {
  std::int64_t now = std::max(time_ns, last_ns_ + 8'000);
  settle(now);
  segment(side, now, tcp_flag::fin | tcp_flag::ack, {});
  ++party(side).sequence;
  now += transit() + random_.between(20'000, 300'000);
  segment(other(side), now, tcp_flag::fin | tcp_flag::ack, {});
  ++party(other(side)).sequence;
  segment(side, now + transit(), tcp_flag::ack, {});
  party(other(side)).ack_due_ns.reset();
}

void Tcp::reset(Side side, std::int64_t time_ns) {
  segment(side, std::max(time_ns, last_ns_ + 8'000), tcp_flag::rst | tcp_flag::ack, {});
  for (Party& each : ends_) each.ack_due_ns.reset();
}

}  // namespace bulkhead::plant
