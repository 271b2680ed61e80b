#include "event/flow.h"

#include <algorithm>
#include <array>

namespace bulkhead {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(ClientReason::port) + 1> client_reasons{
    "unknown", "protocol", "syn", "port"};

constexpr std::array flow_fields{
    field<&Flow::transport>("transport", "What carries it: tcp, udp, ethertype, llc or ip."),
    field<&Flow::number>("number", "EtherType, LLC service access point or IP protocol, where there are no ports."),
    field<&Flow::service>("service", "Protocol that claimed it by content."),
    field<&Flow::label>("label", "What the traffic classifier takes it for: an opinion, not an identity."),
    field<&Flow::client>("client_reason", "Why the source is called the client."),
    field<&Flow::space>("space", "Address space of both ends."),
    field<&Flow::duration_ns>("duration_ns", "First to last frame, in nanoseconds."),
    field<&Flow::frames_out>("frames_out", "Frames from the source, copies not counted."),
    field<&Flow::frames_in>("frames_in", "Frames from the destination, copies not counted."),
    field<&Flow::bytes_out>("bytes_out", "Bytes on the wire from the source."),
    field<&Flow::bytes_in>("bytes_in", "Bytes on the wire from the destination."),
    field<&Flow::payload_out>("payload_out", "Bytes of payload from the source."),
    field<&Flow::payload_in>("payload_in", "Bytes of payload from the destination."),
    field<&Flow::opening_seen>("opening_seen", "Whether the opening of the TCP connection was seen."),
    field<&Flow::answered>("answered", "Whether the other end answered."),
    field<&Flow::reset>("reset", "Whether a TCP reset was seen."),
    field<&Flow::copies>("copies", "Frames that had been seen already elsewhere."),
    field<&Flow::retransmitted>("retransmitted", "TCP segments sent again."),
    field<&Flow::out_of_order>("out_of_order", "TCP segments that came early."),
    field<&Flow::lost_bytes>("lost_bytes", "Bytes that were acknowledged and never seen here."),
    field<&Flow::gaps>("gaps", "Places where the stream was joined again after a loss."),
    field<&Flow::overlap_conflicts>("overlap_conflicts", "Retransmissions whose bytes differed from the first."),
    field<&Flow::cut_frames>("cut_frames", "Frames of which the capture kept only part."),
};

constexpr std::array view_fields{
    field<&FlowView::point>("point", "Capture point, counted from 0."),
    field<&FlowView::frames_out>("frames_out", "Frames from the source that this capture holds."),
    field<&FlowView::frames_in>("frames_in", "Frames from the destination that this capture holds."),
    field<&FlowView::vlan_out>("vlan_out", "VLAN of the source's first frame."),
    field<&FlowView::vlan_in>("vlan_in", "VLAN of the destination's first frame."),
    field<&FlowView::hop_limit_out>("hop_limit_out", "Hop limit of the source's first frame."),
    field<&FlowView::hop_limit_in>("hop_limit_in", "Hop limit of the destination's first frame."),
};

constexpr std::array copy_fields{
    field<&CopySeen::reason>("reason", "How the copy came about."),
    field<&CopySeen::original_capture>("original_capture", "Capture that showed the frame first, counted from 0."),
    field<&CopySeen::original_frame>("original_frame", "The frame's number there."),
    field<&CopySeen::delay_ns>("delay_ns", "From the first to this copy, in nanoseconds."),
    field<&CopySeen::router_out>("router_out", "Card of the router between the two that sent the later one.",
                                 Meaning::subject_mac),
    field<&CopySeen::router_in>("router_in", "Card of the same router that the earlier one was sent to.",
                                Meaning::mac_address),
};

}  // namespace

constinit const Schema Flow::schema = describe<Flow>("flow", "A conversation.", "RFC 9293, RFC 768", flow_fields);
constinit const Schema FlowView::schema =
    describe<FlowView>("flow_view", "How one capture saw a conversation.", "RFC 9293, RFC 768", view_fields);
constinit const Schema CopySeen::schema =
    describe<CopySeen>("copy", "A frame that had been seen already.", "The frame itself.", copy_fields);

std::string_view name(ClientReason reason) noexcept {
  return client_reasons.at(static_cast<std::size_t>(reason));
}

std::optional<ClientReason> client_reason_named(std::string_view name) noexcept {
  const auto* const found = std::find(client_reasons.begin(), client_reasons.end(), name);
  if (found == client_reasons.end()) return std::nullopt;
  return static_cast<ClientReason>(found - client_reasons.begin());
}

std::span<const Schema* const> flow_schemas() noexcept {
  static constexpr std::array all{&Flow::schema, &FlowView::schema, &CopySeen::schema};
  return all;
}

}  // namespace bulkhead
