package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class HumanTest {
  @ParameterizedTest
  @CsvSource({
    "0,0 ms",
    "999,999 ms",
    "1000,1.0 s",
    "9949,9.9 s",
    "9950,10 s",
    "59400,59 s",
    "59600,1 min",
    "125000,2 min 5 s",
    "3600000,1 h",
    "11400000,3 h 10 min",
    "200000000,2 d"
  })
  void durations(long ms, String text) {
    assertThat(Human.duration(ms)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"512,512 MiB", "1024,1 GiB", "1536,1.5 GiB", "2097152,2 TiB", "-5,-5 MiB"})
  void sizes(long mib, String text) {
    assertThat(Human.mib(mib)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"-5,0s", "119000,119s", "120000,2m", "7200000,2h", "172800000,2d"})
  void ages(long ms, String text) {
    assertThat(Human.age(ms)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"90s,PT90S", "5m,PT5M", "1h30m,PT1H30M", "500ms,PT0.5S", "20,PT20S", "2d,PT48H"})
  void times(String text, Duration time) {
    assertThat(new ChangeOptions.Time().convert(text)).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "s", "5x", "-5s", "1.5m", "99999999999s"})
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> new ChangeOptions.Time().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }
}
