#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/cip_path.h"
#include "protocol/protocol.h"

namespace bulkhead::cip {

/// One request or response of an object's service; services within others are messages of their own.
struct Message {
  std::optional<std::string_view> station;  ///< Route to the module: `1,0` is backplane slot 0.
  std::optional<std::uint8_t> service;      ///< Without the response bit.
  std::optional<std::string_view> service_name;
  std::optional<bool> response;
  std::optional<Operation> operation;  ///< Not of services that only wrap others.
  std::optional<std::uint32_t> class_id;
  std::optional<std::string_view> class_name;
  std::optional<std::uint32_t> instance, attribute;
  std::optional<std::string_view> symbol;
  std::optional<std::uint8_t> general_status;  ///< Of a response; 0 is success.
  std::optional<std::uint8_t> refusal;         ///< The same, where it is a refusal.
  std::optional<std::string_view> refusal_name;
  std::optional<std::uint16_t> extended_status;
  std::optional<std::string_view> extended_status_name;
  std::uint8_t nested = 0;  ///< How many services it is wrapped in.
  static const Schema schema;
};

/// What a Forward Open asks for or grants, or a Forward Close ends.
struct Connection {
  std::optional<std::string_view> station;
  Operation operation = Operation::session_open;
  std::optional<bool> response;
  std::optional<std::uint16_t> serial;
  std::optional<std::uint32_t> o_t_id, t_o_id;
  std::optional<std::uint32_t> o_t_interval_us, t_o_interval_us;
  std::optional<std::string_view> o_t_type, t_o_type;
  std::optional<std::uint16_t> o_t_size, t_o_size;
  std::optional<std::uint8_t> transport;  ///< Transport class and trigger, as on the wire.
  std::optional<std::uint32_t> class_id, instance, connection_point;
  std::optional<std::uint16_t> key_vendor, key_device_type, key_product_code;
  std::optional<std::uint8_t> key_major, key_minor;
  static const Schema schema;
};

/// Who opens a connection.
struct Originator {
  std::optional<std::uint16_t> vendor_id;
  std::optional<std::string_view> vendor, serial_number;
  static const Schema schema;
};

/// What a module says of itself, or was accepted as.
struct Identity {
  std::optional<std::string_view> station;
  std::optional<std::uint16_t> vendor_id;
  std::optional<std::string_view> vendor;
  std::optional<std::uint16_t> device_type;
  std::optional<std::string_view> role;
  std::optional<std::uint16_t> product_code;
  std::optional<std::string_view> revision;
  std::optional<std::uint16_t> status;
  std::optional<std::string_view> serial_number, product_name;
  std::optional<std::uint8_t> state;
  std::optional<std::string_view> host_name;
  std::optional<IpAddress> ip;
  std::optional<MacAddress> mac;
  static const Schema schema;
};

/// A PCCC command or reply, carried by Execute PCCC.
struct Pccc {
  std::optional<std::string_view> station;
  std::optional<std::uint8_t> command;  ///< Without the reply bit.
  std::optional<std::uint8_t> function;
  std::optional<std::string_view> command_name;
  Operation operation = Operation::unknown;
  std::optional<bool> response;
  std::optional<std::uint16_t> transaction;
  std::optional<std::uint8_t> status, refusal, extended_status;
  static const Schema schema;
};

/// A cyclic message of a class 0 or 1 connection.
struct Io {
  std::optional<std::uint32_t> connection_id, sequence;
  std::optional<std::uint16_t> bytes;
  Operation operation = Operation::report;
  static const Schema schema;
};

/// What is remembered of a request until its response, which does not say what it answers.
struct Asked {
  std::uint8_t service = 0;
  std::optional<Operation> operation;
  std::optional<std::uint32_t> class_id, instance, attribute;
  std::string symbol, station;
  std::string target;  ///< Route that a Forward Open or an Unconnected Send gives.
  std::optional<ElectronicKey> key;
  std::optional<std::uint16_t> pccc;  ///< Command and function.
  std::vector<Asked> inner;           ///< Of services that wrap others.
};

/// All CIP between two ends. Its carrier knows what pairs a response with its request.
class Conversation {
 public:
  struct Carried {
    std::optional<std::uint32_t> connection;  ///< Identifier; none where the message is not connected.
    std::uint64_t number = 0;                 ///< Sequence of the connection, or context of the sender.
  };
  /// A request or response. The caller says what the capture cut; this says what is too short on the wire.
  void message(Reader reader, const Carried& carried, Emitter& out);
  void gap() { asked_.clear(); }
  void end(Emitter& out);

 private:
  struct Open {
    std::uint32_t o_t = 0, t_o = 0;
    std::string station;
  };
  [[nodiscard]] const Open* find(const std::optional<std::uint32_t>& connection) const noexcept;
  Asked request(Reader& reader, std::string_view station, unsigned depth, Emitter& out);
  void wrapped_request(const Message& message, Reader& data, Asked& asked, unsigned depth, Emitter& out);
  void response(Reader& reader, const Asked* asked, unsigned depth, Emitter& out);
  void read_result(Reader& data, const Asked& asked, std::uint8_t status, unsigned depth, Emitter& out);
  void unconnected_send(Reader& data, Asked& asked, unsigned depth, Emitter& out);

  Pending<Asked> asked_;
  std::vector<Open> open_;  ///< At most 64, the oldest goes first.
};

extern const Protocol protocol;

}  // namespace bulkhead::cip
