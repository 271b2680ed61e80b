// Writes a report for tests that look at it, or serves it and prints where:
//   write_report OUT.html|--serve [ASSETS CONVERSATIONS | --site FOLDER]

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "assessment/assess.h"
#include "content/catalogue.h"
#include "report/html.h"
#include "server/serve.h"
#include "support/assessment_fixture.h"

int main(int argc, char** argv) {
  using namespace bulkhead;
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  if (arguments.empty()) return 2;
  Assessment assessment;
  if (arguments.size() == 3 && arguments[1] == "--site") {
    const auto folder = SiteFolder::open(arguments[2]);
    if (!folder) return 1;
    auto assessed = assess(*folder, Catalogue{}, {});
    if (!assessed) {
      std::fprintf(stderr, "%s\n", assessed.error().message.c_str());
      return 1;
    }
    assessment = std::move(*assessed);
  } else if (arguments.size() == 3) {
    assessment = test::make_assessment({std::stoul(arguments[1]), std::stoul(arguments[2])});
  } else {
    assessment = test::make_assessment();
  }
  if (arguments[0] == "--serve") {
    const auto served = serve({0, "127.0.0.1"}, assessment, [](const std::string& url) {
      std::printf("%s\n", url.c_str());
      std::fflush(stdout);
    });
    return served ? 0 : 1;
  }
  std::ofstream{arguments[0], std::ios::binary} << html_report(assessment);
  return 0;
}
