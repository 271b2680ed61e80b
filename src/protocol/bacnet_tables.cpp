#include "protocol/bacnet_tables.h"

#include <array>

namespace bulkhead::bacnet {

namespace {

constexpr std::uint8_t none = Layout::none;
constexpr Layout nothing{};
constexpr Layout object_property{0, none, 1, 2, none, none, none};     // Read Property, Read Range
constexpr Layout object_property_value{0, none, 1, 2, 3, none, none};  // its answer; Add List Element
constexpr Layout write_property{0, none, 1, 2, 3, 4, none};
constexpr Layout read_multiple{0, 1, 0, 1, none, none, none};
constexpr Layout read_multiple_answer{0, 1, 2, 3, 4, none, 5};
constexpr Layout write_multiple{0, 1, 0, 1, 2, 3, none};
constexpr Layout change_of_value{2, 4, 0, 1, 2, 3, none};
constexpr Layout second_object{1, none, none, none, none, none, none};
constexpr Layout third_object{2, none, none, none, none, none, none};
constexpr Layout fourth_object{3, none, none, none, none, none, none};
constexpr Layout subscribe_property{1, 4, 0, 1, none, none, none};

constexpr std::array confirmed_rows{
    Service{0, "Acknowledge Alarm", Operation::alarm_ack, second_object, nothing},
    Service{1, "Confirmed COV Notification", Operation::report, change_of_value, nothing},
    Service{2, "Confirmed Event Notification", Operation::report, third_object, nothing},
    Service{3, "Get Alarm Summary", Operation::read_state, nothing, nothing},
    Service{4, "Get Enrollment Summary", Operation::read_state, nothing, nothing},
    Service{5, "Subscribe COV", Operation::subscribe, second_object, nothing},
    Service{6, "Atomic Read File", Operation::file_read, nothing, nothing},
    Service{7, "Atomic Write File", Operation::file_write, nothing, nothing},
    Service{8, "Add List Element", Operation::config_write, object_property_value, nothing},
    Service{9, "Remove List Element", Operation::config_write, object_property_value, nothing},
    Service{10, "Create Object", Operation::config_write, nothing, nothing},
    Service{11, "Delete Object", Operation::config_write, nothing, nothing},
    Service{12, "Read Property", Operation::read, object_property, object_property_value},
    Service{13, "Read Property Conditional", Operation::read, nothing, nothing},
    Service{14, "Read Property Multiple", Operation::read, read_multiple, read_multiple_answer},
    Service{15, "Write Property", Operation::write, write_property, nothing},
    Service{16, "Write Property Multiple", Operation::write, write_multiple, nothing},
    Service{17, "Device Communication Control", Operation::comm_disable, nothing, nothing},
    Service{18, "Confirmed Private Transfer", Operation::unknown, nothing, nothing},
    Service{19, "Confirmed Text Message", Operation::report, nothing, nothing},
    Service{20, "Reinitialize Device", Operation::restart, nothing, nothing},
    Service{21, "VT Open", Operation::session_open, nothing, nothing},
    Service{22, "VT Close", Operation::session_close, nothing, nothing},
    Service{23, "VT Data", Operation::unknown, nothing, nothing},
    Service{24, "Authenticate", Operation::auth, nothing, nothing},
    Service{25, "Request Key", Operation::auth, nothing, nothing},
    Service{26, "Read Range", Operation::read, object_property, object_property},
    Service{27, "Life Safety Operation", Operation::control, fourth_object, nothing},
    Service{28, "Subscribe COV Property", Operation::subscribe, subscribe_property, nothing},
    Service{29, "Get Event Information", Operation::read_state, nothing, nothing},
    Service{30, "Subscribe COV Property Multiple", Operation::subscribe, nothing, nothing},
    Service{31, "Confirmed COV Notification Multiple", Operation::report, nothing, nothing},
    Service{32, "Confirmed Audit Notification", Operation::report, nothing, nothing},
    Service{33, "Audit Log Query", Operation::read, nothing, nothing},
};

constexpr std::array unconfirmed_rows{
    Service{0, "I-Am", Operation::discover, nothing, nothing},
    Service{1, "I-Have", Operation::discover, nothing, nothing},
    Service{2, "Unconfirmed COV Notification", Operation::report, change_of_value, nothing},
    Service{3, "Unconfirmed Event Notification", Operation::report, third_object, nothing},
    Service{4, "Unconfirmed Private Transfer", Operation::unknown, nothing, nothing},
    Service{5, "Unconfirmed Text Message", Operation::report, nothing, nothing},
    Service{6, "Time Synchronization", Operation::time_set, nothing, nothing},
    Service{7, "Who-Has", Operation::discover, third_object, nothing},
    Service{8, "Who-Is", Operation::discover, nothing, nothing},
    Service{9, "UTC Time Synchronization", Operation::time_set, nothing, nothing},
    Service{10, "Write Group", Operation::write, nothing, nothing},
    Service{11, "Unconfirmed COV Notification Multiple", Operation::report, nothing, nothing},
    Service{12, "Unconfirmed Audit Notification", Operation::report, nothing, nothing},
    Service{13, "Who-Am-I", Operation::discover, nothing, nothing},
    Service{14, "You-Are", Operation::config_write, nothing, nothing},
};

constexpr std::array link_rows{
    Function{0x00, "Result", Operation::unknown},
    Function{0x01, "Write Broadcast Distribution Table", Operation::config_write},
    Function{0x02, "Read Broadcast Distribution Table", Operation::read_state},
    Function{0x03, "Read Broadcast Distribution Table Ack", Operation::read_state},
    Function{0x04, "Forwarded NPDU", Operation::unknown},
    Function{0x05, "Register Foreign Device", Operation::session_open},
    Function{0x06, "Read Foreign Device Table", Operation::read_state},
    Function{0x07, "Read Foreign Device Table Ack", Operation::read_state},
    Function{0x08, "Delete Foreign Device Table Entry", Operation::config_write},
    Function{0x09, "Distribute Broadcast To Network", Operation::unknown},
    Function{0x0A, "Original Unicast NPDU", Operation::unknown},
    Function{0x0B, "Original Broadcast NPDU", Operation::unknown},
    Function{0x0C, "Secure BVLL", Operation::unknown},
};

constexpr std::array network_rows{
    Function{0x00, "Who-Is-Router-To-Network", Operation::discover},
    Function{0x01, "I-Am-Router-To-Network", Operation::discover},
    Function{0x02, "I-Could-Be-Router-To-Network", Operation::discover},
    Function{0x03, "Reject-Message-To-Network", Operation::exception},
    Function{0x04, "Router-Busy-To-Network", Operation::report},
    Function{0x05, "Router-Available-To-Network", Operation::report},
    Function{0x06, "Initialize-Routing-Table", Operation::config_write},
    Function{0x07, "Initialize-Routing-Table-Ack", Operation::config_write},
    Function{0x08, "Establish-Connection-To-Network", Operation::session_open},
    Function{0x09, "Disconnect-Connection-To-Network", Operation::session_close},
    Function{0x0A, "Challenge-Request", Operation::auth},
    Function{0x0B, "Security-Payload", Operation::unknown},
    Function{0x0C, "Security-Response", Operation::auth},
    Function{0x0D, "Request-Key-Update", Operation::auth},
    Function{0x0E, "Update-Key-Set", Operation::credential_change},
    Function{0x0F, "Update-Distribution-Key", Operation::credential_change},
    Function{0x10, "Request-Master-Key", Operation::auth},
    Function{0x11, "Set-Master-Key", Operation::credential_change},
    Function{0x12, "What-Is-Network-Number", Operation::discover},
    Function{0x13, "Network-Number-Is", Operation::discover},
};

constexpr std::array object_type_rows{
    Named<std::uint16_t>{0, "analog input"},
    Named<std::uint16_t>{1, "analog output"},
    Named<std::uint16_t>{2, "analog value"},
    Named<std::uint16_t>{3, "binary input"},
    Named<std::uint16_t>{4, "binary output"},
    Named<std::uint16_t>{5, "binary value"},
    Named<std::uint16_t>{6, "calendar"},
    Named<std::uint16_t>{7, "command"},
    Named<std::uint16_t>{8, "device"},
    Named<std::uint16_t>{9, "event enrollment"},
    Named<std::uint16_t>{10, "file"},
    Named<std::uint16_t>{11, "group"},
    Named<std::uint16_t>{12, "loop"},
    Named<std::uint16_t>{13, "multi-state input"},
    Named<std::uint16_t>{14, "multi-state output"},
    Named<std::uint16_t>{15, "notification class"},
    Named<std::uint16_t>{16, "program"},
    Named<std::uint16_t>{17, "schedule"},
    Named<std::uint16_t>{18, "averaging"},
    Named<std::uint16_t>{19, "multi-state value"},
    Named<std::uint16_t>{20, "trend log"},
    Named<std::uint16_t>{21, "life safety point"},
    Named<std::uint16_t>{22, "life safety zone"},
    Named<std::uint16_t>{23, "accumulator"},
    Named<std::uint16_t>{24, "pulse converter"},
    Named<std::uint16_t>{25, "event log"},
    Named<std::uint16_t>{26, "global group"},
    Named<std::uint16_t>{27, "trend log multiple"},
    Named<std::uint16_t>{28, "load control"},
    Named<std::uint16_t>{29, "structured view"},
    Named<std::uint16_t>{30, "access door"},
    Named<std::uint16_t>{32, "access credential"},
    Named<std::uint16_t>{33, "access point"},
    Named<std::uint16_t>{34, "access rights"},
    Named<std::uint16_t>{35, "access user"},
    Named<std::uint16_t>{36, "access zone"},
    Named<std::uint16_t>{40, "character string value"},
    Named<std::uint16_t>{45, "integer value"},
    Named<std::uint16_t>{46, "large analog value"},
    Named<std::uint16_t>{48, "positive integer value"},
    Named<std::uint16_t>{54, "lighting output"},
    Named<std::uint16_t>{56, "network port"},
    Named<std::uint16_t>{57, "elevator group"},
    Named<std::uint16_t>{58, "escalator"},
    Named<std::uint16_t>{59, "lift"},
};

constexpr std::array property_rows{
    Named<std::uint32_t>{8, "all"},
    Named<std::uint32_t>{10, "apdu segment timeout"},
    Named<std::uint32_t>{11, "apdu timeout"},
    Named<std::uint32_t>{12, "application software version"},
    Named<std::uint32_t>{17, "notification class"},
    Named<std::uint32_t>{28, "description"},
    Named<std::uint32_t>{30, "device address binding"},
    Named<std::uint32_t>{31, "device type"},
    Named<std::uint32_t>{35, "event enable"},
    Named<std::uint32_t>{36, "event state"},
    Named<std::uint32_t>{44, "firmware revision"},
    Named<std::uint32_t>{45, "high limit"},
    Named<std::uint32_t>{56, "local time"},
    Named<std::uint32_t>{57, "local date"},
    Named<std::uint32_t>{58, "location"},
    Named<std::uint32_t>{59, "low limit"},
    Named<std::uint32_t>{62, "max apdu length accepted"},
    Named<std::uint32_t>{70, "model name"},
    Named<std::uint32_t>{75, "object identifier"},
    Named<std::uint32_t>{76, "object list"},
    Named<std::uint32_t>{77, "object name"},
    Named<std::uint32_t>{79, "object type"},
    Named<std::uint32_t>{80, "optional"},
    Named<std::uint32_t>{81, "out of service"},
    Named<std::uint32_t>{84, "polarity"},
    Named<std::uint32_t>{85, "present value"},
    Named<std::uint32_t>{87, "priority array"},
    Named<std::uint32_t>{90, "program change"},
    Named<std::uint32_t>{92, "program state"},
    Named<std::uint32_t>{96, "protocol object types supported"},
    Named<std::uint32_t>{97, "protocol services supported"},
    Named<std::uint32_t>{98, "protocol version"},
    Named<std::uint32_t>{102, "recipient list"},
    Named<std::uint32_t>{103, "reliability"},
    Named<std::uint32_t>{104, "relinquish default"},
    Named<std::uint32_t>{105, "required"},
    Named<std::uint32_t>{107, "segmentation supported"},
    Named<std::uint32_t>{111, "status flags"},
    Named<std::uint32_t>{112, "system status"},
    Named<std::uint32_t>{117, "units"},
    Named<std::uint32_t>{119, "utc offset"},
    Named<std::uint32_t>{120, "vendor identifier"},
    Named<std::uint32_t>{121, "vendor name"},
    Named<std::uint32_t>{123, "weekly schedule"},
    Named<std::uint32_t>{131, "log buffer"},
    Named<std::uint32_t>{139, "protocol revision"},
    Named<std::uint32_t>{155, "database revision"},
    Named<std::uint32_t>{372, "serial number"},
};

constexpr std::array vendor_rows{
    Named<std::uint32_t>{0, "ASHRAE"},
    Named<std::uint32_t>{1, "NIST"},
    Named<std::uint32_t>{2, "Trane"},
    Named<std::uint32_t>{5, "Johnson Controls"},
    Named<std::uint32_t>{7, "Siemens Schweiz"},
    Named<std::uint32_t>{8, "Delta Controls"},
    Named<std::uint32_t>{9, "Siemens Schweiz"},
    Named<std::uint32_t>{10, "Schneider Electric"},
    Named<std::uint32_t>{15, "Cimetrics"},
    Named<std::uint32_t>{16, "Carrier"},
    Named<std::uint32_t>{17, "Honeywell"},
    Named<std::uint32_t>{18, "Alerton"},
    Named<std::uint32_t>{24, "Automated Logic"},
    Named<std::uint32_t>{35, "Reliable Controls"},
    Named<std::uint32_t>{36, "Tridium"},
    Named<std::uint32_t>{77, "Carel"},
    Named<std::uint32_t>{80, "Sauter"},
    Named<std::uint32_t>{86, "Distech Controls"},
    Named<std::uint32_t>{89, "Saia-Burgess Controls"},
    Named<std::uint32_t>{91, "Novar/Trend"},
    Named<std::uint32_t>{95, "SIEMENS Building Automation"},
    Named<std::uint32_t>{178, "LOYTEC"},
    Named<std::uint32_t>{222, "WAGO"},
    Named<std::uint32_t>{260, "BACnet Stack at SourceForge"},
    Named<std::uint32_t>{284, "Belimo"},
    Named<std::uint32_t>{313, "Siemens Industry"},
    Named<std::uint32_t>{364, "Distech Controls"},
    Named<std::uint32_t>{423, "Belimo"},
    Named<std::uint32_t>{902, "Otis"},
    Named<std::uint32_t>{984, "KONE"},
    Named<std::uint32_t>{1149, "Schindler"},
};

constexpr std::array error_rows{
    Named<std::uint32_t>{0, "other"},
    Named<std::uint32_t>{1, "authentication failed"},
    Named<std::uint32_t>{2, "configuration in progress"},
    Named<std::uint32_t>{3, "device busy"},
    Named<std::uint32_t>{5, "file access denied"},
    Named<std::uint32_t>{7, "inconsistent parameters"},
    Named<std::uint32_t>{9, "invalid data type"},
    Named<std::uint32_t>{16, "missing required parameter"},
    Named<std::uint32_t>{25, "operational problem"},
    Named<std::uint32_t>{26, "password failure"},
    Named<std::uint32_t>{27, "read access denied"},
    Named<std::uint32_t>{29, "service request denied"},
    Named<std::uint32_t>{30, "timeout"},
    Named<std::uint32_t>{31, "unknown object"},
    Named<std::uint32_t>{32, "unknown property"},
    Named<std::uint32_t>{36, "unsupported object type"},
    Named<std::uint32_t>{37, "value out of range"},
    Named<std::uint32_t>{40, "write access denied"},
    Named<std::uint32_t>{42, "invalid array index"},
    Named<std::uint32_t>{45, "optional functionality not supported"},
    Named<std::uint32_t>{47, "datatype not supported"},
    Named<std::uint32_t>{48, "duplicate name"},
    Named<std::uint32_t>{50, "property is not an array"},
};

constexpr std::array reject_rows{
    Named<std::uint32_t>{0, "other"},
    Named<std::uint32_t>{1, "buffer overflow"},
    Named<std::uint32_t>{2, "inconsistent parameters"},
    Named<std::uint32_t>{3, "invalid parameter data type"},
    Named<std::uint32_t>{4, "invalid tag"},
    Named<std::uint32_t>{5, "missing required parameter"},
    Named<std::uint32_t>{6, "parameter out of range"},
    Named<std::uint32_t>{7, "too many arguments"},
    Named<std::uint32_t>{8, "undefined enumeration"},
    Named<std::uint32_t>{9, "unrecognized service"},
};

constexpr std::array abort_rows{
    Named<std::uint32_t>{0, "other"},
    Named<std::uint32_t>{1, "buffer overflow"},
    Named<std::uint32_t>{2, "invalid unit in this state"},
    Named<std::uint32_t>{3, "preempted by task of higher priority"},
    Named<std::uint32_t>{4, "segmentation not supported"},
    Named<std::uint32_t>{5, "security error"},
    Named<std::uint32_t>{6, "insufficient security"},
    Named<std::uint32_t>{7, "window size out of range"},
    Named<std::uint32_t>{8, "application exceeded reply time"},
    Named<std::uint32_t>{9, "out of resources"},
    Named<std::uint32_t>{10, "timeout"},
    Named<std::uint32_t>{11, "unit too long"},
};

}  // namespace

std::span<const Service> confirmed_services() noexcept {
  return confirmed_rows;
}
std::span<const Service> unconfirmed_services() noexcept {
  return unconfirmed_rows;
}
std::span<const Function> link_functions() noexcept {
  return link_rows;
}
std::span<const Function> network_messages() noexcept {
  return network_rows;
}
std::span<const Named<std::uint16_t>> object_types() noexcept {
  return object_type_rows;
}
std::span<const Named<std::uint32_t>> properties() noexcept {
  return property_rows;
}
std::span<const Named<std::uint32_t>> vendors() noexcept {
  return vendor_rows;
}
std::span<const Named<std::uint32_t>> errors() noexcept {
  return error_rows;
}
std::span<const Named<std::uint32_t>> reject_reasons() noexcept {
  return reject_rows;
}
std::span<const Named<std::uint32_t>> abort_reasons() noexcept {
  return abort_rows;
}

}  // namespace bulkhead::bacnet
