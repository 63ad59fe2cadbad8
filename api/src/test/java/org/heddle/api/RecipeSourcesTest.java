package org.heddle.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.FarmApi.SourceFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecipeSourcesTest {
  @TempDir Path folder;
  private Path own;

  @BeforeEach
  void aSecretOutside() throws IOException {
    own = Files.createDirectories(folder.resolve("own"));
    Files.createDirectories(folder.resolve("outside"));
    Files.writeString(folder.resolve("outside/secret"), "secret");
    Files.createSymbolicLink(own.resolve("out"), Path.of("../outside"));
    Files.createSymbolicLink(own.resolve("file"), Path.of("../outside/secret"));
    Files.createSymbolicLink(own.resolve("nothing"), Path.of("../outside/none"));
  }

  private RecipeText gather(String... sources) throws IOException {
    StringBuilder text = new StringBuilder("name: r\nfiles:\n");
    for (String source : sources) {
      text.append("  - {path: /x, source: \"").append(source).append("\"}\n");
    }
    return RecipeSources.gather("x/r.yaml", text.toString(), own);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out", "out/secret", "./out/../out/secret", "file", "nothing"})
  void whatALinkLeadsToOutsideOfTheFolderIsNotSent(String source) {
    assertThatThrownBy(() -> gather(source))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'" + source + "' beside the recipe cannot be read: it is a link");
  }

  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void aPipeIsNotWaitedFor() throws Exception {
    Path pipe = own.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> gather("pipe"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("neither a plain file");
  }

  @Test
  void whatIsNestedTooDeeplyIsForTheBuilderToRefuse() throws IOException {
    String deep = "files: " + "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(RecipeSources.gather("r.yaml", deep, own).sources()).isEmpty();
  }

  @Test
  void linksBelowASourceAreSentAsLinks() throws IOException {
    Files.createDirectories(own.resolve("site"));
    Files.createSymbolicLink(own.resolve("site/link"), folder.resolve("outside/secret"));
    assertThat(gather("site").sources())
        .containsExactly(
            new SourceFile("site", "folder", ""),
            new SourceFile("site/link", "link", folder.resolve("outside/secret").toString()));
  }

  @Test
  void aFolderThatIsReachedByALinkIsItself() throws IOException {
    Files.writeString(own.resolve("a"), "1");
    Path link = Files.createSymbolicLink(folder.resolve("link"), own);
    String text = "name: r\nfiles:\n  - {path: /x, source: a}\n";
    assertThat(RecipeSources.gather("r.yaml", text, link).sources())
        .containsExactly(new SourceFile("a", "file", "MQ=="));
  }

  @Test
  void whatTwoEntriesCopyIsSentOnceAndTheRecipeNotAtAll() throws IOException {
    Files.createDirectories(own.resolve("site"));
    Files.writeString(own.resolve("site/a"), "1");
    RecipeText first = gather("site", "site/a", ".");
    Files.writeString(own.resolve("r.yaml"), first.text());
    assertThat(gather("site", "site/a", ".").sources())
        .extracting(SourceFile::path)
        .containsExactly("site", "site/a", "file", "nothing", "out");
  }
}
