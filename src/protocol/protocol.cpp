#include "protocol/protocol.h"

#include <algorithm>
#include <map>

namespace bulkhead {

const Protocol* protocol_named(std::string_view name) noexcept {
  const auto all = protocols();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Protocol* protocol) { return protocol->name == name; });
  return found == all.end() ? nullptr : *found;
}

std::vector<const Schema*> all_schemas() {
  std::vector<const Schema*> schemas(common_schemas().begin(), common_schemas().end());
  for (const Protocol* protocol : protocols())
    for (const Schema* schema : protocol->messages)
      if (std::find(schemas.begin(), schemas.end(), schema) == schemas.end()) schemas.push_back(schema);
  return schemas;
}

std::span<const Protocol* const> carried_by(std::string_view name) {
  static const auto by_name = [] {
    std::map<std::string_view, std::vector<const Protocol*>> carried;
    for (const Protocol* protocol : protocols())
      for (const Carrier& carrier : protocol->carriers)
        if (carrier.kind == Carrier::Kind::protocol) carried[carrier.name].push_back(protocol);
    return carried;
  }();
  const auto found = by_name.find(name);
  if (found == by_name.end()) return {};
  return found->second;
}

namespace {

const Protocol* choose(std::string_view carrier, Bytes payload) {
  const Protocol* possible = nullptr;
  for (const Protocol* protocol : carried_by(carrier)) {
    const Match match = protocol->recognise(payload);
    if (match == Match::yes) return protocol;
    if (match == Match::maybe && possible == nullptr) possible = protocol;
  }
  return possible;
}

}  // namespace

Says says_inside(std::string_view name, Bytes payload) noexcept {
  const Protocol* protocol = choose(name, payload);
  return protocol == nullptr || protocol->says == nullptr ? Says::nothing : protocol->says(payload);
}

bool Children::pdu(Reader payload, Emitter& out) {
  const Protocol* protocol = choose(carrier_, payload.peek());
  if (protocol == nullptr) return false;
  auto inner = out.inner(protocol->name);
  if (!inner) return false;
  auto child =
      std::find_if(children_.begin(), children_.end(), [&](const Child& known) { return known.protocol == protocol; });
  if (child == children_.end()) child = children_.insert(child, {protocol, protocol->start()});
  last_ = protocol;
  child->session->pdu(payload, *inner);
  return true;
}

void Children::gap(Direction direction) {
  for (const Child& child : children_) child.session->gap(direction);
}

void Children::end(Emitter& out) {
  for (const Child& child : children_)
    if (auto inner = out.inner(child.protocol->name)) child.session->end(*inner);
}

}  // namespace bulkhead
