#include "evidence/evidence.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "event/json.h"
#include "protocol/protocol.h"

namespace bulkhead {

namespace {

constexpr std::size_t kept_max = 2048;    // PDUs per shard
constexpr std::size_t bytes_max = 2048;   // of one PDU
constexpr std::size_t messages_max = 64;  // of one PDU: its items may be many

/// Reads a PDU again, alone and traced, and notes where each field of the wanted messages stood.
class Locator final : public Consumer {
 public:
  explicit Locator(std::span<const Schema* const> schemas) : consumers_{this}, subscriptions_{schemas, consumers_} {}

  void read(KeptPdu& pdu, const Protocol& protocol, const Origin& origin) {
    pdu_ = &pdu;
    secrets.clear();
    secrets_seen = 0;
    Trace trace;
    Emitter out{origin, protocol.name, subscriptions_, &trace};
    Reader reader{origin.bytes, origin.on_wire};
    reader.trace(&trace);
    protocol.start()->pdu(reader, out);
  }
  [[nodiscard]] bool wants(const Schema&) const override { return true; }
  void on(const Event& event) override {
    for (const Field& field : event.schema.fields) {
      const Trace::Entry* entry = event.trace->find(field.member(event.message));
      if (entry == nullptr) continue;
      const auto offset = static_cast<std::uint32_t>(entry->offset);
      const auto size = static_cast<std::uint32_t>(entry->size);
      if (field.meaning == Meaning::secret) secrets.emplace_back(offset, size);
      locate(event, field, offset, size);
    }
    for (const Field& field : event.schema.fields)
      if (field.meaning == Meaning::secret && !std::holds_alternative<std::monostate>(field.get(event.message)))
        ++secrets_seen;
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> secrets;
  std::size_t secrets_seen = 0;

 private:
  void locate(const Event& event, const Field& field, std::uint32_t offset, std::uint32_t size) {
    const std::string value = to_text(field.get(event.message));
    for (KeptMessage& message : pdu_->messages) {
      if (message.schema != event.schema.name) continue;
      for (KeptField& kept : message.fields)
        if (kept.name == field.name && kept.value == value && kept.size == 0) {
          kept.offset = offset;
          kept.size = size;
        }
    }
  }
  KeptPdu* pdu_ = nullptr;
  std::array<Consumer*, 1> consumers_;
  Subscriptions subscriptions_;
};

KeptMessage copy_of(const Event& event) {
  KeptMessage message;
  message.citation = cite(event.origin);
  message.schema = event.schema.name;
  message.source = to_text(event.origin.source);
  message.destination = to_text(event.origin.destination);
  message.direction = name(event.origin.direction);
  for (const Field& field : event.schema.fields) {
    const Value value = field.get(event.message);
    if (!std::holds_alternative<std::monostate>(value))
      message.fields.push_back({std::string{field.name}, to_text(value), 0, 0});
  }
  return message;
}

bool has_secret(const Event& event) {
  return std::any_of(event.schema.fields.begin(), event.schema.fields.end(), [&](const Field& field) {
    return field.meaning == Meaning::secret && !std::holds_alternative<std::monostate>(field.get(event.message));
  });
}

/// Finds each field's place and masks secrets; forgets the bytes where a secret's place can't be told.
void locate(KeptPdu& pdu, const Protocol& protocol, const Origin& origin, bool secret_seen) {
  static const std::vector<const Schema*> schemas = all_schemas();
  thread_local Locator locator{schemas};  // who wants what is settled once, not for each PDU
  locator.read(pdu, protocol, origin);
  if (secret_seen && locator.secrets.empty()) return pdu.bytes.clear();
  if (locator.secrets.size() < locator.secrets_seen) return pdu.bytes.clear();
  for (const auto& [offset, size] : locator.secrets) {
    if (offset >= pdu.bytes.size()) continue;
    const auto length = std::min<std::size_t>(size, pdu.bytes.size() - offset);
    std::fill_n(pdu.bytes.begin() + offset, length, std::uint8_t{0});
    pdu.masked.emplace_back(offset, static_cast<std::uint32_t>(length));
  }
}

}  // namespace

void EvidenceKeeper::keep(const Event& event) {
  const Origin& origin = event.origin;
  const auto [known, is_new] = index_.try_emplace({origin.capture, origin.frame, origin.pdu}, kept.size());
  if (is_new && kept.size() >= kept_max) {
    index_.erase(known);
    ++not_kept;
    return;
  }
  if (is_new) {
    KeptPdu& pdu = kept.emplace_back();
    pdu.capture = origin.capture;
    pdu.frame = origin.frame;
    pdu.first_frame = origin.first_frame;
    pdu.pdu = origin.pdu;
    pdu.time_ns = origin.time_ns;
    pdu.protocol = origin.protocol;
    pdu.size = origin.on_wire;
  }
  KeptPdu& pdu = kept[known->second];
  KeptMessage message = copy_of(event);
  const auto same = [&](const KeptMessage& other) {
    return other.schema == message.schema && other.fields.size() == message.fields.size() &&
           std::equal(other.fields.begin(), other.fields.end(), message.fields.begin(),
                      [](const KeptField& a, const KeptField& b) { return a.name == b.name && a.value == b.value; });
  };
  if (pdu.messages.size() >= messages_max || std::any_of(pdu.messages.begin(), pdu.messages.end(), same)) return;
  pdu.messages.push_back(std::move(message));
  const Protocol* protocol = protocol_named(pdu.protocol);
  if (protocol == nullptr || !protocol->bytes_may_be_kept || protocol->depth != Depth::decoded) return;
  if (is_new)
    pdu.bytes.assign(origin.bytes.begin(),
                     origin.bytes.begin() + static_cast<std::ptrdiff_t>(std::min(origin.bytes.size(), bytes_max)));
  if (!pdu.bytes.empty()) locate(pdu, *protocol, origin, has_secret(event));
}

}  // namespace bulkhead
