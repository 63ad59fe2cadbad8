package org.heddle.dist.farm;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.heddle.cli.Environment;
import org.heddle.images.Progress;

/** Shows a person how builds go on: a line for each step that is done, one for what goes on now. */
final class Steps implements Progress, AutoCloseable {
  private final org.heddle.cli.Progress shown;
  private final SequencedMap<String, String> now = new LinkedHashMap<>();

  Steps(Environment around) {
    this.shown = new org.heddle.cli.Progress(around.err(), around.messages());
  }

  @Override
  public synchronized void step(String image, String step, double share) {
    String percent = share > 0 ? " " + Math.round(100 * share) + " %" : "";
    now.put(image, step + percent);
    draw();
  }

  @Override
  public synchronized void done(String image, String step, boolean cached, double seconds) {
    now.remove(image);
    String how = cached ? "reused" : String.format(Locale.ROOT, "%.1f s", seconds);
    shown.line(image + ": " + step + " (" + how + ")");
    draw();
  }

  /** A line that stays. */
  synchronized void say(String line) {
    now.clear();
    shown.line(line);
    draw();
  }

  private void draw() {
    StringBuilder text = new StringBuilder();
    now.forEach((image, step) ->
        text.append(text.isEmpty() ? "" : ", ").append(image).append(": ").append(step));
    shown.live(text.toString());
  }

  @Override
  public void close() {
    shown.close();
  }
}
