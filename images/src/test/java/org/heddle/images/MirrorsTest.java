package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MirrorsTest {
  @TempDir Path folder;

  @Test
  void aptIsAskedAgainOnlyWhenItsSourcesHaveChanged() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/apt-get")), "no apt-get here");
    FarmFolder farm = new FarmFolder(folder.resolve("farm"));
    farm.make();
    String first = new Mirrors(Map.of(), farm).targets();
    String[] kept = Files.readString(farm.mirrors()).split("\n", 2);
    assertThat(kept[1]).isEqualTo(first);

    Files.writeString(farm.mirrors(), kept[0] + "\nDebian|Debian|http://kept/\n");
    assertThat(new Mirrors(Map.of(), farm).targets()).isEqualTo("Debian|Debian|http://kept/\n");

    Files.writeString(farm.mirrors(), "another state\nDebian|Debian|http://kept/\n");
    assertThat(new Mirrors(Map.of(), farm).targets()).isEqualTo(first);
  }
}
