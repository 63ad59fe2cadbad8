package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What apt 2.6 says of what it cannot do. */
final class AptAnswersTest {
  private static final String CONFLICT =
      """
      Reading package lists...
      Building dependency tree...
      Reading state information...
      Some packages could not be installed. This may mean that you have
      requested an impossible situation or if you are using the unstable
      distribution that some required packages have not yet been created
      or been moved out of Incoming.
      The following information may help to resolve the situation:

      The following packages have unmet dependencies:
       exim4-config : Conflicts: postfix but 3.7.11-0+deb12u1 is to be installed
       postfix : Conflicts: mail-transport-agent
      """;
  private static final String VIRTUAL =
      """
      Reading state information...
      Package mail-transport-agent is a virtual package provided by:
        postfix 3.7.11-0+deb12u1
        dma 0.13-1+b1

      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "E: Unable to locate package ngnix-light | ngnix-light",
        "E: Unable to find a source package for helo | helo",
        "E: Unable to locate package a+b;E: Couldn't find any package by regex 'a+b' | a+b",
        "E: Couldn't find any package by glob 'libfoo.*' | libfoo.",
        "E: Package 'mail-transport-agent' has no installation candidate |",
        "E: Unable to correct problems, you have held broken packages. |",
      })
  void thePackageThatThereIsNotIsKnown(
      String said, @org.jspecify.annotations.Nullable String name) {
    assertThat(AptAnswers.unknown(said.replace(';', '\n')).orElse(null)).isEqualTo(name);
  }

  @Test
  void reasonsAreWhatSaysWhichPackagesDoNotGoTogether() {
    assertThat(AptAnswers.reasons(CONFLICT))
        .isEqualTo(CONFLICT.substring(CONFLICT.indexOf("The following packages")));
    assertThat(AptAnswers.reasons(VIRTUAL).lines())
        .containsExactly(
            "Package mail-transport-agent is a virtual package provided by:",
            "  postfix 3.7.11-0+deb12u1",
            "  dma 0.13-1+b1");
    assertThat(AptAnswers.reasons("Reading package lists...\nInst a (1 b [all])\n")).isEmpty();
  }

  @Test
  void ofAllThatItWritesTheErrorsAreTold() {
    String said = CONFLICT + "E: Unable to correct problems, you have held broken packages.\n";
    assertThat(AptAnswers.errors(said))
        .isEqualTo("E: Unable to correct problems, you have held broken packages.");
    assertThat(AptAnswers.errors("apt-get: not found\n")).isEqualTo("apt-get: not found");
  }
}
