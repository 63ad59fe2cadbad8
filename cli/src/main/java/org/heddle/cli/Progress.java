package org.heddle.cli;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shows a person that something goes on. On a terminal: lines that stay, and below them one live
 * line with a spinner and the time that it took so far. Elsewhere: the lines that stay only. Safe
 * for several threads; close it before anything else is printed.
 */
public final class Progress implements AutoCloseable {
  private static final long TICK_MS = 120;
  private static final String[] UNICODE = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  private static final String[] ASCII = {"|", "/", "-", "\\"};
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream out;
  private final Terminal terminal;
  private final int width;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private String text = "";
  private long sinceNanos;
  private int turn;
  private boolean shown;
  private boolean closed;

  public Progress(PrintStream out, Terminal terminal) {
    this.out = out;
    this.terminal = terminal;
    this.width = terminal.tty() ? terminal.width() : 0;
    if (terminal.tty()) {
      Thread.ofVirtual().name("progress").start(this::tick);
    }
  }

  /** A line that stays. */
  public void line(String line) {
    lock.lock();
    try {
      clear();
      out.println(line);
      draw();
    } finally {
      lock.unlock();
    }
  }

  /** What goes on now; the time shown counts from when the text was last empty. */
  public void live(String now) {
    lock.lock();
    try {
      if (text.isEmpty()) {
        sinceNanos = System.nanoTime();
      }
      text = now;
      draw();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing goes on now. */
  public void idle() {
    lock.lock();
    try {
      clear();
      text = "";
    } finally {
      lock.unlock();
    }
  }

  /** A bar of this many cells. */
  public static String bar(double share, int cells, Terminal terminal) {
    int full = (int) Math.round(Math.clamp(share, 0, 1) * cells);
    String done = terminal.unicode() ? "█" : "#";
    String rest = terminal.unicode() ? "░" : ".";
    return done.repeat(full) + rest.repeat(cells - full);
  }

  public Terminal terminal() {
    return terminal;
  }

  /** Takes the live line away. */
  @Override
  public void close() {
    lock.lock();
    try {
      clear();
      closed = true;
      closing.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void tick() {
    lock.lock();
    try {
      while (!closed) {
        turn++;
        draw();
        if (closing.await(TICK_MS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void draw() {
    if (!terminal.tty() || closed || text.isEmpty()) {
      return;
    }
    String[] wheel = terminal.unicode() ? UNICODE : ASCII;
    long tookMs = (System.nanoTime() - sinceNanos) / 1_000_000;
    String seconds = tookMs < 1000 ? "" : "  " + Human.duration(tookMs / 1000 * 1000);
    String spinner = wheel[turn % wheel.length];
    int room = Math.max(0, width - seconds.length() - 3);
    String cut = text.length() > room ? text.substring(0, room) : text;
    out.print(
        CLEAR
            + Style.MOVE.paint(spinner, terminal.colour())
            + " "
            + cut
            + Style.FAINT.paint(seconds, terminal.colour()));
    out.flush();
    shown = true;
  }

  private void clear() {
    if (shown) {
      out.print(CLEAR);
      out.flush();
      shown = false;
    }
  }
}
