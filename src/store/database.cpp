#include "store/database.h"

#include <sqlite3.h>
#include <sys/stat.h>

namespace bulkhead {

struct Database::Handle {
  sqlite3* connection = nullptr;
  std::string path;
  ~Handle() { sqlite3_close(connection); }
  [[nodiscard]] std::unexpected<Error> error(std::string_view doing) const {
    return failure(std::string{doing} + ": " + sqlite3_errmsg(connection), path,
                   "nothing stored is lost; check free space and permissions");
  }
};

struct Statement::Handle {
  sqlite3_stmt* statement = nullptr;
  sqlite3* connection = nullptr;
  std::string path;
  int bound = 0;
  ~Handle() { sqlite3_finalize(statement); }
};

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::filesystem::path& path, std::span<const Migration> migrations) {
  auto handle = std::make_unique<Handle>();
  handle->path = path.string();
  const mode_t mask = ::umask(S_IRWXG | S_IRWXO);  // the file and what SQLite puts beside it are the owner's alone
  const int opened = sqlite3_open_v2(path.c_str(), &handle->connection,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  ::umask(mask);
  if (opened != SQLITE_OK) return handle->error("can't open the store");
  Database database{std::move(handle)};
  sqlite3_busy_timeout(database.handle_->connection, 10'000);
  if (const auto set = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;");
      !set)
    return std::unexpected(set.error());
  int version = 0;
  {
    TRY(Statement ask, database.prepare("PRAGMA user_version"));
    TRY(const bool row, ask.step());
    if (row) version = static_cast<int>(ask.integer(0));
  }
  if (!migrations.empty() && version > migrations.back().version)
    return failure("was written by a later version of the program", path.string(),
                   "use that version, or move the file away");
  for (const Migration& migration : migrations) {
    if (migration.version <= version) continue;
    const auto applied = database.transaction([&]() -> Result<void> {
      if (auto changed = database.execute(migration.sql); !changed) return changed;
      return database.execute("PRAGMA user_version = " + std::to_string(migration.version));
    });
    if (!applied) return std::unexpected(applied.error());
  }
  return database;
}

Result<void> Database::execute(std::string_view sql) {
  if (sqlite3_exec(handle_->connection, std::string{sql}.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return handle_->error("can't change the store");
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  auto statement = std::make_unique<Statement::Handle>();
  statement->connection = handle_->connection;
  statement->path = handle_->path;
  if (sqlite3_prepare_v2(handle_->connection, sql.data(), static_cast<int>(sql.size()), &statement->statement,
                         nullptr) != SQLITE_OK)
    return handle_->error("can't read the store");
  return Statement{std::move(statement)};
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = work();
  if (!done) {
    sqlite3_exec(handle_->connection, "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
  }
  if (auto committed = execute("COMMIT"); !committed) {
    sqlite3_exec(handle_->connection, "ROLLBACK", nullptr, nullptr, nullptr);
    return committed;
  }
  return {};
}

Statement::Statement(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(handle_->statement, ++handle_->bound, value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text(handle_->statement, ++handle_->bound, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);  // NOLINT
  return *this;
}

Statement& Statement::bind_bytes(Bytes bytes) {
  static constexpr std::uint8_t none = 0;
  sqlite3_bind_blob(handle_->statement, ++handle_->bound, bytes.empty() ? &none : bytes.data(),
                    static_cast<int>(bytes.size()), SQLITE_TRANSIENT);  // NOLINT
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(handle_->statement, ++handle_->bound);
  return *this;
}

Result<bool> Statement::step() {
  const int result = sqlite3_step(handle_->statement);
  if (result == SQLITE_ROW) return true;
  const std::string why = sqlite3_errmsg(handle_->connection);
  sqlite3_reset(handle_->statement);
  sqlite3_clear_bindings(handle_->statement);
  handle_->bound = 0;
  if (result == SQLITE_DONE) return false;
  return failure("can't use the store: " + why, handle_->path,
                 "nothing stored is lost; check free space and permissions");
}

Result<void> Statement::run() {
  const auto stepped = step();
  if (!stepped) return std::unexpected(stepped.error());
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_->statement, column);
}

std::string Statement::text(int column) const {
  const void* text = sqlite3_column_blob(handle_->statement, column);
  const int size = sqlite3_column_bytes(handle_->statement, column);
  return text == nullptr ? std::string{} : std::string{static_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::vector<std::uint8_t> Statement::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_->statement, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_->statement, column));
  const Bytes view = data == nullptr ? Bytes{} : Bytes{data, size};
  return {view.begin(), view.end()};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_->statement, column) == SQLITE_NULL;
}

}  // namespace bulkhead
