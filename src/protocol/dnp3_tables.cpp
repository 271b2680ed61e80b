#include "protocol/dnp3_tables.h"

#include <array>

namespace bulkhead::dnp3 {

namespace {

constexpr std::array function_rows{
    Function{0, "Confirm", Operation::read, false, false},
    Function{1, "Read", Operation::read, false, true},
    Function{2, "Write", Operation::write, true, true},
    Function{3, "Select", Operation::control, true, true},
    Function{4, "Operate", Operation::control, true, true},
    Function{5, "Direct Operate", Operation::control, true, true},
    Function{6, "Direct Operate, No Response", Operation::control, true, false},
    Function{7, "Immediate Freeze", Operation::write, false, true},
    Function{8, "Immediate Freeze, No Response", Operation::write, false, false},
    Function{9, "Freeze and Clear", Operation::write, false, true},
    Function{10, "Freeze and Clear, No Response", Operation::write, false, false},
    Function{11, "Freeze at Time", Operation::write, false, true},
    Function{12, "Freeze at Time, No Response", Operation::write, false, false},
    Function{13, "Cold Restart", Operation::restart, false, true},
    Function{14, "Warm Restart", Operation::restart, false, true},
    Function{15, "Initialize Data", Operation::config_write, false, true},
    Function{16, "Initialize Application", Operation::mode_other, true, true},
    Function{17, "Start Application", Operation::mode_start, true, true},
    Function{18, "Stop Application", Operation::mode_stop, true, true},
    Function{19, "Save Configuration", Operation::config_write, true, true},
    Function{20, "Enable Unsolicited", Operation::comm_enable, false, true},
    Function{21, "Disable Unsolicited", Operation::comm_disable, false, true},
    Function{22, "Assign Class", Operation::alarm_change, false, true},
    Function{23, "Delay Measurement", Operation::read_state, false, true},
    Function{24, "Record Current Time", Operation::time_set, false, true},
    Function{25, "Open File", Operation::file_read, true, true},
    Function{26, "Close File", Operation::file_read, true, true},
    Function{27, "Delete File", Operation::file_delete, true, true},
    Function{28, "Get File Information", Operation::file_read, true, true},
    Function{29, "Authenticate File", Operation::auth, true, true},
    Function{30, "Abort File", Operation::file_read, true, true},
    Function{31, "Activate Configuration", Operation::program_edit, true, true},
    Function{32, "Authentication Request", Operation::auth, true, true},
    Function{33, "Authentication Request, No Response", Operation::auth, true, false},
    Function{129, "Response", Operation::report, true, false},
    Function{130, "Unsolicited Response", Operation::report, true, false},
    Function{131, "Authentication Response", Operation::auth, true, false},
};

// IEEE 1815, table 9-2.
constexpr std::array primary_rows{
    Named<std::uint8_t>{0, "Reset Link States"},     Named<std::uint8_t>{1, "Reset User Process"},
    Named<std::uint8_t>{2, "Test Link States"},      Named<std::uint8_t>{3, "Confirmed User Data"},
    Named<std::uint8_t>{4, "Unconfirmed User Data"}, Named<std::uint8_t>{9, "Request Link Status"},
};
constexpr std::array secondary_rows{
    Named<std::uint8_t>{0, "Ack"},
    Named<std::uint8_t>{1, "Nack"},
    Named<std::uint8_t>{11, "Link Status"},
    Named<std::uint8_t>{15, "Not Supported"},
};

// IEEE 1815, annex A.
constexpr std::array group_rows{
    Named<std::uint8_t>{0, "device attributes"},
    Named<std::uint8_t>{1, "binary input"},
    Named<std::uint8_t>{2, "binary input event"},
    Named<std::uint8_t>{3, "double-bit input"},
    Named<std::uint8_t>{4, "double-bit input event"},
    Named<std::uint8_t>{10, "binary output"},
    Named<std::uint8_t>{11, "binary output event"},
    Named<std::uint8_t>{12, "binary output command"},
    Named<std::uint8_t>{13, "binary output command event"},
    Named<std::uint8_t>{20, "counter"},
    Named<std::uint8_t>{21, "frozen counter"},
    Named<std::uint8_t>{22, "counter event"},
    Named<std::uint8_t>{23, "frozen counter event"},
    Named<std::uint8_t>{30, "analogue input"},
    Named<std::uint8_t>{31, "frozen analogue input"},
    Named<std::uint8_t>{32, "analogue input event"},
    Named<std::uint8_t>{33, "frozen analogue input event"},
    Named<std::uint8_t>{34, "analogue input deadband"},
    Named<std::uint8_t>{40, "analogue output status"},
    Named<std::uint8_t>{41, "analogue output"},
    Named<std::uint8_t>{42, "analogue output event"},
    Named<std::uint8_t>{43, "analogue output command event"},
    Named<std::uint8_t>{50, "time and date"},
    Named<std::uint8_t>{51, "common time of occurrence"},
    Named<std::uint8_t>{52, "time delay"},
    Named<std::uint8_t>{60, "class data"},
    Named<std::uint8_t>{70, "file control"},
    Named<std::uint8_t>{80, "internal indications"},
    Named<std::uint8_t>{81, "device storage"},
    Named<std::uint8_t>{82, "device profile"},
    Named<std::uint8_t>{83, "private registration"},
    Named<std::uint8_t>{85, "data set prototype"},
    Named<std::uint8_t>{86, "data set descriptor"},
    Named<std::uint8_t>{87, "data set"},
    Named<std::uint8_t>{88, "data set event"},
    Named<std::uint8_t>{90, "application identifier"},
    Named<std::uint8_t>{91, "status of requested operation"},
    Named<std::uint8_t>{100, "floating point"},
    Named<std::uint8_t>{101, "packed decimal"},
    Named<std::uint8_t>{102, "unsigned integer"},
    Named<std::uint8_t>{110, "octet string"},
    Named<std::uint8_t>{111, "octet string event"},
    Named<std::uint8_t>{112, "virtual terminal output"},
    Named<std::uint8_t>{113, "virtual terminal event"},
    Named<std::uint8_t>{120, "authentication"},
    Named<std::uint8_t>{121, "security statistics"},
    Named<std::uint8_t>{122, "security statistics event"},
};

constexpr std::array indication_rows{
    Named<std::uint16_t>{0x0100, "all stations"},
    Named<std::uint16_t>{0x0200, "class 1 events"},
    Named<std::uint16_t>{0x0400, "class 2 events"},
    Named<std::uint16_t>{0x0800, "class 3 events"},
    Named<std::uint16_t>{0x1000, "need time"},
    Named<std::uint16_t>{0x2000, "local control"},
    Named<std::uint16_t>{0x4000, "device trouble"},
    Named<std::uint16_t>{0x8000, "device restart"},
    Named<std::uint16_t>{0x0001, "function not supported"},
    Named<std::uint16_t>{0x0002, "object unknown"},
    Named<std::uint16_t>{0x0004, "parameter error"},
    Named<std::uint16_t>{0x0008, "event buffer overflow"},
    Named<std::uint16_t>{0x0010, "already executing"},
    Named<std::uint16_t>{0x0020, "configuration corrupt"},
};

struct Size {
  std::uint8_t group, variation;
  std::uint8_t bits;
};

constexpr std::uint8_t octets(unsigned count) {
  return static_cast<std::uint8_t>(count * 8);
}

// IEEE 1815, annex A: objects of a fixed size, in bits.
constexpr std::array sizes{
    Size{1, 1, 1},           Size{1, 2, 8},           Size{2, 1, 8},           Size{2, 2, octets(7)},
    Size{2, 3, octets(3)},   Size{3, 1, 2},           Size{3, 2, 8},           Size{4, 1, 8},
    Size{4, 2, octets(7)},   Size{4, 3, octets(3)},   Size{10, 1, 1},          Size{10, 2, 8},
    Size{11, 1, 8},          Size{11, 2, octets(7)},  Size{12, 1, octets(11)}, Size{12, 2, octets(11)},
    Size{12, 3, 1},          Size{13, 1, 8},          Size{13, 2, octets(7)},  Size{20, 1, octets(5)},
    Size{20, 2, octets(3)},  Size{20, 3, octets(5)},  Size{20, 4, octets(3)},  Size{20, 5, octets(4)},
    Size{20, 6, octets(2)},  Size{20, 7, octets(4)},  Size{20, 8, octets(2)},  Size{21, 1, octets(5)},
    Size{21, 2, octets(3)},  Size{21, 3, octets(5)},  Size{21, 4, octets(3)},  Size{21, 5, octets(11)},
    Size{21, 6, octets(9)},  Size{21, 7, octets(11)}, Size{21, 8, octets(9)},  Size{21, 9, octets(4)},
    Size{21, 10, octets(2)}, Size{21, 11, octets(4)}, Size{21, 12, octets(2)}, Size{22, 1, octets(5)},
    Size{22, 2, octets(3)},  Size{22, 3, octets(5)},  Size{22, 4, octets(3)},  Size{22, 5, octets(11)},
    Size{22, 6, octets(9)},  Size{22, 7, octets(11)}, Size{22, 8, octets(9)},  Size{23, 1, octets(5)},
    Size{23, 2, octets(3)},  Size{23, 3, octets(5)},  Size{23, 4, octets(3)},  Size{23, 5, octets(11)},
    Size{23, 6, octets(9)},  Size{23, 7, octets(11)}, Size{23, 8, octets(9)},  Size{30, 1, octets(5)},
    Size{30, 2, octets(3)},  Size{30, 3, octets(4)},  Size{30, 4, octets(2)},  Size{30, 5, octets(5)},
    Size{30, 6, octets(9)},  Size{31, 1, octets(5)},  Size{31, 2, octets(3)},  Size{31, 3, octets(11)},
    Size{31, 4, octets(9)},  Size{31, 5, octets(4)},  Size{31, 6, octets(2)},  Size{31, 7, octets(5)},
    Size{31, 8, octets(9)},  Size{32, 1, octets(5)},  Size{32, 2, octets(3)},  Size{32, 3, octets(11)},
    Size{32, 4, octets(9)},  Size{32, 5, octets(5)},  Size{32, 6, octets(9)},  Size{32, 7, octets(11)},
    Size{32, 8, octets(15)}, Size{33, 1, octets(5)},  Size{33, 2, octets(3)},  Size{33, 3, octets(11)},
    Size{33, 4, octets(9)},  Size{33, 5, octets(5)},  Size{33, 6, octets(9)},  Size{33, 7, octets(11)},
    Size{33, 8, octets(15)}, Size{34, 1, octets(2)},  Size{34, 2, octets(4)},  Size{34, 3, octets(4)},
    Size{40, 1, octets(5)},  Size{40, 2, octets(3)},  Size{40, 3, octets(5)},  Size{40, 4, octets(9)},
    Size{41, 1, octets(5)},  Size{41, 2, octets(3)},  Size{41, 3, octets(5)},  Size{41, 4, octets(9)},
    Size{42, 1, octets(5)},  Size{42, 2, octets(3)},  Size{42, 3, octets(11)}, Size{42, 4, octets(9)},
    Size{42, 5, octets(5)},  Size{42, 6, octets(9)},  Size{42, 7, octets(11)}, Size{42, 8, octets(15)},
    Size{43, 1, octets(5)},  Size{43, 2, octets(3)},  Size{43, 3, octets(11)}, Size{43, 4, octets(9)},
    Size{43, 5, octets(5)},  Size{43, 6, octets(9)},  Size{43, 7, octets(11)}, Size{43, 8, octets(15)},
    Size{50, 1, octets(6)},  Size{50, 2, octets(10)}, Size{50, 3, octets(6)},  Size{50, 4, octets(11)},
    Size{51, 1, octets(6)},  Size{51, 2, octets(6)},  Size{52, 1, octets(2)},  Size{52, 2, octets(2)},
    Size{80, 1, 1},          Size{101, 1, octets(2)}, Size{101, 2, octets(4)}, Size{101, 3, octets(8)},
    Size{102, 1, 8},         Size{121, 1, octets(7)}, Size{122, 1, octets(7)}, Size{122, 2, octets(13)},
    Size{120, 3, octets(6)}, Size{120, 4, octets(2)},
};

constexpr std::uint8_t class_data = 60, octet_string = 110, virtual_terminal_event = 113;

constexpr std::uint16_t reflected_polynomial = 0xA6BC;

}  // namespace

std::span<const Function> functions() noexcept {
  return function_rows;
}
std::span<const Named<std::uint8_t>> primary_functions() noexcept {
  return primary_rows;
}
std::span<const Named<std::uint8_t>> secondary_functions() noexcept {
  return secondary_rows;
}
std::span<const Named<std::uint8_t>> groups() noexcept {
  return group_rows;
}
std::span<const Named<std::uint16_t>> indications() noexcept {
  return indication_rows;
}

std::optional<std::uint32_t> object_bits(std::uint8_t group, std::uint8_t variation) noexcept {
  if (group == class_data) return 0;
  if (group >= octet_string && group <= virtual_terminal_event) return variation * 8U;  // as many octets
  const auto found = std::find_if(sizes.begin(), sizes.end(),
                                  [&](const Size& size) { return size.group == group && size.variation == variation; });
  if (found == sizes.end()) return std::nullopt;
  return found->bits;
}

std::uint16_t crc(std::span<const std::uint8_t> bytes) noexcept {
  unsigned value = 0;
  for (const std::uint8_t byte : bytes) {
    value ^= byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1U ^ reflected_polynomial : value >> 1U;
  }
  return static_cast<std::uint16_t>(~value);
}

}  // namespace bulkhead::dnp3
