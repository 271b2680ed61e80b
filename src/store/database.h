#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

class Statement;

/// One change of the schema. They are applied in order, each once; `version` counts from 1.
struct Migration {
  int version;
  std::string_view sql;
};

/// An embedded SQLite file. Knows no table. Written by its owner alone (mode 0600), in write-ahead mode, so that a
/// killed process loses nothing that was committed.
class Database {
 public:
  /// Opens or makes the file and applies the migrations that it has not had. A file of a later version than the program
  /// knows is refused and left as it is.
  static Result<Database> open(const std::filesystem::path& path, std::span<const Migration> migrations);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  Result<void> execute(std::string_view sql);
  Result<Statement> prepare(std::string_view sql);
  /// All of `work`, or nothing of it.
  Result<void> transaction(const std::function<Result<void>()>& work);

 private:
  struct Handle;
  friend class Statement;
  explicit Database(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

/// A prepared statement: bind in order, run, read columns. Must not outlive its database.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::string_view text);
  Statement& bind(const std::string& text) { return bind(std::string_view{text}); }
  Statement& bind(const char* text) { return bind(std::string_view{text}); }
  Statement& bind_bytes(Bytes bytes);
  Statement& bind_null();
  /// Runs a statement that gives no rows, and makes it ready for the next binding.
  Result<void> run();
  /// The next row; false after the last, and then the statement is ready for the next binding.
  Result<bool> step();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::vector<std::uint8_t> bytes(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  struct Handle;
  friend class Database;
  explicit Statement(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace bulkhead
