// Who talks to whom: a matrix of zones, then each crossing with its flows summed up by service. 40,000 conversations
// begin as some dozens of rows; each crossing lists a few conversations, and says how many more there are.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "report/html_parts.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

constexpr std::size_t zones_shown = 40, crossings_shown = 300, services_shown = 25, conversations_shown = 12;

/// Zones of the matrix: "" stands for assets in none. Those that take part in a crossing first, in the model's order.
std::vector<std::string> matrix_zones(const View& view) {
  std::set<std::string> crossing;
  for (const Crossing& one : view.all.crossings) {
    crossing.insert(one.from);
    crossing.insert(one.to);
  }
  std::vector<std::string> zones;
  for (const Zone& zone : view.all.site.zones)
    if (crossing.contains(zone.id)) zones.push_back(zone.id);
  if (crossing.contains("")) zones.emplace_back();
  if (zones.size() > zones_shown) zones.resize(zones_shown);
  return zones;
}

std::string matrix_cell(const View& view, const Crossing* crossing, bool is_self) {
  if (is_self) return "<td class=\"self\"><span class=\"na-v\">·</span></td>";
  if (crossing == nullptr)
    return view.all.quality.absences_unknown ? "<td class=\"blind\"><span class=\"vh\">unknown</span></td>"
                                             : "<td><span class=\"vh\">not seen</span></td>";
  return fmt::format("<td class=\"v-{}\"><a href=\"#{}\">{}{}<span class=\"vh\"> conversations, {}</span></a></td>",
                     name(crossing->verdict), conduit_anchor(view, *crossing), verdict_sign(name(crossing->verdict)),
                     grouped(crossing->conversations.size()), html_text(words(name(crossing->verdict))));
}

std::string matrix(const View& view) {
  const std::vector<std::string> zones = matrix_zones(view);
  if (zones.empty()) return "<p>No conversation crosses a zone boundary.</p>\n";
  std::map<std::pair<std::string, std::string>, const Crossing*> crossings;
  for (const Crossing& crossing : view.all.crossings)
    crossings.emplace(std::pair{crossing.from, crossing.to}, &crossing);
  const auto zone_name = [&](const std::string& id) {
    return id.empty() ? std::string{"In no zone"} : view.zone_name(id);
  };
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Flow matrix\"><table "
      "class=\"mx\"><caption>From the client's zone (row) to the "
      "server's (column): conversations seen, with the model's verdict</caption><thead><tr><th scope=\"col\">From \\ "
      "to</th>";
  for (std::size_t i = 0; i < zones.size(); ++i)
    out += fmt::format("<th scope=\"col\">{}<span class=\"vh\"> {}</span></th>", i + 1,
                       html_text(zone_name(zones[i]), 80));
  out += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < zones.size(); ++i) {
    out += fmt::format("<tr><th scope=\"row\">{} {}</th>", i + 1, html_text(zone_name(zones[i]), 60));
    for (const std::string& to : zones) {
      const auto found = crossings.find({zones[i], to});
      out += matrix_cell(view, found == crossings.end() ? nullptr : found->second, zones[i] == to);
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

/// All conversations of a crossing in one service, summed up.
struct Sum {
  std::set<std::string> clients, servers;
  std::map<Operation, std::uint64_t> operations;
  std::size_t conversations = 0, forbidden = 0;
  std::uint64_t frames = 0, bytes = 0;
  bool operations_known = true;
  std::int64_t last_ns = 0;
  Citation witness;  ///< Of its first conversation.
};

std::map<std::string, Sum> sums_of(const View& view, const Crossing& crossing) {
  std::map<std::string, Sum> sums;
  const std::set<std::size_t> forbidden{crossing.forbidden.begin(), crossing.forbidden.end()};
  for (const std::size_t i : crossing.conversations) {
    const Conversation& conversation = view.all.traffic.conversations[i];
    Sum& sum = sums[service_text(conversation)];
    if (sum.conversations == 0) sum.witness = conversation.witness();
    ++sum.conversations;
    sum.forbidden += forbidden.contains(i) ? 1U : 0U;
    sum.clients.insert(to_text(conversation.client));
    sum.servers.insert(to_text(conversation.server));
    for (const OperationUse& use : conversation.operations)
      sum.operations[use.operation] += std::max(use.asked, use.answered);
    sum.operations_known = sum.operations_known && conversation.operations_known;
    sum.frames += conversation.frames_out + conversation.frames_in;
    sum.bytes += conversation.bytes_out + conversation.bytes_in;
    sum.last_ns = std::max(sum.last_ns, conversation.last_ns);
  }
  return sums;
}

std::string operations_of(const Sum& sum) {
  std::string text;
  for (const auto& [operation, count] : sum.operations)
    text += fmt::format("{}{} × {}", text.empty() ? "" : ", ", name(operation), grouped(count));
  if (!sum.operations_known) return text + (text.empty() ? "" : ", ") + "<span class=\"unk-v\">?</span>";
  return text.empty() ? "<span class=\"na-v\">–</span>" : text;
}

std::string service_rows(const View& view, const Crossing& crossing) {
  const auto sums = sums_of(view, crossing);
  std::string out = "<table><caption>By service</caption>" +
                    head_row({"Service", "Operations", "Clients", "Servers", "Conversations", "Not allowed", "Frames",
                              "Last seen", "Frame"}) +
                    "<tbody>";
  std::size_t count = 0;
  for (const auto& [service, sum] : sums) {
    if (++count > services_shown) break;
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"r\">{}</td><td class=\"r\">{}</td><td class=\"r\">{}</td><td "
        "class=\"r\">{}</td><td class=\"r\">{}</td>"
        "<td class=\"nw\">{}</td><td>{}</td></tr>\n",
        html_text(service), operations_of(sum), grouped(sum.clients.size()), grouped(sum.servers.size()),
        grouped(sum.conversations),
        crossing.verdict == Crossing::Verdict::proposed ? "<span class=\"unk-v\">?</span>" : grouped(sum.forbidden),
        grouped(sum.frames), to_text_people(sum.last_ns), citation_link(view, sum.witness));
  }
  return out + "</tbody></table>\n" +
         of_note(std::min(services_shown, sums.size()), sums.size(), "; the tables have all");
}

std::string conversation_rows(const View& view, const Crossing& crossing) {
  std::vector<std::size_t> order = crossing.forbidden;  // what is not allowed comes first
  const std::set<std::size_t> forbidden{order.begin(), order.end()};
  for (const std::size_t i : crossing.conversations)
    if (!forbidden.contains(i)) order.push_back(i);
  const std::size_t shown = std::min(order.size(), conversations_shown);
  std::string out = "<table class=\"np\"><caption>Conversations</caption>" +
                    head_row({"Client", "Server", "Service", "Verdict", "Period", "Frames", "Frame"}) + "<tbody>";
  for (std::size_t i = 0; i < shown; ++i) {
    const Conversation& conversation = view.all.traffic.conversations[order[i]];
    const Asset* client = view.asset_at(conversation.client);
    const Asset* server = view.asset_at(conversation.server);
    const auto end = [&](const Asset* asset, const Party& party) {
      return asset == nullptr ? html_text(to_text(party)) : asset_link(view, asset->id);
    };
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"nw\">{}</td><td "
        "class=\"r\">{}</td><td>{}</td></tr>\n",
        end(client, conversation.client), end(server, conversation.server), html_text(service_text(conversation)),
        verdict_mark(view.verdict_of(order[i])),
        conversation.period_ns ? to_text_duration(*conversation.period_ns)
                               : std::string{"<span class=\"na-v\">–</span>"},
        grouped(conversation.frames_out + conversation.frames_in), citation_link(view, conversation.witness()));
  }
  return out + "</tbody></table>\n" + of_note(shown, order.size(), "; the workbook has all");
}

std::string crossing_markup(const View& view, const Crossing& crossing) {
  const auto zone_name = [&](const std::string& id) {
    return id.empty() ? std::string{"In no zone"} : view.zone_name(id);
  };
  std::string out = fmt::format(
      "<details id=\"{}\"><summary><strong>{}</strong><span>{} to {}</span>{}<span class=\"note\">{} "
      "conversations</span></summary><div>",
      conduit_anchor(view, crossing), crossing.conduit.empty() ? "No conduit" : html_text(crossing.conduit, 60),
      html_text(zone_name(crossing.from), 80), html_text(zone_name(crossing.to), 80),
      verdict_mark(name(crossing.verdict)), plural(crossing.conversations.size(), "conversation"));
  for (const Conduit& conduit : view.all.site.conduits) {
    if (conduit.id != crossing.conduit || crossing.conduit.empty()) continue;
    std::vector<std::string> allowed;
    allowed.reserve(conduit.allow.size());
    for (const AllowedFlow& flow : conduit.allow)
      allowed.push_back(flow.operations.empty()
                            ? flow.protocol
                            : fmt::format("{} ({})", flow.protocol, fmt::join(flow.operations, ", ")));
    out += fmt::format("<p class=\"note\">{}: {}. {}</p>",
                       conduit.approval.approved ? "Allows" : "Would allow, if approved as proposed",
                       allowed.empty() ? "nothing" : html_text(listed(allowed, 20)),
                       conduit.approval.approved
                           ? html_text(fmt::format("Approved by {}, {}.", conduit.approval.by, conduit.approval.on))
                           : "Proposed.");
  }
  return out + service_rows(view, crossing) + conversation_rows(view, crossing) + "</div></details>\n";
}

std::size_t badness(Crossing::Verdict verdict) noexcept {
  switch (verdict) {
    case Crossing::Verdict::not_designed: return 0;
    case Crossing::Verdict::partly_designed: return 1;
    case Crossing::Verdict::proposed: return 2;
    case Crossing::Verdict::conforming: break;
  }
  return 3;
}

}  // namespace

std::string flows_section(const View& view) {
  const auto& all = view.all;
  std::string out = "<section id=\"flows\" class=\"s\" aria-label=\"Flows\">\n";
  std::size_t inside = 0;
  for (std::size_t i = 0; i < all.traffic.conversations.size(); ++i) inside += view.verdict_of(i) == "inside" ? 1U : 0U;
  out += section_head(
      "6", "Flows",
      fmt::format("{} conversations: {} stay inside one zone, the rest make {} crossings",
                  grouped(all.traffic.conversations.size()), grouped(inside), grouped(all.crossings.size())));
  out += matrix(view);
  out += "<ul class=\"leg\">";
  for (const std::string_view verdict : {"conforming", "proposed", "partly_designed", "not_designed"})
    out += fmt::format("<li>{}</li>", verdict_mark(verdict));
  out += all.quality.absences_unknown ? "<li>hatched: not seen, and it might not have been heard</li></ul>"
                                      : "<li>blank: not seen by these capture points</li></ul>";
  const std::size_t zones = matrix_zones(view).size();
  out += of_note(zones, std::max(zones, all.site.zones.size()),
                 " (zones that something crosses); section 4 has all zones");
  std::vector<const Crossing*> order;
  order.reserve(all.crossings.size());
  for (const Crossing& crossing : all.crossings) order.push_back(&crossing);
  std::stable_sort(order.begin(), order.end(),
                   [](const Crossing* a, const Crossing* b) { return badness(a->verdict) < badness(b->verdict); });
  const std::size_t shown = std::min(order.size(), crossings_shown);
  out += "<h3>Crossings, those that deviate first</h3>\n";
  for (std::size_t i = 0; i < shown; ++i) out += crossing_markup(view, *order[i]);
  return out + of_note(shown, order.size(), "; the tables have all") + "</section>\n";
}

}  // namespace bulkhead
