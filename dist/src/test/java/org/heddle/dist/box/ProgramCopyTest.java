package org.heddle.dist.box;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.heddle.drivers.LiveProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramCopyTest {
  @TempDir Path folder;

  private ProgramCopy copy() {
    return new ProgramCopy(folder.resolve("programs"));
  }

  private Path jar(String name, String content) throws IOException {
    Path jar = folder.resolve(name);
    Files.createDirectories(jar.getParent());
    return Files.writeString(jar, content);
  }

  @Test
  void theSameJarsAreCopiedOnceAndStayWhenTheOriginalsChange() throws Exception {
    Path one = jar("a/x.jar", "first");
    Path two = jar("b/x.jar", "second");
    String before = copy().of(one + ":" + two);
    assertThat(copy().of(one + ":" + two)).isEqualTo(before);
    assertThat(before.split(":", -1))
        .extracting(entry -> Files.readString(Path.of(entry)))
        .containsExactly("first", "second");

    jar("a/x.jar", "newer");
    String after = copy().of(one + ":" + two);
    assertThat(after).isNotEqualTo(before);
    assertThat(Files.readString(Path.of(before.split(":", -1)[0]))).isEqualTo("first");
  }

  @Test
  void foldersOfClassesAreTakenAsTheyAre() throws Exception {
    Path jar = jar("a/x.jar", "first");
    Path classes = Files.createDirectories(folder.resolve("classes"));
    assertThat(copy().of(classes + ":" + jar)).isEqualTo(classes + ":" + jar);
    assertThat(folder.resolve("programs")).doesNotExist();
  }

  @Test
  void copiesThatNobodyRunsAreRemoved() throws Exception {
    Path jar = jar("a/x.jar", "first");
    String used = copy().of(jar.toString());
    jar("a/x.jar", "newer");
    String unused = copy().of(jar.toString());
    Process process = new ProcessBuilder("sh", "-c", "sleep 3600; true", used).start();
    try {
      copy().prune(List.of(LiveProcess.find(process.pid()).orElseThrow()));
      assertThat(Path.of(used)).exists();
      assertThat(Path.of(unused)).doesNotExist();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
