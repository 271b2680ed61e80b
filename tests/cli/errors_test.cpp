// What a person mistypes: each mistake is said with its place, what was expected and what to do, on standard error
// alone, and ends with status 2.

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "capture/writer.h"
#include "support/frames.h"
#include "support/program.h"

namespace bulkhead::test {

namespace {

constexpr unsigned nobody = 65'534;

class Errors : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("bulkhead_errors_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    auto writer = PcapWriter::create(capture(), 1);
    ASSERT_TRUE(writer);
    const Octets frame = ethernet(0x0800, udp_packet());
    ASSERT_TRUE(writer->write({1, 1'700'000'000'000'000'000, frame, frame.size(), 1, 0, 0}));
    ASSERT_TRUE(writer->close());
    std::ofstream{folder_ / "letter.pcap"} << "Dear reader, this is not a capture.";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path capture() const { return folder_ / "good.pcap"; }
  [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
  static Outcome run(std::vector<std::string> arguments, unsigned user = 0) {
    arguments.insert(arguments.begin(), PROGRAM);
    return run_program(arguments, user);
  }
  /// The command fails, says this, and nothing on standard output.
  static void expect_error(const std::vector<std::string>& arguments, const std::string& words, unsigned user = 0) {
    const Outcome outcome = run(arguments, user);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_NE(outcome.err.find(words), std::string::npos) << words << "\n  is not in\n" << outcome.err;
    EXPECT_TRUE(outcome.out.empty()) << outcome.out;
  }
  std::filesystem::path folder_;
};

}  // namespace

TEST_F(Errors, ACommandThatIsNotThereIsNamedWithTheOneThatWasMeant) {
  expect_error({"asess", "x"}, "bulkhead: asess: there is no such command\n  did you mean 'assess'?\n");
  expect_error({"xyzzy"}, "bulkhead: xyzzy: there is no such command\n  commands: events, schema, check, assess");
  expect_error({}, "A subcommand is required");
}

TEST_F(Errors, OptionsAreCheckedBeforeAnythingIsRead) {
  expect_error({"assess"}, "PATH is required");
  expect_error({"events"}, "FILE is required");
  expect_error({"assess", at("good.pcap"), "--fail-on", "huge"}, "--fail-on: huge not in");
  expect_error({"assess", at("good.pcap"), "--workers", "0"}, "--workers");
  expect_error({"findings", at("good.pcap"), "--format", "xml"}, "--format: xml not in");
  expect_error({"serve", at("good.pcap"), "--port", "99999"}, "--port = 99999");
  expect_error({"demo", "--seed", "some"}, "--seed = some");
  expect_error({"schema", "modbuss"}, "modbuss: no event or protocol of that name");
  EXPECT_FALSE(std::filesystem::exists("good.pcap.site"));
}

TEST_F(Errors, AFileThatIsNotThereIsNamed) {
  for (const char* command : {"check", "events", "assess", "report", "inventory", "captures"})
    expect_error({command, at("absent.pcap")}, "bulkhead: " + at("absent.pcap") + ": ");
  expect_error({"assess", at("site"), at("absent.pcap")}, at("absent.pcap") + ": there is no such capture");
  expect_error({"assess", at("absent")}, at("absent") + ": there is no such site folder\n  name captures as well");
  expect_error({"demo", "--plant", at("absent"), "--once"}, at("absent") + ": there is no plant of this name");
}

TEST_F(Errors, WhatIsNoCaptureIsRefusedWithWhatItIs) {
  const std::string words =
      "is no capture: expected the magic number of pcap, pcapng or snoop, found the bytes 44656172";
  expect_error({"events", at("letter.pcap")}, "bulkhead: letter.pcap: " + words);
  expect_error({"assess", at("site"), at("letter.pcap")}, "bulkhead: " + at("letter.pcap") + ": " + words);
  expect_error({"events", folder_.string()}, "expected a capture file, found a folder");
  const Outcome checked = run({"check", at("letter.pcap")});
  EXPECT_EQ(checked.status, 2);
  EXPECT_NE(checked.err.find(words), std::string::npos) << checked.err;
  std::ofstream{folder_ / "empty.pcap"}.flush();
  expect_error({"events", at("empty.pcap")}, "empty.pcap: is no capture: expected a capture, found an empty file");
  expect_error({"assess", "/dev/null"}, "/dev/null: expected a site folder or a capture file");
}

TEST_F(Errors, ADamagedCaptureIsReadAsFarAsItGoesAndNamed) {
  std::filesystem::resize_file(capture(), std::filesystem::file_size(capture()) - 3);
  const Outcome events = run({"events", at("good.pcap")});
  EXPECT_EQ(events.status, 0);
  EXPECT_NE(events.err.find("good.pcap: cut_off after frame 0, byte 24: expected a record of"), std::string::npos)
      << events.err;
  const Outcome assessed = run({"assess", at("site"), at("good.pcap")});
  EXPECT_EQ(assessed.status, 0);
  EXPECT_NE(assessed.err.find("good.pcap: cut_off after frame 0"), std::string::npos) << assessed.err;
}

TEST_F(Errors, ASiteFolderThatIsNotThereYetIsMadeWhereCapturesAreNamed) {
  const Outcome assessed = run({"assess", at("new site"), at("good.pcap")});
  EXPECT_EQ(assessed.status, 0) << assessed.err;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "new site" / "site.yml"));
  EXPECT_EQ(std::filesystem::status(folder_ / "new site").permissions(), std::filesystem::perms::owner_all);
}

TEST_F(Errors, ASecondSiteFolderAndAnEmptyOneAreRefused) {
  std::filesystem::create_directories(folder_ / "one");
  std::filesystem::create_directories(folder_ / "two");
  expect_error({"assess", at("one"), at("two"), at("good.pcap")}, at("two") + ": is a second site folder");
  expect_error({"assess", at("one")}, at("one") + "/captures: has no captures");
}

TEST_F(Errors, TwoCapturesOfOneNameAreRefused) {
  std::filesystem::create_directories(folder_ / "other");
  std::filesystem::copy_file(capture(), folder_ / "other" / "good.pcap");
  expect_error({"assess", at("site"), at("good.pcap"), at("other/good.pcap")},
               "another capture of that name is in the site folder\n  rename one of them");
}

TEST_F(Errors, AMistakeInSiteYmlIsSaidWithLineAndColumn) {
  ASSERT_EQ(run({"assess", at("site"), at("good.pcap")}).status, 0);
  std::ofstream{folder_ / "site" / "site.yml"} << "name: A\nzonez:\n  - id: x\n";
  expect_error({"assess", at("site")}, "site.yml:2:1: ");
}

TEST_F(Errors, AFilterThatNamesNoFieldIsSaidInWords) {
  const Outcome outcome = run({"inventory", at("site"), at("good.pcap"), "-q", "lvl:2"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("\"lvl\" is not a field here\n  Did you mean \"level\"?"), std::string::npos)
      << outcome.err;
}

TEST_F(Errors, ASiteFolderThatCantBeWrittenIsNamed) {
  expect_error({"assess", at("good.pcap/site"), at("good.pcap")}, at("good.pcap/site"));
  if (::getuid() != 0) GTEST_SKIP() << "only the superuser can make folders that the program may not write to";
  std::filesystem::permissions(folder_, std::filesystem::perms::all & ~std::filesystem::perms::others_write &
                                            ~std::filesystem::perms::group_write);
  std::filesystem::permissions(capture(), std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  if (run({"--version"}, nobody).status != 0) GTEST_SKIP() << "another user can't run the program here";
  expect_error({"assess", at("site"), at("good.pcap")}, at("site") + "/: can't be made: Permission denied", nobody);

  ASSERT_EQ(run({"assess", at("mine"), at("good.pcap")}).status, 0);
  std::filesystem::permissions(folder_ / "mine",
                               std::filesystem::perms::others_read | std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  expect_error({"assess", at("mine")}, at("mine"), nobody);
}

TEST_F(Errors, AReportThatCantBeWrittenIsNamed) {
  ASSERT_EQ(run({"assess", at("site"), at("good.pcap")}).status, 0);
  std::filesystem::create_directories(folder_ / "site" / "out" / "report.html");  // a folder in its place
  expect_error({"report", at("site")}, at("site/out/report.html") + ": can't be written");
}

}  // namespace bulkhead::test
