#pragma once

#include <string>

#include "protocol/smb.h"

namespace bulkhead::smb {

/// Reads an NTLM message ([MS-NLMP] 2.2.1) wherever it lies in a PDU. Names are converted, so they live here until the
/// next read.
class NtlmReader {
 public:
  /// Looks for a message in all that `reader` has left, and emits what it says.
  void find(Reader reader, Emitter& out);

 private:
  void challenge(Reader message, std::uint32_t flags, Ntlm& said);
  void authenticate(Reader message, std::uint32_t flags, Ntlm& said);
  void version(Reader at, Ntlm& said);

  std::string host_, domain_, target_, system_;
};

}  // namespace bulkhead::smb
