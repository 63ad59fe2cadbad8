package org.heddle.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines and columns of text. On a terminal the last left-aligned columns are cut so that a line
 * fits; into a file or a pipe nothing is cut. For one thread.
 */
public final class Table {
  /** A column is not made narrower than this to fit the terminal. */
  private static final int NARROWEST = 12;

  private static final String GAP = "  ";

  private record Column(String heading, boolean right) {}

  private record Cell(String text, Style style) {}

  private final List<Column> columns = new ArrayList<>();
  private final List<List<Cell>> rows = new ArrayList<>();

  /** Headings; one that starts with {@code >} has its column aligned to the right. */
  public static Table of(String... headings) {
    Table table = new Table();
    for (String heading : headings) {
      boolean right = heading.startsWith(">");
      table.columns.add(new Column(right ? heading.substring(1) : heading, right));
    }
    return table;
  }

  /** Adds a row; a cell may be a {@link #state}, everything else is shown by its text. */
  public Table row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + columns.size());
    }
    List<Cell> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(cell instanceof Cell styled ? styled : new Cell(line(cell), Style.PLAIN));
    }
    rows.add(row);
    return this;
  }

  /** A cell that is coloured by what its text says of a state. */
  public static Object state(String state) {
    return new Cell(line(state), Style.ofState(state));
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** All lines, each ended; nothing but the headings when there is no row. */
  public String render(Terminal terminal) {
    int[] widths = widths(terminal);
    StringBuilder out = new StringBuilder();
    List<Cell> headings =
        columns.stream().map(column -> new Cell(column.heading, Style.STRONG)).toList();
    appendRow(out, headings, widths, terminal);
    rows.forEach(row -> appendRow(out, row, widths, terminal));
    return out.toString();
  }

  private int[] widths(Terminal terminal) {
    int[] widths = new int[columns.size()];
    int total = GAP.length() * (columns.size() - 1);
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      int widest = rows.stream().mapToInt(row -> row.get(column).text.length()).max().orElse(0);
      widths[i] = Math.max(columns.get(i).heading.length(), widest);
      total += widths[i];
    }
    if (!terminal.tty()) {
      return widths;
    }
    int over = total - terminal.width();
    for (int i = widths.length - 1; i >= 0 && over > 0; i--) {
      int least = Math.max(NARROWEST, columns.get(i).heading.length());
      if (!columns.get(i).right && widths[i] > least) {
        int cut = Math.min(over, widths[i] - least);
        widths[i] -= cut;
        over -= cut;
      }
    }
    return widths;
  }

  private void appendRow(StringBuilder out, List<Cell> row, int[] widths, Terminal terminal) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Cell cell = row.get(i);
      String text = cut(cell.text, widths[i], terminal);
      String pad = " ".repeat(widths[i] - text.length());
      String painted = cell.style.paint(text, terminal.colour());
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).right ? pad + painted : painted + pad);
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }

  private static String cut(String text, int width, Terminal terminal) {
    if (text.length() <= width) {
      return text;
    }
    String mark = terminal.unicode() ? "…" : "~";
    return text.substring(0, width - 1) + mark;
  }

  private static String line(Object value) {
    return value.toString().strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
