// Seeds for the fuzz targets of what people write, and of what the program writes for itself: DIR/site/*, DIR/plant/*,
// DIR/journal/*, DIR/api/*, DIR/label/*.

#include <filesystem>
#include <fstream>
#include <string>

#include "assessment/ids.h"
#include "base/address.h"
#include "content/catalogue.h"
#include "plant/plant.h"
#include "site/site.h"
#include "support/assessment_fixture.h"
#include "support/talk.h"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << text;
}

void write_sites(const std::filesystem::path& folder) {
  Site site = make_assessment().site;
  write(folder / "proposed", write_site(site));
  site.capture_points = {{"boundary", {"*-boundary.pcap"}, "site", "trunk", 90'000'000}};
  site.inside = {*parse_prefix("203.0.113.0/24")};
  site.merges = {{"10.10.30.101", "10.10.1.101"}};
  site.splits = {"10.10.50.23"};
  site.conduits.resize(2);
  site.zones.resize(2);
  write(folder / "everything", write_site(site));
  write(folder / "nothing", write_site({}));
}

void write_plants(const std::filesystem::path& folder) {
  const Catalogue catalogue;
  for (const std::string& path : catalogue.list("plants"))
    if (path.ends_with(".yml"))
      write(folder / std::filesystem::path{path}.filename(), catalogue.text(path).value_or(std::string{}));
}

void write_journals(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder / "grown");
  Ids ids;
  IdGiver findings{ids.findings};
  for (const std::string key : {"smb1 ", "network_scan A-0001", "not_designed a b"})
    (void)findings.give(std::span{&key, 1});
  (void)append_ids(folder / "grown", {}, ids);
  write(folder / "killed", "{\"kind\":\"asset\",\"id\":\"A-1\",\"key\":\"one\"}\n{\"kind\":\"finding\",\"id\":\"F");
}

void write_questions(const std::filesystem::path& folder) {
  write(folder / "page", "127.0.0.1:8470\n/api/v1/assets?q=zone%3A%22site+operations%22&limit=2&offset=1");
  write(folder / "csv", "[::1]:8470\n/api/v1/findings?format=csv&q=severity%3E%3Dhigh");
  write(folder / "evidence", "localhost\n/api/v1/evidence/E1");
  write(folder / "filter",
        "x\nzone:CHE role:plc,rtu severity>=high level<=2 -state:accepted seen<2026-11-01 ip:10.0.0.0/8 \"EWS\"");
}

/// As label_fuzz.cpp reads them: TCP or UDP, the port, then each payload after its direction and its size in eights.
void write_conversations(const std::filesystem::path& folder) {
  for (const auto& path : all_talks()) {
    const Talk talk = read_talk(path);
    for (const char transport : {'\1', '\0'}) {
      std::string seed{transport, '\1', '\xBB'};
      for (const Talk::Turn& turn : talk.turns) {
        std::string payload(turn.pdu.begin(), turn.pdu.end());
        payload.resize(std::min<std::size_t>((payload.size() + 7) / 8 * 8, 2040));
        seed += turn.direction == Direction::to_client ? '\1' : '\0';
        seed += static_cast<char>(payload.size() / 8);
        seed += payload;
      }
      write(
          folder / (std::string{talk.protocol->name} + '-' + path.stem().string() + (transport == 0 ? ".udp" : ".tcp")),
          seed);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder{argv[1]};
  write_sites(folder / "site");
  write_plants(folder / "plant");
  write_journals(folder / "journal");
  write_questions(folder / "api");
  write_conversations(folder / "label");
}
