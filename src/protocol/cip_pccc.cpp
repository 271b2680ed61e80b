// Commands of PCCC: Rockwell publication 1770-6.5.16, chapter 7.

#include <array>

#include "protocol/cip_tables.h"

namespace bulkhead::cip {

namespace {

constexpr std::array rows{
    PcccCommand{0x0000, "Protected Write", Operation::write},
    PcccCommand{0x0100, "Unprotected Read", Operation::read},
    PcccCommand{0x0200, "Protected Bit Write", Operation::write},
    PcccCommand{0x0500, "Unprotected Bit Write", Operation::write},
    PcccCommand{0x0800, "Unprotected Write", Operation::write},
    PcccCommand{0x0600, "Echo", Operation::read_state},
    PcccCommand{0x0601, "Read Diagnostic Counters", Operation::read_state},
    PcccCommand{0x0602, "Set Variables", Operation::config_write},
    PcccCommand{0x0603, "Diagnostic Status", Operation::identify},
    PcccCommand{0x0604, "Set Timeout", Operation::config_write},
    PcccCommand{0x0605, "Set NAKs", Operation::config_write},
    PcccCommand{0x0606, "Set ENQs", Operation::config_write},
    PcccCommand{0x0607, "Reset Diagnostic Counters", Operation::log_clear},
    PcccCommand{0x0608, "Set Data Table Size", Operation::config_write},
    PcccCommand{0x0609, "Read Link Parameters", Operation::read_state},
    PcccCommand{0x060A, "Set Link Parameters", Operation::config_write},
    PcccCommand{0x0700, "Disable Outputs", Operation::mode_other},
    PcccCommand{0x0701, "Enable Outputs", Operation::mode_other},
    PcccCommand{0x0703, "Enable PLC Scanning", Operation::mode_start},
    PcccCommand{0x0704, "Enter Download Mode", Operation::program_download},
    PcccCommand{0x0705, "Exit Download or Upload Mode", Operation::program_download},
    PcccCommand{0x0706, "Enter Upload Mode", Operation::program_upload},
    PcccCommand{0x0F00, "Word Range Write", Operation::write},
    PcccCommand{0x0F01, "Word Range Read", Operation::read},
    PcccCommand{0x0F02, "Bit Write", Operation::write},
    PcccCommand{0x0F03, "File Write", Operation::file_write},
    PcccCommand{0x0F04, "File Read", Operation::file_read},
    PcccCommand{0x0F05, "Download Request", Operation::program_download},
    PcccCommand{0x0F06, "Upload", Operation::program_upload},
    PcccCommand{0x0F07, "Shutdown", Operation::mode_stop},
    PcccCommand{0x0F08, "Physical Write", Operation::program_download},
    PcccCommand{0x0F09, "Physical Read", Operation::program_upload},
    PcccCommand{0x0F0A, "Restart Request", Operation::restart},
    PcccCommand{0x0F11, "Get Edit Resource", Operation::program_edit},
    PcccCommand{0x0F12, "Return Edit Resource", Operation::program_edit},
    PcccCommand{0x0F17, "Read Bytes Physical", Operation::program_upload},
    PcccCommand{0x0F18, "Write Bytes Physical", Operation::program_download},
    PcccCommand{0x0F26, "Read-Modify-Write", Operation::write},
    PcccCommand{0x0F29, "Read Section Size", Operation::read_state},
    PcccCommand{0x0F3A, "Set CPU Mode", Operation::mode_other},
    PcccCommand{0x0F41, "Disable Forces", Operation::force},
    PcccCommand{0x0F50, "Download All Request", Operation::program_download},
    PcccCommand{0x0F52, "Download Completed", Operation::program_download},
    PcccCommand{0x0F53, "Upload All Request", Operation::program_upload},
    PcccCommand{0x0F55, "Upload Completed", Operation::program_upload},
    PcccCommand{0x0F57, "Initialize Memory", Operation::block_delete},
    PcccCommand{0x0F5E, "Modify PLC-2 Compatibility File", Operation::config_write},
    PcccCommand{0x0F67, "Typed Write", Operation::write},
    PcccCommand{0x0F68, "Typed Read", Operation::read},
    PcccCommand{0x0F79, "Read-Modify-Write N", Operation::write},
    PcccCommand{0x0F80, "Change CPU Mode", Operation::mode_other},
    PcccCommand{0x0F81, "Open File", Operation::file_read},
    PcccCommand{0x0F82, "Close File", Operation::file_read},
    PcccCommand{0x0F88, "Execute Multiple Commands", Operation::unknown},
    PcccCommand{0x0F8F, "Apply Port Configuration", Operation::config_write},
    PcccCommand{0x0FA1, "Protected Typed Logical Read, Two Address Fields", Operation::read},
    PcccCommand{0x0FA2, "Protected Typed Logical Read, Three Address Fields", Operation::read},
    PcccCommand{0x0FA7, "Protected Typed File Read", Operation::file_read},
    PcccCommand{0x0FA9, "Protected Typed Logical Write, Two Address Fields", Operation::write},
    PcccCommand{0x0FAA, "Protected Typed Logical Write, Three Address Fields", Operation::write},
    PcccCommand{0x0FAB, "Protected Typed Logical Masked Write, Three Address Fields", Operation::write},
    PcccCommand{0x0FAF, "Protected Typed File Write", Operation::file_write},
};

}  // namespace

std::span<const PcccCommand> pccc_commands() noexcept {
  return rows;
}

bool has_function(std::uint8_t pccc_command) noexcept {
  return pccc_command == 0x06 || pccc_command == 0x07 || pccc_command == 0x0F;
}

}  // namespace bulkhead::cip
