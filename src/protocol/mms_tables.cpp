#include "protocol/mms_tables.h"

#include <array>

namespace bulkhead::mms {

namespace {

constexpr std::array confirmed_rows{
    Service{0, "Status", Operation::read_state},
    Service{1, "GetNameList", Operation::read},
    Service{2, "Identify", Operation::identify},
    Service{3, "Rename", Operation::config_write},
    Service{4, "Read", Operation::read},
    Service{5, "Write", Operation::write},
    Service{6, "GetVariableAccessAttributes", Operation::read},
    Service{7, "DefineNamedVariable", Operation::config_write},
    Service{8, "DefineScatteredAccess", Operation::config_write},
    Service{9, "GetScatteredAccessAttributes", Operation::read},
    Service{10, "DeleteVariableAccess", Operation::config_write},
    Service{11, "DefineNamedVariableList", Operation::config_write},
    Service{12, "GetNamedVariableListAttributes", Operation::read},
    Service{13, "DeleteNamedVariableList", Operation::config_write},
    Service{14, "DefineNamedType", Operation::config_write},
    Service{15, "GetNamedTypeAttributes", Operation::read},
    Service{16, "DeleteNamedType", Operation::config_write},
    Service{17, "Input", Operation::read},
    Service{18, "Output", Operation::write},
    Service{19, "TakeControl", Operation::auth},
    Service{20, "RelinquishControl", Operation::auth},
    Service{21, "DefineSemaphore", Operation::config_write},
    Service{22, "DeleteSemaphore", Operation::config_write},
    Service{23, "ReportSemaphoreStatus", Operation::read_state},
    Service{24, "ReportPoolSemaphoreStatus", Operation::read_state},
    Service{25, "ReportSemaphoreEntryStatus", Operation::read_state},
    Service{26, "InitiateDownloadSequence", Operation::program_download},
    Service{27, "DownloadSegment", Operation::program_download},
    Service{28, "TerminateDownloadSequence", Operation::program_download},
    Service{29, "InitiateUploadSequence", Operation::program_upload},
    Service{30, "UploadSegment", Operation::program_upload},
    Service{31, "TerminateUploadSequence", Operation::program_upload},
    Service{32, "RequestDomainDownload", Operation::program_download},
    Service{33, "RequestDomainUpload", Operation::program_upload},
    Service{34, "LoadDomainContent", Operation::program_download},
    Service{35, "StoreDomainContent", Operation::program_upload},
    Service{36, "DeleteDomain", Operation::block_delete},
    Service{37, "GetDomainAttributes", Operation::read},
    Service{38, "CreateProgramInvocation", Operation::program_edit},
    Service{39, "DeleteProgramInvocation", Operation::block_delete},
    Service{40, "Start", Operation::mode_start},
    Service{41, "Stop", Operation::mode_stop},
    Service{42, "Resume", Operation::mode_start},
    Service{43, "Reset", Operation::restart},
    Service{44, "Kill", Operation::mode_stop},
    Service{45, "GetProgramInvocationAttributes", Operation::read},
    Service{46, "ObtainFile", Operation::file_write},
    Service{47, "DefineEventCondition", Operation::alarm_change},
    Service{48, "DeleteEventCondition", Operation::alarm_change},
    Service{49, "GetEventConditionAttributes", Operation::read},
    Service{50, "ReportEventConditionStatus", Operation::read_state},
    Service{51, "AlterEventConditionMonitoring", Operation::alarm_change},
    Service{52, "TriggerEvent", Operation::control},
    Service{53, "DefineEventAction", Operation::alarm_change},
    Service{54, "DeleteEventAction", Operation::alarm_change},
    Service{55, "GetEventActionAttributes", Operation::read},
    Service{56, "ReportEventActionStatus", Operation::read_state},
    Service{57, "DefineEventEnrollment", Operation::alarm_change},
    Service{58, "DeleteEventEnrollment", Operation::alarm_change},
    Service{59, "AlterEventEnrollment", Operation::alarm_change},
    Service{60, "ReportEventEnrollmentStatus", Operation::read_state},
    Service{61, "GetEventEnrollmentAttributes", Operation::read},
    Service{62, "AcknowledgeEventNotification", Operation::alarm_ack},
    Service{63, "GetAlarmSummary", Operation::read_state},
    Service{64, "GetAlarmEnrollmentSummary", Operation::read_state},
    Service{65, "ReadJournal", Operation::read},
    Service{66, "WriteJournal", Operation::write},
    Service{67, "InitializeJournal", Operation::log_clear},
    Service{68, "ReportJournalStatus", Operation::read_state},
    Service{69, "CreateJournal", Operation::config_write},
    Service{70, "DeleteJournal", Operation::log_clear},
    Service{71, "GetCapabilityList", Operation::identify},
    Service{72, "FileOpen", Operation::file_read},
    Service{73, "FileRead", Operation::file_read},
    Service{74, "FileClose", Operation::file_read},
    Service{75, "FileRename", Operation::file_write},
    Service{76, "FileDelete", Operation::file_delete},
    Service{77, "FileDirectory", Operation::file_read},
};

constexpr std::array unconfirmed_rows{
    Service{0, "InformationReport", Operation::report},
    Service{1, "UnsolicitedStatus", Operation::report},
    Service{2, "EventNotification", Operation::report},
};

// `LLN0$CO$Pos$Oper`: what stands between the first two dollars is the functional constraint.
constexpr std::array<std::pair<std::string_view, Operation>, 7> constraints{{
    {"CO", Operation::control},
    {"SG", Operation::config_write},
    {"SE", Operation::config_write},
    {"CF", Operation::config_write},
    {"BR", Operation::subscribe},
    {"RP", Operation::subscribe},
    {"GO", Operation::comm_disable},
}};

}  // namespace

std::span<const Service> confirmed_services() noexcept {
  return confirmed_rows;
}
std::span<const Service> unconfirmed_services() noexcept {
  return unconfirmed_rows;
}

Operation write_operation(std::string_view item, Operation otherwise) noexcept {
  const std::size_t begin = item.find('$');
  if (begin == std::string_view::npos) return otherwise;
  const std::string_view constraint = item.substr(begin + 1, item.find('$', begin + 1) - begin - 1);
  for (const auto& [name, operation] : constraints)
    if (constraint == name) return operation;
  return otherwise;
}

}  // namespace bulkhead::mms
