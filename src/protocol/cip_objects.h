#pragma once

#include "protocol/cip.h"

namespace bulkhead::cip {

// What single objects' services carry.

/// An answer of the Identity object, the TCP/IP Interface or the Ethernet Link.
void read_identity(Reader& data, const Asked& asked, Emitter& out);
/// An item of a List Identity answer: EtherNet/IP's own, with a socket address before it.
void read_list_identity(Reader item, Emitter& out);
/// A module that was asked for by its electronic key, and answered.
void say_accepted(const ElectronicKey& key, std::string_view station, Emitter& out);

enum class Large : std::uint8_t { no, yes };
void read_forward_open(Reader& data, Large large, Asked& asked, Emitter& out);
/// True where it was granted; `granted` then has both identifiers.
bool read_forward_open_answer(Reader& data, const Asked& asked, std::uint8_t status, Connection& granted, Emitter& out);
void read_forward_close(Reader& data, Asked& asked, Emitter& out);

void read_pccc(Reader& data, Asked& asked, Emitter& out);
void read_pccc_answer(Reader& data, const Asked& asked, Emitter& out);

inline std::optional<std::string_view> present(std::string_view text) noexcept {
  return text.empty() ? std::nullopt : std::optional{text};
}

}  // namespace bulkhead::cip
