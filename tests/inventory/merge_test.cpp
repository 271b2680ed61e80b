// Which addresses are one device, and which are not: what is seen and said, and the assets it must make.

#include <algorithm>

#include <gtest/gtest.h>

#include "base/numbered_ids.h"
#include "inventory/inventory.h"
#include "inventory/roles.h"

namespace bulkhead::test {

namespace {

MacAddress mac(std::uint8_t last) {
  return {{0x00, 0x1B, 0x1B, 0x00, 0x00, last}};
}
IpAddress ip(const char* text) {
  return parse_ip(text).value_or(IpAddress{});
}

/// What was observed, put together word by word.
class Seen {
 public:
  /// Frames with this sender in their headers.
  Seen& frame(std::uint8_t from, const char* address, std::optional<std::uint8_t> hop_limit = 64,
              std::uint16_t space = 0) {
    traffic_.pairs.push_back({space, mac(from), ip(address), 1, {}, hop_limit, {0, 1, 0, 0}});
    Conversation conversation;
    conversation.client = {space, ip(address), mac(from)};
    conversation.server = {space, ip("10.9.9.9"), {}};
    conversation.client_reason = ClientReason::unknown;
    traffic_.conversations.push_back(conversation);
    return *this;
  }
  /// A frame without IP.
  Seen& frame(std::uint8_t from) {
    Conversation conversation;
    conversation.client = {0, {}, mac(from)};
    conversation.server = {0, {}, MacAddress{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}};
    conversation.client_reason = ClientReason::unknown;
    traffic_.conversations.push_back(conversation);
    return *this;
  }
  /// A frame of EtherCAT from any address.
  Seen& ethercat(const MacAddress& from) {
    Conversation conversation;
    conversation.client = {0, {}, from};
    conversation.server = {0, {}, MacAddress{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}};
    conversation.transport = "ethertype";
    conversation.port = std::uint16_t{0x88A4};
    conversation.client_reason = ClientReason::unknown;
    traffic_.conversations.push_back(conversation);
    return *this;
  }
  Seen& arp(std::uint8_t card, const char* address, std::uint16_t space = 0) {
    return fact({{space, ip(address), mac(card), {}},
                 Meaning::ip_address,
                 address,
                 "arp.message",
                 "sender_ip",
                 1,
                 {0, 1, 0, 0},
                 0});
  }
  Seen& said(const char* address, Meaning meaning, const char* value, std::uint16_t space = 0) {
    return fact({{space, ip(address), {}, {}}, meaning, value, "cip.identity", "field", 1, {0, 1, 0, 0}, 0});
  }
  /// The agent at an address lists another as its own.
  Seen& listed(const char* agent, const char* address) {
    return fact({{0, ip(agent), {}, {}}, Meaning::ip_address, address, "snmp.address", "ip", 1, {0, 1, 0, 0}, 0});
  }
  /// What was sent to one card left from the other.
  Seen& routed(std::uint8_t in, std::uint8_t out) {
    return fact(
        {{0, {}, mac(out), {}}, Meaning::mac_address, to_text(mac(in)), "copy", "router_in", 1, {0, 1, 0, 0}, 0});
  }

  [[nodiscard]] Inventory inventory() const {
    NumberedIds ids{"A-", 4, {}};
    const RoleCatalogue roles;
    return take_inventory({traffic_, facts_, {}, {}, {}, {}, &roles}, ids);
  }

 private:
  Seen& fact(Fact fact) {
    facts_.push_back(std::move(fact));
    return *this;
  }

  Traffic traffic_;
  std::vector<Fact> facts_;
};

bool are_one(const Inventory& inventory, const Party& a, const Party& b) {
  const auto first = inventory.at(a);
  return first && first == inventory.at(b);
}
Party at(const char* address, std::uint16_t space = 0) {
  return {space, ip(address), {}};
}
Party at(std::uint8_t card) {
  return {0, {}, mac(card)};
}

}  // namespace

TEST(Merge, OneCardWithTwoAddressesIsOneDevice) {
  const Inventory inventory =
      Seen{}.frame(1, "10.0.0.1").frame(1, "10.0.0.2").arp(1, "10.0.0.1").arp(1, "10.0.0.2").inventory();
  EXPECT_TRUE(are_one(inventory, at("10.0.0.1"), at("10.0.0.2")));
  EXPECT_TRUE(are_one(inventory, at("10.0.0.1"), at(1)));
}

TEST(Merge, AnAddressThatACardOnlyAnswersForIsNotItsOwn) {
  const Inventory inventory = Seen{}
                                  .frame(1, "10.0.0.1")
                                  .arp(1, "10.0.0.1")
                                  .arp(1, "10.0.0.2")
                                  .said("10.0.0.2", Meaning::product, "PLC")
                                  .inventory();
  EXPECT_TRUE(are_one(inventory, at("10.0.0.1"), at(1)));
  EXPECT_FALSE(are_one(inventory, at("10.0.0.1"), at("10.0.0.2")));
}

TEST(Merge, ARouterIsNotTheHostsWhoseFramesItSends) {
  Seen seen;
  seen.arp(1, "10.0.0.254").frame(1, "10.0.0.254");
  for (const char* address : {"10.1.0.1", "10.1.0.2", "10.1.0.3"}) seen.frame(1, address, 63);
  const Inventory inventory = seen.inventory();
  EXPECT_TRUE(are_one(inventory, at("10.0.0.254"), at(1)));
  for (const char* address : {"10.1.0.1", "10.1.0.2", "10.1.0.3"})
    EXPECT_FALSE(are_one(inventory, at(address), at(1))) << address;
  EXPECT_FALSE(are_one(inventory, at("10.1.0.1"), at("10.1.0.2")));
}

TEST(Merge, CardsBetweenWhichAFrameLosesOneHopAreOneRouter) {
  const Inventory inventory =
      Seen{}.arp(1, "10.0.0.254").arp(2, "10.1.0.254").arp(3, "10.2.0.254").routed(1, 2).inventory();
  EXPECT_TRUE(are_one(inventory, at("10.0.0.254"), at("10.1.0.254")));
  EXPECT_FALSE(are_one(inventory, at("10.0.0.254"), at("10.2.0.254")));
}

TEST(Merge, ADeviceWithoutIpIsADeviceByItsCard) {
  const Inventory inventory = Seen{}.frame(1).frame(2).inventory();
  EXPECT_TRUE(inventory.at(at(1)));
  EXPECT_FALSE(are_one(inventory, at(1), at(2)));
}

TEST(Merge, OneAddressInTwoSpacesIsTwoDevices) {
  const Inventory inventory = Seen{}
                                  .frame(1, "192.168.1.10", 64, 1)
                                  .arp(1, "192.168.1.10", 1)
                                  .frame(2, "192.168.1.10", 64, 2)
                                  .arp(2, "192.168.1.10", 2)
                                  .inventory();
  EXPECT_FALSE(are_one(inventory, at("192.168.1.10", 1), at("192.168.1.10", 2)));
}

TEST(Merge, OneSerialNumberOnBothSidesOfATranslationIsOneDeviceWhereItsCardIs) {
  const Inventory inventory = Seen{}
                                  .frame(1, "10.0.0.21", 63)
                                  .frame(2, "192.168.1.10", 64, 1)
                                  .arp(2, "192.168.1.10", 1)
                                  .said("10.0.0.21", Meaning::product, "Controller")
                                  .said("10.0.0.21", Meaning::serial_number, "F12C855E")
                                  .said("192.168.1.10", Meaning::product, "Controller", 1)
                                  .said("192.168.1.10", Meaning::serial_number, "F12C855E", 1)
                                  .inventory();
  ASSERT_TRUE(are_one(inventory, at("10.0.0.21"), at("192.168.1.10", 1)));
  const Asset& asset = inventory.assets[*inventory.at(at("10.0.0.21"))];
  EXPECT_EQ(asset.space, 1);
  EXPECT_EQ(asset.address_text(), "192.168.1.10");
}

TEST(Merge, AFrameThatEtherCatSlavesSendBackIsItsMastersOwn) {
  MacAddress returned = mac(1);
  returned.octets[0] |= 2U;
  MacAddress lone = mac(7);
  lone.octets[0] |= 2U;
  const Inventory inventory = Seen{}.ethercat(mac(1)).ethercat(returned).ethercat(lone).inventory();
  ASSERT_EQ(inventory.assets.size(), 2U);  // the second is a device's own address, given by hand
  const Party back{0, {}, returned};
  ASSERT_TRUE(are_one(inventory, at(1), back));
  EXPECT_EQ(inventory.assets[*inventory.at(back)].macs, std::vector{mac(1)});
}

TEST(Merge, AddressesThatAnAgentListsAsItsOwnAreOneDevice) {
  const Inventory inventory = Seen{}
                                  .frame(1, "10.0.0.254")
                                  .frame(2, "10.1.0.254")
                                  .listed("10.0.0.254", "10.0.0.254")
                                  .listed("10.0.0.254", "10.1.0.254")
                                  .listed("10.0.0.254", "10.2.0.254")
                                  .inventory();
  EXPECT_TRUE(are_one(inventory, at("10.0.0.254"), at("10.1.0.254")));
  EXPECT_FALSE(inventory.at(at("10.2.0.254")));  // nobody ever saw it
}

TEST(Merge, AnAgentThatIsAskedAtTwoOfItsAddressesIsOneDevice) {
  Seen seen;
  for (const char* asked : {"10.0.0.254", "10.1.0.254"}) {
    seen.frame(asked[3] == '0' ? 1 : 2, asked);
    for (const char* own : {"10.0.0.254", "10.1.0.254", "10.2.0.254"}) seen.listed(asked, own);
  }
  const Inventory inventory = seen.frame(3, "10.2.0.254").inventory();
  EXPECT_TRUE(are_one(inventory, at("10.0.0.254"), at("10.1.0.254")));
  EXPECT_TRUE(are_one(inventory, at("10.0.0.254"), at("10.2.0.254")));
}

TEST(Merge, AnAddressThatTwoRoutersListIsSharedAndJoinsNeither) {
  const Inventory inventory = Seen{}
                                  .frame(1, "10.0.0.2")
                                  .frame(2, "10.0.0.3")
                                  .frame(3, "10.0.0.1")
                                  .listed("10.0.0.2", "10.0.0.2")
                                  .listed("10.0.0.2", "10.0.0.1")
                                  .listed("10.0.0.3", "10.0.0.3")
                                  .listed("10.0.0.3", "10.0.0.1")
                                  .inventory();
  EXPECT_FALSE(are_one(inventory, at("10.0.0.2"), at("10.0.0.3")));
  EXPECT_FALSE(are_one(inventory, at("10.0.0.2"), at("10.0.0.1")));
}

TEST(Merge, OneSerialNumberInTwoNetworksIsADeviceWithACardInEach) {
  const Inventory inventory = Seen{}
                                  .frame(1, "10.0.0.1")
                                  .frame(2, "10.1.0.1")
                                  .said("10.0.0.1", Meaning::product, "Controller")
                                  .said("10.0.0.1", Meaning::serial_number, "F12C855E")
                                  .said("10.1.0.1", Meaning::product, "Controller")
                                  .said("10.1.0.1", Meaning::serial_number, "F12C855E")
                                  .inventory();
  EXPECT_TRUE(are_one(inventory, at("10.0.0.1"), at("10.1.0.1")));
}

TEST(Merge, OneSerialNumberTwiceInOneNetworkIsACopy) {
  const Inventory inventory = Seen{}
                                  .frame(1, "10.0.0.1")
                                  .frame(2, "10.0.0.2")
                                  .said("10.0.0.1", Meaning::product, "Simulator")
                                  .said("10.0.0.1", Meaning::serial_number, "12345678")
                                  .said("10.0.0.2", Meaning::product, "Simulator")
                                  .said("10.0.0.2", Meaning::serial_number, "12345678")
                                  .inventory();
  EXPECT_FALSE(are_one(inventory, at("10.0.0.1"), at("10.0.0.2")));
}

}  // namespace bulkhead::test
