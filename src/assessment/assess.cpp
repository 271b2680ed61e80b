#include "assessment/assess.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "assessment/ids.h"
#include "assessment/observations_store.h"
#include "base/text.h"
#include "base/version.h"
#include "capture/source.h"
#include "content/catalogue.h"
#include "evidence/digest.h"
#include "finding/review.h"
#include "inventory/roles.h"
#include "risk/assess.h"

namespace bulkhead {

namespace {

constexpr std::size_t conversations_cited = 200;  // of one crossing

Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path partial = path.string() + ".partial";
  {
    std::ofstream file{partial, std::ios::binary};
    file << text << std::flush;
    if (!file)
      return failure("can't be written", path.string(), "nothing was changed; check free space and permissions");
  }
  std::error_code error;
  std::filesystem::permissions(partial, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               error);
  std::filesystem::rename(partial, path, error);
  if (error) return failure("can't be written: " + error.message(), path.string());
  return {};
}

Result<std::string> content_hash(const Catalogue& catalogue) {
  std::string all;
  for (const std::string& path : catalogue.list("")) {
    TRY(const std::string text, catalogue.text(path));
    all += path + '\n' + text + '\n';
  }
  return sha256_of(all).substr(0, 12);
}

/// Keeps the evidence that something said cites; the rest stays in the store.
std::vector<KeptPdu> cited(const Assessment& assessment, std::vector<KeptPdu> kept) {
  std::set<std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>> wanted;
  const auto want = [&](const Citation& citation) { wanted.emplace(citation.capture, citation.frame, citation.pdu); };
  for (const Finding& finding : assessment.findings)
    for (const Evidence& evidence : finding.evidence) want(evidence.citation);
  for (const Asset& asset : assessment.inventory.assets) {
    for (const Attribute& attribute : asset.attributes)
      for (const Attribute::Candidate& candidate : attribute.candidates) want(candidate.citation);
    for (const Citation& citation : asset.role.citations) want(citation);
  }
  for (const Crossing& crossing : assessment.crossings) {
    // What is not allowed comes first, and with all that it does.
    std::vector<std::size_t> order = crossing.forbidden;
    const std::set<std::size_t> forbidden{order.begin(), order.end()};
    std::copy_if(crossing.conversations.begin(), crossing.conversations.end(), std::back_inserter(order),
                 [&](std::size_t i) { return !forbidden.contains(i); });
    for (std::size_t i = 0; i < std::min(order.size(), conversations_cited); ++i) {
      const Conversation& conversation = assessment.traffic.conversations[order[i]];
      want(conversation.witness());
      if (!forbidden.contains(order[i])) continue;
      for (const OperationUse& use : conversation.operations) want(use.first);
    }
  }
  std::erase_if(kept, [&](const KeptPdu& pdu) { return !wanted.contains({pdu.capture, pdu.frame, pdu.pdu}); });
  return kept;
}

std::vector<std::string> changes_between(const Site& known, const Site& proposed) {
  std::vector<std::string> changes;
  for (const Zone& zone : proposed.zones)
    if (known.zone(zone.id) == nullptr)
      changes.push_back(
          fmt::format("a group of assets that no zone holds: proposed as zone '{}'", plain_text(zone.name)));
  for (const Conduit& conduit : proposed.conduits) {
    const bool is_known = std::any_of(known.conduits.begin(), known.conduits.end(),
                                      [&](const Conduit& other) { return other.id == conduit.id; });
    if (!is_known)
      changes.push_back(
          fmt::format("traffic from '{}' to '{}' without a conduit", plain_text(conduit.from), plain_text(conduit.to)));
  }
  return changes;
}

std::vector<ZoneMark> marks_of(const std::vector<Finding>& findings) {
  std::map<std::string, ZoneMark> marks;
  std::map<std::string, Severity> worst;
  for (const Finding& finding : findings) {
    for (const std::string& zone : finding.zones) {
      ZoneMark& mark = marks[zone];
      mark.zone = zone;
      ++mark.findings;
      if (mark.findings > 1 && finding.severity <= worst[zone]) continue;
      worst[zone] = finding.severity;
      mark.worst = name(finding.severity);
    }
  }
  std::vector<ZoneMark> all;
  for (auto& [zone, mark] : marks) all.push_back(std::move(mark));
  return all;
}

/// Whether what is stored of a capture still fits its file and what site.yml says of it.
bool fits(const CaptureRecord& record, const std::filesystem::path& file,
          const std::vector<CapturePointDeclaration>& declared) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) != record.size || error || modification_time(file) != record.modified)
    return false;
  const CapturePointDeclaration* point = declaration_of(record.name, declared);
  const std::string point_name = point == nullptr ? record.name : point->name;
  return record.point_name == point_name && record.space_name == (point == nullptr ? std::string{} : point->space);
}

Result<Observations> observe_folder(const SiteFolder& folder, const std::optional<Site>& site,
                                    const AssessOptions& options) {
  const auto step = [&](const std::string& text) {
    if (options.step) options.step(text);
  };
  const std::vector<CapturePointDeclaration> declared =
      site ? site->capture_points : std::vector<CapturePointDeclaration>{};
  TRY(ObservationsStore store, ObservationsStore::open(folder.path() / "bulkhead.db"));
  TRY(std::vector<CaptureRecord> known, store.captures());
  const std::vector<std::filesystem::path> files = folder.captures();
  const auto file_of = [&](const CaptureRecord& record) {
    return std::find_if(files.begin(), files.end(),
                        [&](const auto& file) { return file.filename().string() == record.name; });
  };
  const bool stale = std::any_of(known.begin(), known.end(), [&](const CaptureRecord& record) {
    const auto file = file_of(record);
    return file != files.end() && !fits(record, *file, declared);  // a capture that was taken away is still a witness
  });
  if (stale) {
    step("A capture or its place changed: reading all captures again");
    if (auto cleared = store.clear(); !cleared) return std::unexpected(cleared.error());
    known.clear();
  }
  std::vector<std::filesystem::path> fresh;
  for (const std::filesystem::path& file : files) {
    const std::string name = file.filename().string();
    if (std::none_of(known.begin(), known.end(), [&](const CaptureRecord& record) { return record.name == name; }))
      fresh.push_back(file);
  }
  if (!fresh.empty()) {
    step(fmt::format("Reading {} capture{}", fresh.size(), fresh.size() == 1 ? "" : "s"));
    TRY(const Observations observations, observe(fresh, declared, options.observe, known));
    if (auto added = store.add(observations); !added) return std::unexpected(added.error());
  }
  step("Loading what was observed");
  return store.all();
}

}  // namespace

Result<SiteFolder> SiteFolder::open(const std::filesystem::path& path) {
  std::error_code error;
  const bool existed = std::filesystem::exists(path, error);
  for (const char* part : {"", "captures", "out"}) {
    std::filesystem::create_directories(path / part, error);
    if (error)
      return failure("can't be made: " + error.message(), (path / part).string(), "check the path and its permissions");
  }
  if (!existed) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  return SiteFolder{path};
}

Result<void> SiteFolder::add_capture(const std::filesystem::path& file) const {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return failure("is not a file", file.string(), "check the name of the capture");
  TRY(const std::unique_ptr<Source> source, open_capture(file));
  Batch batch;
  if (!source->next(batch) && source->ending().kind == Ending::Kind::not_a_capture)
    return failure("is no capture: " + source->ending().detail, file.string());
  const std::filesystem::path target = path_ / "captures" / file.filename();
  if (std::filesystem::exists(target, error)) {
    if (std::filesystem::equivalent(file, target, error)) return {};
    return failure("another capture of that name is in the site folder", target.string(), "rename one of them");
  }
  std::filesystem::create_symlink(std::filesystem::absolute(file), target, error);
  if (error) return failure("can't be linked: " + error.message(), target.string());
  return {};
}

std::vector<std::filesystem::path> SiteFolder::captures() const {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{path_ / "captures", error})
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Result<Assessment> assess(Observations observations, const Site* known, const Catalogue& catalogue, Ids& ids) {
  TRY(const RoleCatalogue roles, read_roles(catalogue));
  TRY(const FindingCatalogue finding_rules, read_findings(catalogue));
  TRY(const RiskCatalogue risk_rules, read_risk(catalogue));
  Assessment result;
  result.program_version = version;
  TRY(result.content_hash, content_hash(catalogue));
  result.made_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  result.traffic = std::move(observations.traffic);
  result.quality = judge(result.traffic);
  const Site given = known == nullptr ? Site{} : *known;
  InventoryInput input{result.traffic, observations.facts, given.assets, given.merges,
                       given.splits,   given.inside,       &roles};
  result.inventory = take_inventory(input, ids.assets);
  const Site proposed = propose_site(given, result.inventory, result.traffic);
  if (known == nullptr || given.zones.empty()) result.site = proposed;
  else {
    result.site = given;
    result.model_changes = changes_between(given, proposed);
  }
  result.model_approved = result.site.approved();
  assign_zones(result.site, result.inventory);
  place_roles(result.site, result.inventory);
  place_levels(result.site, result.inventory);
  result.crossings = cross(result.site, result.inventory, result.traffic);
  result.findings =
      review({result.site, result.inventory, result.traffic, observations.facts, result.crossings, finding_rules},
             ids.findings);
  result.risks = assess_risk({result.site, result.inventory, result.traffic, result.findings, risk_rules}, ids.risks);
  result.drawing = draw(result.site, result.inventory, result.crossings, marks_of(result.findings));
  result.evidence = cited(result, std::move(observations.kept));
  return result;
}

Result<Assessment> assess(const SiteFolder& folder, const Catalogue& catalogue, const AssessOptions& options) {
  std::optional<Site> site;
  std::error_code error;
  if (std::filesystem::exists(folder.site_file(), error)) {
    TRY(site, read_site(folder.site_file()));
  }
  TRY(Observations observations, observe_folder(folder, site, options));
  if (options.step) options.step("Assessing");
  const std::filesystem::path journal = folder.path() / "journal.jsonl";
  TRY(const Ids before, read_ids(journal));
  Ids ids = before;
  TRY(Assessment result, assess(std::move(observations), site ? &*site : nullptr, catalogue, ids));
  if (auto kept = append_ids(journal, before, ids); !kept) return std::unexpected(kept.error());
  if (!site) {
    if (auto written = write_file(folder.site_file(), write_site(result.site)); !written)
      return std::unexpected(written.error());
  } else if (!result.model_changes.empty()) {
    const Site proposed = propose_site(*site, result.inventory, result.traffic);
    if (auto written = write_file(folder.out() / "site.proposed.yml", write_site(proposed)); !written)
      return std::unexpected(written.error());
  }
  return result;
}

}  // namespace bulkhead
