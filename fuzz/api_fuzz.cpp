// What a browser, or anybody who reaches the port, may ask: host, a line feed, then the address with its filter line.
// Every answer has a status and a body, and nothing but GET / is markup.

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "report/filter.h"
#include "report/tables.h"
#include "server/api.h"
#include "support/assessment_fixture.h"

using namespace bulkhead;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Assessment assessment = test::make_assessment({12, 30});
  static Api api{assessment, "127.0.0.1"};
  static const View view{assessment};
  static const Table assets = asset_table(view);
  const std::string_view text = Reader{{data, size}}.text(size);
  const std::size_t line = text.find('\n');
  const std::string host{line == std::string_view::npos ? "127.0.0.1" : text.substr(0, line)};
  const std::string target{line == std::string_view::npos ? text : text.substr(line + 1)};
  const Response response = api.answer({"GET", target, host});
  if (response.status < 200 || response.status > 499 || response.body.empty()) std::abort();
  if (response.type.starts_with("text/html") != (target == "/" || target.starts_with("/?")) && response.status == 200)
    std::abort();
  // The same text as a filter line: refused in words, or a choice of rows.
  const auto rows = filtered(target, assets);
  if (!rows && rows.error().message.empty()) std::abort();
  if (rows)
    for (const std::size_t row : *rows)
      if (row >= assets.rows.size()) std::abort();
  return 0;
}
