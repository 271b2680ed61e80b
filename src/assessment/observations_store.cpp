#include "assessment/observations_store.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace bulkhead {

namespace {

using nlohmann::json;

constexpr std::array migrations{Migration{1, R"(
CREATE TABLE capture (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE conversation (id INTEGER NOT NULL, first_ns INTEGER NOT NULL, record TEXT NOT NULL);
CREATE TABLE address_pair (record TEXT NOT NULL);
CREATE TABLE fact (record TEXT NOT NULL);
CREATE TABLE pdu (capture INTEGER NOT NULL, frame INTEGER NOT NULL, pdu INTEGER NOT NULL, record TEXT NOT NULL, bytes BLOB NOT NULL,
                  PRIMARY KEY (capture, frame, pdu)) WITHOUT ROWID;
CREATE TABLE counters (record TEXT NOT NULL);
)"}};

// Text from the network may be no UTF-8; every string goes in as JSON-safe text and comes out as it was shown.
std::string safe(const std::string& text) {
  return is_utf8(text) ? text : plain_text(text);
}

template <class T>
json optional(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}
template <class T>
void read(const json& from, const char* key, std::optional<T>& into) {
  if (!from.at(key).is_null()) into = from.at(key).get<T>();
}

json to_json(const Citation& c) {
  return {c.capture, c.frame, c.pdu, c.time_ns};
}
Citation citation_of(const json& j) {
  return {j.at(0).get<std::uint32_t>(), j.at(1).get<std::uint64_t>(), j.at(2).get<std::uint64_t>(),
          j.at(3).get<std::int64_t>()};
}

json to_json(const Party& p) {
  return {{"space", p.space}, {"ip", to_text(p.ip)}, {"mac", p.mac ? to_text(*p.mac) : ""}};
}
Party party_of(const json& j) {
  Party party;
  party.space = j.at("space").get<std::uint16_t>();
  party.ip = parse_ip(j.at("ip").get<std::string>()).value_or(IpAddress{});
  party.mac = parse_mac(j.at("mac").get<std::string>());
  return party;
}

json to_json(const CaptureRecord& c) {
  return {{"id", c.id},
          {"name", safe(c.name)},
          {"sha256", c.sha256},
          {"size", c.size},
          {"point_name", safe(c.point_name)},
          {"point", c.point},
          {"space", c.space},
          {"offset", c.clock_offset_ns},
          {"offset_frames", c.clock_offset_frames},
          {"ending", c.ending},
          {"ending_frame", c.ending_frame},
          {"ending_offset", c.ending_offset},
          {"ending_detail", safe(c.ending_detail)},
          {"frames", c.frames},
          {"bytes", c.bytes},
          {"first", optional(c.first_ns)},
          {"last", optional(c.last_ns)},
          {"times_not_believed", c.times_not_believed},
          {"clock_steps", c.clock_steps},
          {"cut", c.cut},
          {"copies", c.copies},
          {"undecoded_link", c.undecoded_link},
          {"bad_headers", c.bad_headers},
          {"bad_ip", c.bad_ip_checksums},
          {"bad_transport", c.bad_transport_checksums},
          {"fragments", c.fragments},
          {"drops", c.interface_drops},
          {"space_name", safe(c.space_name)},
          {"modified", c.modified}};
}
CaptureRecord capture_of(const json& j) {
  CaptureRecord c;
  c.id = j.at("id").get<std::uint32_t>();
  c.name = j.at("name").get<std::string>();
  c.sha256 = j.at("sha256").get<std::string>();
  c.size = j.at("size").get<std::uint64_t>();
  c.point_name = j.at("point_name").get<std::string>();
  c.point = j.at("point").get<std::uint16_t>();
  c.space = j.at("space").get<std::uint16_t>();
  c.clock_offset_ns = j.at("offset").get<std::int64_t>();
  c.clock_offset_frames = j.at("offset_frames").get<std::uint64_t>();
  c.ending = j.at("ending").get<std::string>();
  c.ending_frame = j.at("ending_frame").get<std::uint64_t>();
  c.ending_offset = j.at("ending_offset").get<std::uint64_t>();
  c.ending_detail = j.at("ending_detail").get<std::string>();
  c.frames = j.at("frames").get<std::uint64_t>();
  c.bytes = j.at("bytes").get<std::uint64_t>();
  read(j, "first", c.first_ns);
  read(j, "last", c.last_ns);
  c.times_not_believed = j.at("times_not_believed").get<std::uint64_t>();
  c.clock_steps = j.at("clock_steps").get<std::uint64_t>();
  c.cut = j.at("cut").get<std::uint64_t>();
  c.copies = j.at("copies").get<std::uint64_t>();
  c.undecoded_link = j.at("undecoded_link").get<std::uint64_t>();
  c.bad_headers = j.at("bad_headers").get<std::uint64_t>();
  c.bad_ip_checksums = j.at("bad_ip").get<std::uint64_t>();
  c.bad_transport_checksums = j.at("bad_transport").get<std::uint64_t>();
  c.fragments = j.at("fragments").get<std::uint64_t>();
  c.interface_drops = j.at("drops").get<std::uint64_t>();
  c.space_name = j.at("space_name").get<std::string>();
  c.modified = j.at("modified").get<std::int64_t>();
  return c;
}

json to_json(const Conversation& c) {
  json operations = json::array();
  for (const OperationUse& use : c.operations)
    operations.push_back({name(use.operation), safe(use.station), use.asked, use.answered, use.refused,
                          to_json(use.first), use.last_ns});
  json sightings = json::array();
  for (const Sighting& s : c.sightings)
    sightings.push_back({s.capture, s.point, s.first_frame, s.frames_out, s.frames_in, optional(s.vlan)});
  return {{"id", c.id},
          {"client", to_json(c.client)},
          {"server", to_json(c.server)},
          {"reason", name(c.client_reason)},
          {"transport", c.transport},
          {"port", optional(c.port)},
          {"service", c.service},
          {"label", safe(c.label)},
          {"known", c.operations_known},
          {"answered", c.answered},
          {"flows", c.flows},
          {"fo", c.frames_out},
          {"fi", c.frames_in},
          {"bo", c.bytes_out},
          {"bi", c.bytes_in},
          {"lost", c.lost_bytes},
          {"gaps", c.gaps},
          {"faults", c.faults},
          {"unanswered", c.unanswered},
          {"retransmitted", c.retransmitted},
          {"copies", c.copies},
          {"opening", c.opening_seen},
          {"reset", c.reset},
          {"first_ns", c.first_ns},
          {"last_ns", c.last_ns},
          {"period", optional(c.period_ns)},
          {"first", to_json(c.first)},
          {"operations", operations},
          {"sightings", sightings}};
}
Conversation conversation_of(const json& j) {
  Conversation c;
  c.id = j.at("id").get<std::uint64_t>();
  c.client = party_of(j.at("client"));
  c.server = party_of(j.at("server"));
  c.client_reason = client_reason_named(j.at("reason").get<std::string>()).value_or(ClientReason::unknown);
  c.transport = j.at("transport").get<std::string>();
  read(j, "port", c.port);
  c.service = j.at("service").get<std::string>();
  c.label = j.at("label").get<std::string>();
  c.operations_known = j.at("known").get<bool>();
  c.answered = j.at("answered").get<bool>();
  c.flows = j.at("flows").get<std::uint64_t>();
  c.frames_out = j.at("fo").get<std::uint64_t>();
  c.frames_in = j.at("fi").get<std::uint64_t>();
  c.bytes_out = j.at("bo").get<std::uint64_t>();
  c.bytes_in = j.at("bi").get<std::uint64_t>();
  c.lost_bytes = j.at("lost").get<std::uint64_t>();
  c.gaps = j.at("gaps").get<std::uint64_t>();
  c.faults = j.at("faults").get<std::uint64_t>();
  c.unanswered = j.at("unanswered").get<std::uint64_t>();
  c.retransmitted = j.at("retransmitted").get<std::uint64_t>();
  c.copies = j.at("copies").get<std::uint64_t>();
  c.opening_seen = j.at("opening").get<bool>();
  c.reset = j.at("reset").get<bool>();
  c.first_ns = j.at("first_ns").get<std::int64_t>();
  c.last_ns = j.at("last_ns").get<std::int64_t>();
  read(j, "period", c.period_ns);
  c.first = citation_of(j.at("first"));
  for (const json& o : j.at("operations"))
    c.operations.push_back({operation_named(o.at(0).get<std::string>()).value_or(Operation::unknown),
                            o.at(1).get<std::string>(), o.at(2).get<std::uint64_t>(), o.at(3).get<std::uint64_t>(),
                            o.at(4).get<std::uint64_t>(), citation_of(o.at(5)), o.at(6).get<std::int64_t>()});
  for (const json& s : j.at("sightings")) {
    Sighting sighting{s.at(0).get<std::uint32_t>(), s.at(1).get<std::uint16_t>(), s.at(2).get<std::uint64_t>(),
                      s.at(3).get<std::uint64_t>(), s.at(4).get<std::uint64_t>(), {}};
    if (!s.at(5).is_null()) sighting.vlan = s.at(5).get<std::uint16_t>();
    c.sightings.push_back(sighting);
  }
  return c;
}

json to_json(const AddressPair& p) {
  return {p.space, to_text(p.mac), to_text(p.ip), p.frames, optional(p.vlan), optional(p.hop_limit), to_json(p.first)};
}
AddressPair pair_of(const json& j) {
  AddressPair p;
  p.space = j.at(0).get<std::uint16_t>();
  p.mac = parse_mac(j.at(1).get<std::string>()).value_or(MacAddress{});
  p.ip = parse_ip(j.at(2).get<std::string>()).value_or(IpAddress{});
  p.frames = j.at(3).get<std::uint64_t>();
  if (!j.at(4).is_null()) p.vlan = j.at(4).get<std::uint16_t>();
  if (!j.at(5).is_null()) p.hop_limit = j.at(5).get<std::uint8_t>();
  p.first = citation_of(j.at(6));
  return p;
}

json to_json(const Fact& f) {
  return {{"subject", to_json(Party{f.subject.space, f.subject.ip, f.subject.mac})},
          {"station", safe(f.subject.station)},
          {"meaning", name(f.meaning)},
          {"value", safe(f.value)},
          {"schema", f.schema},
          {"field", f.field},
          {"count", f.count},
          {"first", to_json(f.first)},
          {"last", f.last_ns}};
}
Fact fact_of(const json& j) {
  Fact f;
  const Party subject = party_of(j.at("subject"));
  f.subject = {subject.space, subject.ip, subject.mac, j.at("station").get<std::string>()};
  f.meaning = meaning_named(j.at("meaning").get<std::string>()).value_or(Meaning::none);
  f.value = j.at("value").get<std::string>();
  f.schema = j.at("schema").get<std::string>();
  f.field = j.at("field").get<std::string>();
  f.count = j.at("count").get<std::uint64_t>();
  f.first = citation_of(j.at("first"));
  f.last_ns = j.at("last").get<std::int64_t>();
  return f;
}

json to_json(const KeptPdu& p) {
  json messages = json::array();
  for (const KeptMessage& m : p.messages) {
    json fields = json::array();
    for (const KeptField& f : m.fields) fields.push_back({f.name, safe(f.value), f.offset, f.size});
    messages.push_back({{"schema", m.schema},
                        {"source", m.source},
                        {"destination", m.destination},
                        {"direction", m.direction},
                        {"citation", to_json(m.citation)},
                        {"fields", fields}});
  }
  return {{"first_frame", p.first_frame}, {"time", p.time_ns},   {"protocol", p.protocol}, {"size", p.size},
          {"masked", p.masked},           {"messages", messages}};
}
KeptPdu pdu_of(const json& j) {
  KeptPdu p;
  p.first_frame = j.at("first_frame").get<std::uint64_t>();
  p.time_ns = j.at("time").get<std::int64_t>();
  p.protocol = j.at("protocol").get<std::string>();
  p.size = j.at("size").get<std::uint64_t>();
  p.masked = j.at("masked").get<std::vector<std::pair<std::uint32_t, std::uint32_t>>>();
  for (const json& m : j.at("messages")) {
    KeptMessage message;
    message.schema = m.at("schema").get<std::string>();
    message.source = m.at("source").get<std::string>();
    message.destination = m.at("destination").get<std::string>();
    message.direction = m.at("direction").get<std::string>();
    message.citation = citation_of(m.at("citation"));
    for (const json& f : m.at("fields"))
      message.fields.push_back({f.at(0).get<std::string>(), f.at(1).get<std::string>(), f.at(2).get<std::uint32_t>(),
                                f.at(3).get<std::uint32_t>()});
    p.messages.push_back(std::move(message));
  }
  return p;
}

json counters_of(const Traffic& t) {
  return {{"frames", t.frames},
          {"copies", t.copies},
          {"flows", t.flows},
          {"evicted", t.flows_evicted},
          {"holes", t.stream_holes_skipped},
          {"fragments", t.fragments_dropped},
          {"resynchronised", t.resynchronised_bytes},
          {"dropped", t.conversations_dropped},
          {"faults", t.faults}};
}
void add_counters(const json& j, Traffic& t) {
  t.frames += j.at("frames").get<std::uint64_t>();
  t.copies += j.at("copies").get<std::uint64_t>();
  t.flows += j.at("flows").get<std::uint64_t>();
  t.flows_evicted += j.at("evicted").get<std::uint64_t>();
  t.stream_holes_skipped += j.at("holes").get<std::uint64_t>();
  t.fragments_dropped += j.at("fragments").get<std::uint64_t>();
  t.resynchronised_bytes += j.at("resynchronised").get<std::uint64_t>();
  t.conversations_dropped += j.at("dropped").get<std::uint64_t>();
  for (const auto& [protocol, count] : j.at("faults").get<std::vector<std::pair<std::string, std::uint64_t>>>()) {
    const auto known = std::find_if(t.faults.begin(), t.faults.end(),
                                    [&, name = protocol](const auto& pair) { return pair.first == name; });
    if (known == t.faults.end()) t.faults.emplace_back(protocol, count);
    else known->second += count;
  }
}

template <class List>
Result<void> insert_all(Statement& statement, const List& list) {
  for (const auto& item : list) {
    if (auto done = statement.bind(to_json(item).dump()).run(); !done) return done;
  }
  return {};
}

/// Rows of one table, each a JSON text in its first column. A row that does not read is damage of the store, which is a
/// cache.
template <class Read>
Result<void> each(Database& database, std::string_view sql, Read read_row) {
  TRY(Statement statement, database.prepare(sql));
  for (;;) {
    TRY(const bool row, statement.step());
    if (!row) return {};
    const json record = json::parse(statement.text(0), nullptr, false);
    if (record.is_discarded())
      return failure("a row can't be read", "bulkhead.db", "delete it: it is made again from the captures");
    try {  // the library reports what is missing by exceptions; they end here
      read_row(record, statement);
    } catch (const json::exception& error) {
      return failure(std::string{"a row can't be read: "} + error.what(), "bulkhead.db",
                     "delete it: it is made again from the captures");
    }
  }
}

}  // namespace

Result<ObservationsStore> ObservationsStore::open(const std::filesystem::path& path) {
  TRY(Database database, Database::open(path, migrations));
  return ObservationsStore{std::move(database)};
}

Result<std::vector<CaptureRecord>> ObservationsStore::captures() {
  std::vector<CaptureRecord> records;
  const auto done = each(database_, "SELECT record FROM capture ORDER BY id",
                         [&](const json& j, const Statement&) { records.push_back(capture_of(j)); });
  if (!done) return std::unexpected(done.error());
  return records;
}

Result<void> ObservationsStore::add(const Observations& observations) {
  return database_.transaction([&]() -> Result<void> {
    TRY(Statement capture, database_.prepare("INSERT INTO capture VALUES (?, ?, ?)"));
    for (const CaptureRecord& record : observations.traffic.captures)
      if (auto done = capture.bind(record.id).bind(record.sha256).bind(to_json(record).dump()).run(); !done)
        return done;
    TRY(Statement conversation, database_.prepare("INSERT INTO conversation VALUES (?, ?, ?)"));
    for (const Conversation& record : observations.traffic.conversations)
      if (auto done = conversation.bind(record.id).bind(record.first_ns).bind(to_json(record).dump()).run(); !done)
        return done;
    TRY(Statement pair, database_.prepare("INSERT INTO address_pair VALUES (?)"));
    if (auto done = insert_all(pair, observations.traffic.pairs); !done) return done;
    TRY(Statement fact, database_.prepare("INSERT INTO fact VALUES (?)"));
    if (auto done = insert_all(fact, observations.facts); !done) return done;
    TRY(Statement pdu, database_.prepare("INSERT OR IGNORE INTO pdu VALUES (?, ?, ?, ?, ?)"));
    for (const KeptPdu& record : observations.kept)
      if (auto done = pdu.bind(record.capture)
                          .bind(record.frame)
                          .bind(record.pdu)
                          .bind(to_json(record).dump())
                          .bind_bytes(record.bytes)
                          .run();
          !done)
        return done;
    TRY(Statement counters, database_.prepare("INSERT INTO counters VALUES (?)"));
    return counters.bind(counters_of(observations.traffic).dump()).run();
  });
}

Result<Observations> ObservationsStore::all() {
  Observations all;
  auto done = each(database_, "SELECT record FROM capture ORDER BY id",
                   [&](const json& j, const Statement&) { all.traffic.captures.push_back(capture_of(j)); });
  if (done)
    done = each(database_, "SELECT record FROM conversation ORDER BY first_ns, id",
                [&](const json& j, const Statement&) { all.traffic.conversations.push_back(conversation_of(j)); });
  if (done)
    done = each(database_, "SELECT record FROM address_pair",
                [&](const json& j, const Statement&) { all.traffic.pairs.push_back(pair_of(j)); });
  if (done)
    done = each(database_, "SELECT record FROM fact",
                [&](const json& j, const Statement&) { all.facts.push_back(fact_of(j)); });
  if (done)
    done = each(database_, "SELECT record, capture, frame, pdu, bytes FROM pdu ORDER BY capture, frame, pdu",
                [&](const json& j, const Statement& row) {
                  KeptPdu pdu = pdu_of(j);
                  pdu.capture = static_cast<std::uint32_t>(row.integer(1));
                  pdu.frame = static_cast<std::uint64_t>(row.integer(2));
                  pdu.pdu = static_cast<std::uint64_t>(row.integer(3));
                  pdu.bytes = row.bytes(4);
                  all.kept.push_back(std::move(pdu));
                });
  if (done)
    done = each(database_, "SELECT record FROM counters",
                [&](const json& j, const Statement&) { add_counters(j, all.traffic); });
  if (!done) return std::unexpected(done.error());
  unite(all.traffic.conversations);
  return all;
}

Result<void> ObservationsStore::clear() {
  return database_.transaction([&] {
    return database_.execute(
        "DELETE FROM capture; DELETE FROM conversation; DELETE FROM address_pair; DELETE FROM fact; DELETE FROM pdu; "
        "DELETE FROM counters;");
  });
}

}  // namespace bulkhead
