package org.heddle.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The log of a step: a file that does not grow without bounds, whatever a script prints. */
final class Log extends OutputStream {
  static final String MARK = "heddle-done ";
  private static final Pattern DONE = Pattern.compile(MARK + "(\\d{1,9}) (\\d{1,9})\n");
  private static final long MOST = 16L << 20;

  private final Path file;
  private final OutputStream out;
  private long written;
  private DoubleConsumer watcher = _ -> {};
  private Consumer<String> reader = _ -> {};

  Log(Path file) throws IOException {
    this.file = file;
    this.out = Files.newOutputStream(file);
  }

  /** Hears the share that is done, 0 to 1, where a step prints lines "heddle-done NUMBER ALL". */
  void watch(DoubleConsumer listener) {
    this.watcher = listener;
  }

  /** Hears what is written, in pieces as it comes, as far as it is kept. */
  void tell(Consumer<String> listener) {
    this.reader = listener;
  }

  private void look(byte[] bytes, int from, int length) {
    Matcher done = DONE.matcher(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
    while (done.find()) {
      double all = Double.parseDouble(done.group(2));
      watcher.accept(all > 0 ? Math.min(1, Double.parseDouble(done.group(1)) / all) : 0);
    }
  }

  Path file() {
    return file;
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    look(bytes, from, length);
    if (written >= MOST) {
      return;
    }
    out.write(bytes, from, length);
    reader.accept(new String(bytes, from, length, StandardCharsets.UTF_8));
    written += length;
    if (written >= MOST) {
      out.write("\n(more is not kept)\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
