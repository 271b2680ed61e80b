#pragma once

#include "protocol/s7comm.h"

namespace bulkhead::s7comm {

// The payloads of user data messages, whole: what came in several messages has been put together.

/// An answer to Read SZL: one event for each record that identifies the module.
void read_szl(Reader payload, Emitter& out);
/// An answer to List Blocks: one event for each type.
void read_block_counts(Reader payload, const Message& message, Emitter& out);
/// An answer to List Blocks of Type: one event for each block.
void read_block_list(Reader payload, std::optional<std::string_view> type, const Message& message, Emitter& out);
/// A block's file name: "0800001P", or "08" for a type alone.
void read_block_name(Reader name, Block& block);
/// A password of eight characters, as STEP 7 disguises it.
Secret read_password(Bytes disguised);

}  // namespace bulkhead::s7comm
