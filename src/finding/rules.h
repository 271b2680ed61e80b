#pragma once

#include "finding/causes.h"
#include "finding/review.h"

namespace bulkhead {

// The rules, by what they look at. Each adds what it finds to the causes; only the comparison with the model looks at
// what others have found.

/// One conversation at a time: the internet, remote access, tunnels, levels, programs, modes, writes, clear text.
void review_conversations(const ReviewInput& input, Causes& causes);
/// What hosts say of themselves: weaknesses, default secrets, systems without support.
void review_facts(const ReviewInput& input, Causes& causes);
/// What a host does over all its conversations: scans, searches for devices, changes of many files.
void review_behaviour(const ReviewInput& input, Causes& causes);
/// Hosts beside each other: identical addresses, several networks, domains, second servers, shared segments.
void review_hosts(const ReviewInput& input, Causes& causes);
/// What crosses zones against an approved model, where no other rule has named it.
void review_crossings(const ReviewInput& input, Causes& causes);

/// The asset at a party's address; null for groups and for what is nobody's.
const Asset* asset_at(const Inventory& inventory, const Party& party);
bool is_controller(const Asset& asset);
/// More than to open sessions and to look for others.
bool is_work(Operation operation);

}  // namespace bulkhead
