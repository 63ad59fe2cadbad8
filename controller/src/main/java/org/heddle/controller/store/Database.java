package org.heddle.controller.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * One SQLite file, opened so that a commit is durable (write-ahead log, full sync). For one thread
 * at a time. Every SQL failure becomes a {@link StoreException} that names the file.
 */
final class Database implements AutoCloseable {
  private static final int FORMAT = 1;
  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT NOT NULL,
            created INTEGER NOT NULL, changed INTEGER NOT NULL, lease INTEGER NOT NULL)
            WITHOUT ROWID\
          """,
          """
          CREATE TABLE IF NOT EXISTS change (revision INTEGER NOT NULL, position INTEGER NOT NULL,
            key TEXT NOT NULL, value TEXT, PRIMARY KEY (revision, position)) WITHOUT ROWID\
          """,
          "CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY, millis INTEGER NOT NULL)",
          "CREATE INDEX IF NOT EXISTS entry_lease ON entry (lease) WHERE lease <> 0",
          """
          CREATE TABLE IF NOT EXISTS number (name TEXT PRIMARY KEY, value INTEGER NOT NULL)
            WITHOUT ROWID\
          """);

  private final Path file;
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  /** Reads one row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  Database(Path file) {
    this.file = file;
    NativeLibrary.load(file.resolveSibling("native"));
    try {
      this.connection = open(file);
      prepare();
    } catch (SQLException broken) {
      throw failed("cannot open", broken);
    }
  }

  private static Connection open(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(5_000);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String health = text(statement, "PRAGMA quick_check(1)");
      if (!"ok".equals(health)) {
        throw new StoreException(file + " is damaged (" + health + "); restore it from a copy");
      }
      int format = Integer.parseInt(text(statement, "PRAGMA user_version"));
      if (format > FORMAT) {
        throw new StoreException(
            file + " was written by a newer version (format " + format + "); use that one");
      }
      for (String table : SCHEMA) {
        statement.execute(table);
      }
      statement.execute("PRAGMA user_version = " + FORMAT);
    }
    connection.setAutoCommit(false);
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  <T> List<T> query(String sql, Row<T> reader, @Nullable Object... arguments) {
    try (ResultSet rows = bind(sql, arguments).executeQuery()) {
      List<T> found = new ArrayList<>();
      while (rows.next()) {
        found.add(reader.read(rows));
      }
      return found;
    } catch (SQLException broken) {
      throw failed("cannot read", broken);
    }
  }

  long number(String sql, @Nullable Object... arguments) {
    List<Long> found = query(sql, row -> row.getLong(1), arguments);
    return found.isEmpty() ? 0 : found.getFirst();
  }

  int update(String sql, @Nullable Object... arguments) {
    try {
      return bind(sql, arguments).executeUpdate();
    } catch (SQLException broken) {
      throw failed("cannot write", broken);
    }
  }

  void commit() {
    try {
      connection.commit();
    } catch (SQLException broken) {
      throw failed("cannot commit to", broken);
    }
  }

  void rollback() {
    try {
      connection.rollback();
    } catch (SQLException broken) {
      throw failed("cannot roll back", broken);
    }
  }

  private PreparedStatement bind(String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
    return statement;
  }

  private StoreException failed(String what, SQLException cause) {
    return new StoreException(what + " " + file + ": " + cause.getMessage(), cause);
  }

  @Override
  public void close() {
    try {
      for (PreparedStatement statement : statements.values()) {
        statement.close();
      }
      connection.close();
    } catch (SQLException broken) {
      throw failed("cannot close", broken);
    }
  }
}
