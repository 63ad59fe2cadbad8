package org.heddle.dist.farm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InstallerTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Hostname:\nPrompt:",
        "Hostname:\nPrompt: ",
        "Use it?\n  1: yes\n  2: no\nPrompt: '?' for help>",
        "Use it?\nPrompt: '?' for help> \n[ (1*installer) 2 shell 3 shell 4- log ][ Nov 22  0:28 ]"
      })
  void aPromptAtTheEndOfTheConsoleIsAQuestion(String end) {
    assertThat(Installer.asks(end)).isTrue();
  }

  @Test
  void aPromptThatWasAnsweredIsNone() {
    assertThat(Installer.asks("Hostname:\nPrompt: fresh\nFormatting the disk ...")).isFalse();
  }
}
