package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class CommandTest {
  /** The reader comes late, as on a busy machine: what the ended program has said is still read. */
  @Test
  void nothing_that_a_program_said_before_it_ended_is_lost() throws Exception {
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int one) {
            throw new AssertionError("only whole parts are written");
          }

          @Override
          public void write(byte[] bytes, int from, int size) {
            if (heard.size() == 0) {
              sleep();
            }
            heard.write(bytes, from, size);
          }
        };
    Command.Ended ended =
        Command.of("sh", "-c", "head -c 65536 /dev/zero; sleep 0.2; head -c 60000 /dev/zero")
            .run(out, OutputStream.nullOutputStream());
    assertThat(ended.well()).isTrue();
    assertThat(heard.size()).isEqualTo(65536 + 60000);
  }

  /** A disk that is full before the end: what was written looks whole to whoever reads it. */
  @Test
  void a_program_whose_words_cannot_be_written_has_not_ended_well() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    OutputStream nowhere = OutputStream.nullOutputStream();
    Command said = Command.of("sh", "-c", "echo a; echo b >&2");
    assertThatThrownBy(() -> said.run(full, nowhere)).hasMessageContaining("No space left");
    assertThatThrownBy(() -> said.run(nowhere, full)).hasMessageContaining("No space left");
    assertThatThrownBy(() -> Command.of("yes").run(full, nowhere))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
  }

  @Test
  void what_takes_long_to_be_written_is_waited_for() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            begun.countDown();
            try {
              goOn.await();
            } catch (InterruptedException cancelled) {
              throw new IOException(cancelled);
            }
            kept.write(one);
          }
        };
    ByteArrayInputStream words = new ByteArrayInputStream(new byte[1000]);
    Pump pump = new Pump(words, slow, new ByteArrayOutputStream(), () -> {}).start();
    begun.await();
    Thread disk =
        Thread.ofPlatform()
            .start(() -> {
              sleep();
              goOn.countDown();
            });

    pump.drain(Duration.ofMillis(50));

    assertThat(kept.size()).isEqualTo(1000);
    pump.check();
    disk.join();
  }

  @Test
  void what_holds_the_pipe_open_and_says_nothing_is_not_waited_for() throws Exception {
    try (PipedOutputStream other = new PipedOutputStream()) {
      Pump pump =
          new Pump(
                  new PipedInputStream(other),
                  OutputStream.nullOutputStream(),
                  new ByteArrayOutputStream(),
                  () -> {})
              .start();
      pump.drain(Duration.ofMillis(50));
      pump.check();
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(700);
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
    }
  }
}
