package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
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

  private static void sleep() {
    try {
      Thread.sleep(700);
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
    }
  }
}
