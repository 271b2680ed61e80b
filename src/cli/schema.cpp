#include <algorithm>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "pipeline/pipeline.h"
#include "protocol/protocol.h"

namespace bulkhead {

namespace {

enum class Format { text, json, markdown };

void as_text(const std::vector<const Schema*>& schemas) {
  for (const Schema* schema : schemas) {
    fmt::print("{}  {} ({})\n", schema->name, schema->description, schema->source);
    for (const Field& field : schema->fields) {
      fmt::print("  {:<22} {}", field.name, field.description);
      if (field.meaning != Meaning::none) fmt::print("  [{}]", name(field.meaning));
      fmt::print("\n");
    }
    fmt::print("\n");
  }
}

void as_json(const std::vector<const Schema*>& schemas) {
  for (const Schema* schema : schemas) {
    std::string line = fmt::format(R"({{"event":"{}","description":"{}","source":"{}","fields":[)", schema->name,
                                   json_text(schema->description), json_text(schema->source));
    for (const Field& field : schema->fields)
      line += fmt::format(R"({}{{"name":"{}","description":"{}","meaning":"{}"}})", line.back() == '[' ? "" : ",",
                          field.name, json_text(field.description), name(field.meaning));
    fmt::print("{}]}}\n", line);
  }
}

void as_markdown(const std::vector<const Schema*>& schemas) {
  fmt::print("# Events and fields\n\nWritten by `bulkhead schema --format markdown`; do not edit.\n");
  for (const Schema* schema : schemas) {
    fmt::print("\n## {}\n\n{} Source: {}\n\n| field | meaning | what it says |\n|---|---|---|\n", schema->name,
               schema->description, schema->source);
    for (const Field& field : schema->fields)
      fmt::print("| `{}` | {} | {} |\n", field.name, field.meaning == Meaning::none ? "" : name(field.meaning),
                 field.description);
  }
}

}  // namespace

void add_schema(CLI::App& app, Outcome& outcome) {
  auto format = std::make_shared<std::string>("text");
  auto only = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("schema", "Every event and field");
  command->add_option("NAME", *only, "One protocol or event");
  command->add_option("--format", *format, "text, json or markdown")
      ->check(CLI::IsMember({"text", "json", "markdown"}));
  command->callback([format, only, &outcome] {
    std::vector<const Schema*> schemas = run_schemas();
    std::erase_if(schemas, [&](const Schema* schema) {
      return !only->empty() && schema->name != *only && schema->protocol() != *only;
    });
    if (schemas.empty()) {
      outcome.exit = say(Error{"no event or protocol of that name", *only, "run 'bulkhead schema' for all of them"});
      return;
    }
    if (*format == "json") as_json(schemas);
    else if (*format == "markdown") as_markdown(schemas);
    else as_text(schemas);
  });
}

}  // namespace bulkhead
