#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "finding/finding.h"

namespace bulkhead {

/// A conversation with the assets at its ends: a view.
struct Exchange {
  const Conversation& conversation;
  const Asset& client;
  const Asset& server;
};

/// Everything gathered for one cause, which is what a person would mend in one go: it becomes one finding.
struct Cause {
  std::string rule;
  std::string key;                     ///< Among the rule's causes: a host, a server, a pair of zones.
  std::optional<std::uint16_t> space;  ///< Where the key means something only in its address space.
  std::set<std::string> clients, servers, services;
  std::set<std::string> asset_ids, zones;
  std::set<std::uint64_t> conversations;
  std::vector<Evidence> evidence;
  std::string what;  ///< Where not made from clients and servers.
  std::string conduit;
  Confidence confidence = Confidence::unknown;
  bool against_approved = false;

  /// Keeps where it can be looked up: each frame once, and only as many as open a finding. Without a frame, nothing.
  void cite(Citation citation, std::string sentence);
  void add(const Asset& asset);
  /// Both ends and the service; cites the message that tells most.
  void add(const Exchange& exchange);
  /// Both ends and the operation; cites its first message.
  void add(const Exchange& exchange, const OperationUse& use);
};

/// What the rules have found so far, in the order of rule, address space and key.
class Causes {
 public:
  using Key = std::tuple<std::string, std::optional<std::uint16_t>, std::string>;

  /// The one of that rule and key: gathered before, or new.
  Cause& of(const std::string& rule, const std::string& key, std::optional<std::uint16_t> space = {});
  [[nodiscard]] const std::map<Key, Cause>& all() const noexcept { return causes_; }

 private:
  std::map<Key, Cause> causes_;
};

/// The asset by the address at which it was met: it may have several.
std::string label_at(const Asset& asset, const IpAddress& ip);
std::string service_of(const Conversation& conversation);
/// The first few, and how many more.
std::string listed(const std::set<std::string>& names);

}  // namespace bulkhead
