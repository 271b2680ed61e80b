#pragma once

#include <cstdint>
#include <string>

#include "plant/ntlm.h"
#include "plant/talk.h"

namespace bulkhead::plant {

/// SMB: version 1 with dialect NT LM 0.12 (MS-CIFS, MS-SMB), or version 2/3 (MS-SMB2): negotiate, session setup with
/// NTLM, share, and a file that is written.
///
///     dialect: smb1 | smb2
///     ntlm: v1 | v2
///     user: j.miller
///     domain: ALDERVALE
///     share: projects
///     file: "PASTEUR\\OB1.awl"
///     octets: 4000           # written; 0 opens no file
class SmbTalk final : public TcpTalk {
 public:
  SmbTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t act(std::int64_t now_ns) override;
  std::int64_t act_1(std::int64_t now_ns);
  std::int64_t act_2(std::int64_t now_ns);
  std::int64_t session_1(std::int64_t now_ns);
  std::int64_t file_1(std::int64_t now_ns);
  std::int64_t negotiate_2(std::int64_t now_ns);
  std::int64_t session_2(std::int64_t now_ns);
  std::int64_t file_2(std::int64_t now_ns);
  [[nodiscard]] Octets message_1(bool is_answer, unsigned command, unsigned status, Bytes words, Bytes data) const;
  [[nodiscard]] Octets message_2(bool is_answer, unsigned command, std::uint32_t status, Bytes body) const;
  [[nodiscard]] ntlm::Party party(const Device& device) const;

  bool is_version_1_;
  ntlm::Version ntlm_;
  std::string user_, domain_, share_, file_;
  std::size_t octets_;
  std::uint16_t multiplex_ = 0, user_id_ = 0, tree_id_ = 0;
  std::uint64_t message_ = 0, session_ = 0;
};

}  // namespace bulkhead::plant
