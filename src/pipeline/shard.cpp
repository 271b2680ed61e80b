#include "pipeline/shard.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "base/hash.h"
#include "base/time.h"
#include "net/fingerprint.h"

namespace bulkhead {

namespace {

constexpr std::size_t flows_max = 2048;                         // per shard: 131,072 conversations at a time
constexpr std::size_t stream_bytes_max = 1 << 20;               // per shard, out of order; 64 MiB in all
constexpr std::size_t views_max = 8;                            // capture points that saw one conversation
constexpr std::uint64_t frames_looked_at_for_routers = 64;      // of each side, of one conversation
constexpr std::int64_t idle_before_reuse_ns = 120 * second_ns;  // RFC 9293: twice the maximum segment lifetime
constexpr std::int64_t idle_datagrams_ns = 600 * second_ns;     // a question and its answer are long over

enum class Kind : std::uint8_t { tcp, udp, ip, ethertype, llc };

constexpr std::string_view name(Kind kind) noexcept {
  switch (kind) {
    case Kind::tcp: return "tcp";
    case Kind::udp: return "udp";
    case Kind::ip: return "ip";
    case Kind::ethertype: return "ethertype";
    case Kind::llc: return "llc";
  }
  return {};
}

constexpr Carrier::Kind carrier_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::tcp: return Carrier::Kind::tcp;
    case Kind::udp: return Carrier::Kind::udp;
    case Kind::llc: return Carrier::Kind::llc;
    case Kind::ip:
    case Kind::ethertype: break;
  }
  return Carrier::Kind::ethertype;
}

Kind kind_of(const Packet& packet) noexcept {
  if (packet.is_tcp()) return Kind::tcp;
  if (packet.is_udp()) return Kind::udp;
  if (packet.source.present()) return Kind::ip;
  return packet.llc_dsap && !packet.snap_oui ? Kind::llc : Kind::ethertype;
}

std::uint16_t number_of(const Packet& packet, Kind kind) noexcept {
  if (kind == Kind::ip) return packet.ip_protocol;
  return kind == Kind::llc ? packet.llc_dsap.value_or(0) : packet.ethertype;
}

EndPoint end_of(const std::optional<MacAddress>& mac, const IpAddress& ip, const std::optional<std::uint16_t>& port,
                const Packet& packet) {
  EndPoint end{mac, std::nullopt, ip, port};
  if (packet.vlan_count > 0) end.vlan = packet.vlans.at(packet.vlan_count - 1U);
  return end;
}

/// Where two copies of a frame are one hop apart, the later came from a card of the router that the earlier was sent
/// to.
bool name_router(const std::optional<MacAddress>& source, const std::optional<MacAddress>& destination,
                 std::uint8_t hop_limit, const Packet& copy, CopySeen& seen) {
  if (copy.tunnel_count > 0 || !source || !destination || !copy.source_mac || !copy.destination_mac) return false;
  const bool copy_is_later = copy.hop_limit + 1 == hop_limit;
  if (!copy_is_later && hop_limit + 1 != copy.hop_limit) return false;
  const MacAddress& out = copy_is_later ? *copy.source_mac : *source;
  const MacAddress& in = copy_is_later ? *destination : *copy.destination_mac;
  const bool same_segment = *source == *copy.source_mac || *destination == *copy.destination_mac;
  if (same_segment || in == out || in.is_group() || out.is_group() || in.is_zero() || out.is_zero()) return false;
  seen.router_out = out;
  seen.router_in = in;
  return true;
}

/// Asks for every line of memory from one place to another.
void prefetch(const void* from, const void* to) noexcept {
  constexpr std::ptrdiff_t line = 64;
  const auto* at = static_cast<const char*>(from);
  for (; at < static_cast<const char*>(to); at += line)  // NOLINT(*-pointer-arithmetic): an address, never read
    __builtin_prefetch(at);
}

}  // namespace

/// What every packet touches stands first and together.
struct Shard::Conversation {
  /// How one capture saw it.
  struct View {
    std::uint32_t capture = 0;
    std::uint16_t point = 0;
    std::uint64_t first_frame = 0;
    std::array<std::uint64_t, 2> frames{};
    std::array<std::optional<std::uint16_t>, 2> vlan, hop_limit;
  };

  /// The latest of the first frames of a side that was no copy, and whether its router was named already.
  struct Latest {
    std::uint32_t capture = 0;
    std::uint64_t frame = 0;
    std::optional<MacAddress> source, destination;
    std::uint8_t hop_limit = 0;
    bool router_said = false;
  };

  FlowKey key;
  std::uint64_t hash = 0;  ///< Of the key.
  Kind kind = Kind::ip;
  std::uint16_t number = 0;
  std::array<bool, 2> finished{};
  bool label_done = false;
  std::array<EndPoint, 2> ends;  ///< By side: the one that spoke first, and the other.
  std::int64_t last_ns = 0;
  std::array<std::uint64_t, 2> frames{}, bytes{}, payload{};
  View view;  ///< Of the first capture that saw it.
  std::unique_ptr<Tcp> tcp;
  Dissector dissector;
  FramePlace opened;
  Flow totals;
  std::vector<View> more_views;
  std::array<Latest, 2> latest;
  Labeller::MemoryPointer label_memory;
};

/// Hands in-order stream bytes of one side to the dissector.
class Shard::Deliver final : public StreamSink {
 public:
  Deliver(Shard& shard, Conversation& conversation, const FramePlace& place, Side from)
      : shard_(shard), conversation_(conversation), place_(place), from_(from) {}

  void data(Bytes bytes, const SegmentOrigin& origin) override {
    if (!origin_) origin_ = shard_.origin_of(conversation_, place_, from_);
    if (origin.frame != origin_->frame) origin_->pdu = 0;
    origin_->capture = origin.source;
    origin_->frame = origin.frame;
    origin_->time_ns = origin.time_ns;
    conversation_.dissector.stream(shared(), context(), from_, bytes, *origin_);
  }
  void gap(const StreamGap& gap, const SegmentOrigin&) override {
    conversation_.dissector.gap(shared(), from_, gap.bytes);
  }
  void conflict(const SegmentOrigin&) override {}  // counted by the stream

 private:
  [[nodiscard]] Dissector::Shared shared() const {
    return {shard_.candidates_, shard_.subscriptions_, shard_.dissector_counters_};
  }
  [[nodiscard]] Dissector::Context context() const {
    return {Carrier::Kind::tcp, conversation_.ends[0].port.value_or(0), conversation_.ends[1].port.value_or(0)};
  }

  Shard& shard_;
  Conversation& conversation_;
  const FramePlace& place_;
  Side from_;
  std::optional<Origin> origin_;  ///< Made when there is something to say: most segments only acknowledge.
};

std::size_t shard_of(const Packet& packet) noexcept {
  std::uint64_t value = 0;
  if (packet.source.present()) value = hash(packet.source) ^ hash(packet.destination);
  else if (packet.source_mac && packet.destination_mac)
    value = hash(*packet.source_mac) ^ hash(*packet.destination_mac);
  return static_cast<std::size_t>(mix(value)) % shard_count;
}

FlowKey flow_key(const Packet& packet, std::uint16_t space) noexcept {
  const Kind kind = kind_of(packet);
  FlowKey key;
  key.kind = static_cast<std::uint8_t>(kind);
  key.space = space;
  key.number = kind == Kind::tcp || kind == Kind::udp ? std::uint16_t{0} : number_of(packet, kind);
  const std::uint16_t source_port = packet.source_port.value_or(0);
  const std::uint16_t destination_port = packet.destination_port.value_or(0);
  bool source_is_low = true;
  if (packet.source.present()) {
    source_is_low = std::tie(packet.source, source_port) <= std::tie(packet.destination, destination_port);
    key.low = source_is_low ? packet.source : packet.destination;
    key.high = source_is_low ? packet.destination : packet.source;
  } else {
    const MacAddress source = packet.source_mac.value_or(MacAddress{});
    const MacAddress destination = packet.destination_mac.value_or(MacAddress{});
    source_is_low = source <= destination;
    key.mac_low = source_is_low ? source : destination;
    key.mac_high = source_is_low ? destination : source;
  }
  key.port_low = source_is_low ? source_port : destination_port;
  key.port_high = source_is_low ? destination_port : source_port;
  return key;
}

std::uint64_t hash(const FlowKey& key) noexcept {
  std::uint64_t value =
      key.low.present() ? hash(key.low) * 3 ^ hash(key.high) : hash(key.mac_low) * 3 ^ hash(key.mac_high);
  value ^= std::uint64_t{key.port_low} << 48U | std::uint64_t{key.port_high} << 32U | std::uint64_t{key.number} << 16U |
           key.space;
  return mix(value + key.kind);
}

PacketHashes hashes_of(const Packet& packet, std::uint16_t space) noexcept {
  return {hash(flow_key(packet, space)), fingerprint(packet)};
}

Shard::Shard(const Candidates& candidates, std::span<const Schema* const> schemas, std::span<Consumer* const> consumers,
             const RunOptions& options, const std::vector<CaptureInput>& inputs)
    : candidates_(candidates),
      subscriptions_(schemas, consumers),
      options_(options),
      copies_by_capture_(inputs.size()),
      budget_{stream_bytes_max, 0, 0} {}

Shard::~Shard() = default;

Origin Shard::origin_of(const Conversation& conversation, const FramePlace& place, Side from) const {
  Origin origin;
  origin.capture = place.capture;
  origin.space = conversation.key.space;
  origin.frame = origin.first_frame = place.number;
  origin.time_ns = place.time_ns;
  origin.position = place.position;
  origin.flow = conversation.opened.position;
  origin.source = conversation.ends.at(static_cast<std::size_t>(from));
  origin.destination = conversation.ends.at(static_cast<std::size_t>(other(from)));
  return origin;
}

void Shard::expect_places(const PacketHashes& hashes) const noexcept {
  conversations_.prefetch(hashes.flow);
  copies_.prefetch(hashes.content);
}

void Shard::expect_conversation(const PacketHashes& hashes) const noexcept {
  const Conversation* const conversation = conversations_.peek(hashes.flow);
  if (conversation != nullptr) prefetch(conversation, &conversation->totals);
}

void Shard::expect_streams(const PacketHashes& hashes) const noexcept {
  const Conversation* const conversation = conversations_.peek(hashes.flow);
  if (conversation == nullptr || conversation->tcp == nullptr) return;
  prefetch(conversation->tcp.get(), conversation->tcp.get() + 1);
}

/// Whether nothing more belongs to it. A TCP connection that nobody ended may be silent for hours.
bool Shard::is_over(const Conversation& conversation, std::int64_t now_ns) noexcept {
  const std::int64_t idle_ns = now_ns - conversation.last_ns;
  if (conversation.kind == Kind::udp) return idle_ns > idle_datagrams_ns;
  if (conversation.kind != Kind::tcp) return false;
  const bool ended = conversation.finished[0] && conversation.finished[1];
  const bool never_was = conversation.totals.opening_seen && !conversation.totals.answered;
  return (ended || never_was || conversation.totals.reset) && idle_ns > idle_before_reuse_ns;
}

Shard::Conversation& Shard::conversation_of(const Packet& packet, const FramePlace& place, std::uint64_t flow,
                                            Side& from) {
  const FlowKey key = flow_key(packet, place.space);
  const auto is_first = [&](const Conversation& conversation) {
    const EndPoint& first = conversation.ends[0];
    if (packet.source.present()) return first.ip == packet.source && first.port == packet.source_port;
    return first.mac == packet.source_mac;
  };
  Conversation* const known = conversations_.find(flow, [&](const Conversation& other) { return other.key == key; });
  const auto kind = static_cast<Kind>(key.kind);
  if (known != nullptr) {
    const bool opens = tcp_flag::opens(packet.tcp_flags) && (packet.tcp_flags & tcp_flag::ack) == 0;
    const bool over = known->finished[0] || known->finished[1] || place.time_ns - known->last_ns > idle_before_reuse_ns;
    if (kind != Kind::tcp || !opens || !over) {
      from = is_first(*known) ? Side::first : Side::second;
      return *known;
    }
    close(*known);  // the port pair is used again
    conversations_.remove(flow, *known);
  }
  while (const Conversation* oldest = conversations_.oldest()) {
    if (!is_over(*oldest, place.time_ns)) break;
    conversations_.remove_oldest([&](Conversation& ended) { close(ended); });
  }
  if (conversations_.size() >= flows_max) {
    ++counters_.flows_evicted;
    conversations_.remove_oldest([&](Conversation& oldest) { close(oldest); });
  }
  Conversation& conversation = conversations_.add(flow);
  ++counters_.flows;
  conversation.key = key;
  conversation.hash = flow;
  conversation.kind = kind;
  conversation.number = number_of(packet, kind);
  conversation.ends = {end_of(packet.source_mac, packet.source, packet.source_port, packet),
                       end_of(packet.destination_mac, packet.destination, packet.destination_port, packet)};
  conversation.opened = place;
  conversation.view = {place.capture, place.point, place.number, {}, {}, {}};
  if (kind == Kind::tcp) conversation.tcp = std::make_unique<Tcp>(budget_);
  from = Side::first;
  return conversation;
}

void Shard::count(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from, bool is_copy) {
  const auto side = static_cast<std::size_t>(from);
  conversation.last_ns = std::max(conversation.last_ns, place.time_ns);
  Conversation::View* view = &conversation.view;
  if (view->capture != place.capture) {
    auto& more = conversation.more_views;
    const auto known =
        std::find_if(more.begin(), more.end(), [&](const auto& other) { return other.capture == place.capture; });
    if (known != more.end()) view = &*known;
    else if (more.size() + 1 < views_max)
      view = &more.emplace_back(Conversation::View{place.capture, place.point, place.number, {}, {}, {}});
    else view = nullptr;
  }
  if (view != nullptr) {
    if (view->frames.at(side)++ == 0) {
      if (packet.vlan_count > 0) view->vlan.at(side) = packet.vlans.at(packet.vlan_count - 1U);
      if (packet.source.present()) view->hop_limit.at(side) = packet.hop_limit;
    }
  }
  if (is_copy) {
    ++conversation.totals.copies;
    return;
  }
  ++conversation.frames.at(side);
  conversation.bytes.at(side) += place.on_wire;
  conversation.payload.at(side) += packet.payload_on_wire;
  if (place.captured < place.on_wire) ++conversation.totals.cut_frames;
}

void Shard::say_copy(Conversation& conversation, const Copies::Copy& copy, const Packet& packet,
                     const FramePlace& place, Side from) {
  const auto consumers = subscriptions_.of(CopySeen::schema);
  if (consumers.empty()) return;
  Origin origin = origin_of(conversation, place, Side::first);
  origin.source = end_of(packet.source_mac, packet.source, packet.source_port, packet);
  origin.destination = end_of(packet.destination_mac, packet.destination, packet.destination_port, packet);
  CopySeen seen{copy.reason, copy.capture, copy.frame, copy.delay_ns, {}, {}};
  Conversation::Latest& original = conversation.latest.at(static_cast<std::size_t>(from));
  if (!original.router_said && original.capture == copy.capture && original.frame == copy.frame)
    original.router_said = name_router(original.source, original.destination, original.hop_limit, packet, seen);
  Emitter{origin, {}, subscriptions_}.emit(seen);
}

void Shard::packet(const Packet& decoded, const FramePlace& place, const PacketHashes& hashes, Labeller* labeller) {
  labeller_ = labeller;
  ++counters_.frames;
  std::optional<Packet> joined;
  std::optional<PacketHashes> joined_hashes;
  if (decoded.fragment) {
    ++fragments_;
    const auto whole = defragmenter_.add(decoded, place.time_ns);
    if (!whole) return;
    joined = decoded;
    joined->ip_protocol = whole->ip_protocol;
    decode_transport(whole->data, whole->on_wire, *joined);
    joined_hashes = hashes_of(*joined, place.space);
  }
  const PacketHashes& looked_up = joined_hashes ? *joined_hashes : hashes;
  const Packet& packet = joined ? *joined : decoded;
  if (!packet.source.present() && !packet.source_mac) return;

  Side from = Side::first;
  Conversation& conversation = conversation_of(packet, place, looked_up.flow, from);
  if (!options_.keep_duplicates) {
    const auto copy = copies_.see(packet, looked_up.content, place.point, place.capture, place.number, place.time_ns);
    if (copy) {
      ++counters_.copies;
      ++copies_by_capture_.at(place.capture);
      count(conversation, packet, place, from, true);
      return say_copy(conversation, *copy, packet, place, from);
    }
    if (conversation.frames.at(static_cast<std::size_t>(from)) < frames_looked_at_for_routers) {
      Conversation::Latest& latest = conversation.latest.at(static_cast<std::size_t>(from));
      latest = {place.capture,          place.number,     packet.source_mac,
                packet.destination_mac, packet.hop_limit, latest.router_said};
    }
  }
  count(conversation, packet, place, from, false);
  if (conversation.kind == Kind::tcp) tcp(conversation, packet, place, from);
  else datagram(conversation, packet, place, from);

  if (labeller_ == nullptr || conversation.label_done || !conversation.dissector.unclaimed() ||
      packet.payload.empty() || packet.network.empty())
    return;
  if (conversation.label_memory == nullptr) conversation.label_memory = labeller_->remember();
  conversation.label_done = labeller_->look(*conversation.label_memory, packet.network, place.time_ns);
  if (!conversation.label_done) return;
  conversation.totals.label = labeller_->label(*conversation.label_memory);
  conversation.label_memory.reset();
}

void Shard::tcp(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from) {
  const auto side = static_cast<std::size_t>(from);
  const bool syn = tcp_flag::opens(packet.tcp_flags);
  const bool ack = (packet.tcp_flags & tcp_flag::ack) != 0;
  if (syn) {
    conversation.totals.opening_seen = true;
    conversation.dissector.opened_by(ack ? other(from) : from);
  }
  if (from == Side::second && ack && (packet.tcp_flags & tcp_flag::rst) == 0) conversation.totals.answered = true;
  if ((packet.tcp_flags & tcp_flag::rst) != 0) conversation.totals.reset = true;

  const SegmentOrigin origin{place.number, place.time_ns, place.capture};
  if (ack) {
    Deliver peer{*this, conversation, place, other(from)};
    conversation.tcp->streams.at(side ^ 1U).acknowledged(packet.acknowledgement, origin, peer);
  }
  Deliver sink{*this, conversation, place, from};
  conversation.tcp->streams.at(side).segment(
      {packet.sequence, packet.tcp_flags, packet.payload, packet.payload_on_wire, origin}, sink);
  if ((packet.tcp_flags & (tcp_flag::fin | tcp_flag::rst)) != 0) conversation.finished.at(side) = true;
}

void Shard::datagram(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from) {
  if (from == Side::second) conversation.totals.answered = true;
  if (conversation.kind == Kind::ip) return;
  Origin origin = origin_of(conversation, place, from);
  const Dissector::Shared shared{candidates_, subscriptions_, dissector_counters_};
  const bool ports = conversation.kind == Kind::udp;
  const Dissector::Context context{carrier_of(conversation.kind),
                                   ports ? conversation.ends[0].port.value_or(0) : conversation.number,
                                   ports ? conversation.ends[1].port.value_or(0) : conversation.number};
  conversation.dissector.datagram(shared, context, from, packet.payload, packet.payload_on_wire, origin);
}

void Shard::close(Conversation& conversation) {
  const Dissector::Shared shared{candidates_, subscriptions_, dissector_counters_};
  FramePlace end = conversation.opened;
  end.time_ns = conversation.last_ns;
  if (conversation.tcp) {
    for (std::size_t side = 0; side < 2; ++side) {
      TcpStream& stream = conversation.tcp->streams.at(side);
      Deliver sink{*this, conversation, end, static_cast<Side>(side)};
      stream.finish({end.number, end.time_ns, end.capture}, sink);
      conversation.totals.retransmitted += stream.counters().retransmitted;
      conversation.totals.out_of_order += stream.counters().out_of_order;
      conversation.totals.lost_bytes += stream.counters().acknowledged_unseen_bytes;
      conversation.totals.gaps += stream.counters().gaps;
      conversation.totals.overlap_conflicts += stream.counters().conflicts;
    }
  }
  Origin last = origin_of(conversation, end, Side::first);
  conversation.dissector.end(shared, last);

  const ClientReason reason = conversation.dissector.client_reason();
  const Side source = reason == ClientReason::unknown ? Side::first : conversation.dissector.client();
  const auto out = static_cast<std::size_t>(source);
  const auto in = static_cast<std::size_t>(other(source));
  Flow& flow = conversation.totals;
  flow.transport = name(conversation.kind);
  if (conversation.kind != Kind::tcp && conversation.kind != Kind::udp) flow.number = conversation.number;
  if (const Protocol* protocol = conversation.dissector.protocol()) flow.service = protocol->name;
  if (conversation.label_memory != nullptr && labeller_ != nullptr)
    flow.label = labeller_->label(*conversation.label_memory);
  if (flow.label && flow.label->empty()) flow.label.reset();
  flow.client = reason;
  flow.space = conversation.key.space;
  flow.duration_ns =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, conversation.last_ns - conversation.opened.time_ns));
  flow.frames_out = conversation.frames.at(out);
  flow.frames_in = conversation.frames.at(in);
  flow.bytes_out = conversation.bytes.at(out);
  flow.bytes_in = conversation.bytes.at(in);
  flow.payload_out = conversation.payload.at(out);
  flow.payload_in = conversation.payload.at(in);

  Origin origin = origin_of(conversation, conversation.opened, source);
  origin.direction = reason == ClientReason::unknown ? Direction::unknown : Direction::to_server;
  Emitter{origin, {}, subscriptions_}.emit(flow);
  const auto say_view = [&](const Conversation::View& view) {
    origin.capture = view.capture;
    origin.frame = origin.first_frame = view.first_frame;
    FlowView said{view.point, view.frames.at(out), view.frames.at(in), {}, {}, {}, {}};
    said.vlan_out = view.vlan.at(out);
    said.vlan_in = view.vlan.at(in);
    said.hop_limit_out = view.hop_limit.at(out);
    said.hop_limit_in = view.hop_limit.at(in);
    Emitter{origin, {}, subscriptions_}.emit(said);
  };
  say_view(conversation.view);
  for (const Conversation::View& view : conversation.more_views) say_view(view);
}

void Shard::finish(Labeller* labeller) {
  labeller_ = labeller;
  conversations_.remove_all([&](Conversation& conversation) { close(conversation); });
}

RunCounters Shard::counters() const noexcept {
  RunCounters counters = counters_;
  counters.pdus = dissector_counters_.pdus;
  counters.resynchronised_bytes = dissector_counters_.resynchronised_bytes;
  counters.oversized_pdus = dissector_counters_.oversized;
  counters.fragments_dropped =
      defragmenter_.counters().malformed + defragmenter_.counters().expired + defragmenter_.counters().evicted;
  counters.stream_holes_skipped = budget_.refused;
  return counters;
}

}  // namespace bulkhead
