#pragma once

#include <vector>

#include "protocol/opcua.h"
#include "protocol/opcua_types.h"

namespace bulkhead::opcua {

// What single services carry: OPC UA part 4, 5 and 7.

/// What is remembered of a request until its response.
struct Asked {
  std::uint32_t service = 0;
  Operation operation = Operation::unknown;
  std::vector<std::uint32_t> nodes;  ///< Of a Read: numbers in namespace 0; 0 for others.
};

/// Members of the message that the request's body gives; `body` starts after the request header.
void read_request(std::uint32_t service, Reader body, Message& message);
/// Nodes and applications that a request names, after its message was said.
void say_request(std::uint32_t service, Reader body, Operation operation, Asked& asked, Emitter& out);
/// What a response tells; `body` starts after the response header.
void say_response(std::uint32_t service, Reader body, const Asked* asked, Emitter& out);

}  // namespace bulkhead::opcua
