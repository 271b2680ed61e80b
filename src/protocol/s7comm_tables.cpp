#include "protocol/s7comm_tables.h"

#include <array>

namespace bulkhead::s7comm {

namespace {

constexpr std::array function_rows{
    Function{0x00, "CPU Services", Operation::unknown},
    Function{0x04, "Read Variable", Operation::read},
    Function{0x05, "Write Variable", Operation::write},
    Function{0x1A, "Request Download", Operation::program_download},
    Function{0x1B, "Download Block", Operation::program_download},
    Function{0x1C, "Download Ended", Operation::program_download},
    Function{0x1D, "Start Upload", Operation::program_upload},
    Function{0x1E, "Upload", Operation::program_upload},
    Function{0x1F, "End Upload", Operation::program_upload},
    Function{0x28, "PI Service", Operation::unknown},
    Function{0x29, "PLC Stop", Operation::mode_stop},
    Function{0xF0, "Setup Communication", Operation::session_open},
};

constexpr std::array sub_function_rows{
    SubFunction{0x0000, "Mode Transition: Stop", Operation::report},
    SubFunction{0x0001, "Mode Transition: Warm Restart", Operation::report},
    SubFunction{0x0002, "Mode Transition: Run", Operation::report},
    SubFunction{0x0003, "Mode Transition: Hot Restart", Operation::report},
    SubFunction{0x0004, "Mode Transition: Hold", Operation::report},
    SubFunction{0x0006, "Mode Transition: Cold Restart", Operation::report},
    SubFunction{0x0009, "Mode Transition: Run Redundant", Operation::report},
    SubFunction{0x000B, "Mode Transition: Link-Up", Operation::report},
    SubFunction{0x000C, "Mode Transition: Update", Operation::report},
    SubFunction{0x0101, "Block Status", Operation::read_state},
    SubFunction{0x0102, "Variable Status", Operation::read},
    SubFunction{0x0103, "Output Interrupt Stack", Operation::read_state},
    SubFunction{0x0104, "Output Block Stack", Operation::read_state},
    SubFunction{0x0105, "Output Local Data Stack", Operation::read_state},
    SubFunction{0x0106, "Time Measurement", Operation::read_state},
    SubFunction{0x0107, "Force Selection", Operation::force},
    SubFunction{0x0108, "Modify Variable", Operation::write},
    SubFunction{0x0109, "Force", Operation::force},
    SubFunction{0x010A, "Breakpoint", Operation::mode_other},
    SubFunction{0x010B, "Exit Hold", Operation::mode_start},
    SubFunction{0x010C, "Memory Reset", Operation::restart},
    SubFunction{0x010D, "Disable Job", Operation::subscribe},
    SubFunction{0x010E, "Enable Job", Operation::subscribe},
    SubFunction{0x010F, "Delete Job", Operation::subscribe},
    SubFunction{0x0110, "Read Job List", Operation::read_state},
    SubFunction{0x0111, "Read Job", Operation::read_state},
    SubFunction{0x0112, "Replace Job", Operation::subscribe},
    SubFunction{0x0113, "Block Status 2", Operation::read_state},
    SubFunction{0x0116, "Flash LED", Operation::discover},
    SubFunction{0x0201, "Cyclic Transfer", Operation::subscribe},
    SubFunction{0x0204, "Unsubscribe Cyclic", Operation::subscribe},
    SubFunction{0x0205, "Change Driven Transfer", Operation::subscribe},
    SubFunction{0x0207, "Change Driven Transfer: Modify", Operation::subscribe},
    SubFunction{0x0301, "List Blocks", Operation::identify},
    SubFunction{0x0302, "List Blocks of Type", Operation::identify},
    SubFunction{0x0303, "Get Block Info", Operation::identify},
    SubFunction{0x0401, "Read SZL", Operation::identify},
    SubFunction{0x0402, "Message Service", Operation::subscribe},
    SubFunction{0x0403, "Diagnostic Message: Stop", Operation::report},
    SubFunction{0x0405, "Alarm 8 Indication", Operation::report},
    SubFunction{0x0406, "Alarm 8 Lock", Operation::alarm_change},
    SubFunction{0x0407, "Alarm 8 Unlock", Operation::alarm_change},
    SubFunction{0x0408, "Scan Indication", Operation::report},
    SubFunction{0x040B, "Alarm Acknowledgement", Operation::alarm_ack},
    SubFunction{0x040C, "Alarm Acknowledgement Indication", Operation::report},
    SubFunction{0x040D, "Alarm Lock Indication", Operation::report},
    SubFunction{0x040E, "Alarm Unlock Indication", Operation::report},
    SubFunction{0x0411, "Alarm SQ Indication", Operation::report},
    SubFunction{0x0412, "Alarm S Indication", Operation::report},
    SubFunction{0x0413, "Alarm Query", Operation::read_state},
    SubFunction{0x0416, "Notify Indication", Operation::report},
    SubFunction{0x0501, "PLC Password", Operation::auth},
    SubFunction{0x0502, "PLC Password: End", Operation::auth},
    SubFunction{0x0701, "Read Clock", Operation::read_state},
    SubFunction{0x0702, "Set Clock", Operation::time_set},
    SubFunction{0x0703, "Read Clock (Following)", Operation::read_state},
    SubFunction{0x0704, "Set Clock (2)", Operation::time_set},
    SubFunction{0x0F01, "NC Request Download", Operation::program_download},
    SubFunction{0x0F02, "NC Download Block", Operation::program_download},
    SubFunction{0x0F03, "NC Continue Download", Operation::program_download},
    SubFunction{0x0F04, "NC Download Ended", Operation::program_download},
    SubFunction{0x0F06, "NC Start Upload", Operation::program_upload},
    SubFunction{0x0F07, "NC Upload", Operation::program_upload},
    SubFunction{0x0F08, "NC Continue Upload", Operation::program_upload},
};

constexpr std::array service_rows{
    Service{"P_PROGRAM", Operation::mode_start},
    Service{"_INSE", Operation::program_edit},
    Service{"_INS2", Operation::program_edit},
    Service{"_DELE", Operation::block_delete},
    Service{"_GARB", Operation::program_edit},
    Service{"_MODU", Operation::program_edit},
    Service{"_N_LOGIN_", Operation::auth},
    Service{"_N_LOGOUT", Operation::auth},
    Service{"_N_CANCEL", Operation::alarm_ack},
    Service{"_N_DASAVE", Operation::config_write},
    Service{"_N_DIGIOF", Operation::mode_other},
    Service{"_N_DIGION", Operation::mode_other},
    Service{"_N_DZERO_", Operation::config_write},
    Service{"_N_F_CLOS", Operation::file_write},
    Service{"_N_F_COPY", Operation::file_write},
    Service{"_N_F_DELE", Operation::file_delete},
    Service{"_N_F_MOVE", Operation::file_write},
    Service{"_N_F_OPEN", Operation::file_read},
    Service{"_N_F_OPER", Operation::file_read},
    Service{"_N_F_PROT", Operation::file_write},
    Service{"_N_F_RENA", Operation::file_write},
    Service{"_N_F_SEEK", Operation::file_read},
    Service{"_N_F_XFER", Operation::file_write},
    Service{"_N_FINDBL", Operation::mode_other},
    Service{"_N_IBN_SS", Operation::mode_other},
    Service{"_N_NCKMOD", Operation::mode_other},
    Service{"_N_NEWPWD", Operation::credential_change},
    Service{"_N_SEL_BL", Operation::mode_other},
    Service{"_N_SELECT", Operation::mode_other},
    Service{"_N_SETTDT", Operation::config_write},
};

// The first two digits of a block's file name are its type: "08" is an organisation block.
constexpr std::array block_type_rows{
    Named<char>{'8', "OB"}, Named<char>{'9', "CMOD"}, Named<char>{'A', "DB"}, Named<char>{'B', "SDB"},
    Named<char>{'C', "FC"}, Named<char>{'D', "SFC"},  Named<char>{'E', "FB"}, Named<char>{'F', "SFB"},
};

constexpr std::array file_system_rows{
    Named<char>{'P', "passive"},
    Named<char>{'A', "active"},
    Named<char>{'B', "active and passive"},
};

constexpr std::array area_rows{
    Named<std::uint8_t>{0x03, "system info"},     Named<std::uint8_t>{0x05, "system flags"},
    Named<std::uint8_t>{0x06, "analogue inputs"}, Named<std::uint8_t>{0x07, "analogue outputs"},
    Named<std::uint8_t>{0x1C, "counters"},        Named<std::uint8_t>{0x1D, "timers"},
    Named<std::uint8_t>{0x1E, "IEC counters"},    Named<std::uint8_t>{0x1F, "IEC timers"},
    Named<std::uint8_t>{0x80, "peripheral"},      Named<std::uint8_t>{0x81, "inputs"},
    Named<std::uint8_t>{0x82, "outputs"},         Named<std::uint8_t>{0x83, "flags"},
    Named<std::uint8_t>{0x84, "data blocks"},     Named<std::uint8_t>{0x85, "instance data blocks"},
    Named<std::uint8_t>{0x86, "local data"},      Named<std::uint8_t>{0x87, "previous local data"},
};

constexpr std::array return_code_rows{
    Named<std::uint8_t>{0x00, "reserved"},
    Named<std::uint8_t>{0x01, "hardware error"},
    Named<std::uint8_t>{0x03, "accessing the object not allowed"},
    Named<std::uint8_t>{0x05, "invalid address"},
    Named<std::uint8_t>{0x06, "data type not supported"},
    Named<std::uint8_t>{0x07, "data type inconsistent"},
    Named<std::uint8_t>{0x0A, "object does not exist"},
    Named<std::uint8_t>{0xFF, "success"},
};

constexpr std::array error_class_rows{
    Named<std::uint8_t>{0x00, "no error"},
    Named<std::uint8_t>{0x81, "application relationship"},
    Named<std::uint8_t>{0x82, "object definition"},
    Named<std::uint8_t>{0x83, "no resources available"},
    Named<std::uint8_t>{0x84, "error on service processing"},
    Named<std::uint8_t>{0x85, "error on supplies"},
    Named<std::uint8_t>{0x87, "access error"},
};

constexpr std::array userdata_error_rows{
    Named<std::uint16_t>{0x8104, "function not implemented or error in telegram"},
    Named<std::uint16_t>{0x8500, "wrong PDU size"},
    Named<std::uint16_t>{0xD401, "invalid SZL identifier"},
    Named<std::uint16_t>{0xD402, "invalid SZL index"},
    Named<std::uint16_t>{0xD403, "object not found in SZL"},
    Named<std::uint16_t>{0xD404, "operating mode does not permit it"},
    Named<std::uint16_t>{0xD406, "diagnostics protection error"},
    Named<std::uint16_t>{0xD602, "wrong password"},
    Named<std::uint16_t>{0xD604, "no password needed or login already granted"},
    Named<std::uint16_t>{0xD605, "no password set"},
    Named<std::uint16_t>{0xD209, "block does not exist"},
    Named<std::uint16_t>{0xD241, "protection level does not permit it"},
};

}  // namespace

std::span<const Function> functions() noexcept {
  return function_rows;
}
std::span<const SubFunction> sub_functions() noexcept {
  return sub_function_rows;
}
std::span<const Service> services() noexcept {
  return service_rows;
}
std::span<const Named<std::uint8_t>> areas() noexcept {
  return area_rows;
}
std::span<const Named<std::uint8_t>> return_codes() noexcept {
  return return_code_rows;
}
std::span<const Named<std::uint8_t>> error_classes() noexcept {
  return error_class_rows;
}
std::span<const Named<std::uint16_t>> userdata_errors() noexcept {
  return userdata_error_rows;
}
std::span<const Named<char>> block_types() noexcept {
  return block_type_rows;
}
std::span<const Named<char>> file_systems() noexcept {
  return file_system_rows;
}

}  // namespace bulkhead::s7comm
