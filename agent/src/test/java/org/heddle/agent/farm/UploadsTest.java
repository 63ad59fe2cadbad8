package org.heddle.agent.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.FarmApi.SourceFile;
import org.heddle.api.RecipeSources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UploadsTest {
  @TempDir Path folder;

  private static SourceFile file(String path, String content) {
    return new SourceFile(
        path,
        "file",
        Base64.getEncoder()
            .encodeToString(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  private Path take(List<SourceFile> sources) throws Exception {
    return new Uploads(folder.resolve("uploads"))
        .take(new RecipeText("x/r.yaml", "name: r\n", sources));
  }

  private void assertNothingLeft() throws Exception {
    try (Stream<Path> left = Files.list(folder.resolve("uploads"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void whatLiesBesideARecipeArrivesAsItWas() throws Exception {
    Path from = folder.resolve("from");
    Files.createDirectories(from.resolve("site/empty"));
    Files.writeString(from.resolve("site/index.html"), "hello");
    Files.writeString(from.resolve("tool"), "#!/bin/sh\n");
    assertThat(from.resolve("tool").toFile().setExecutable(true)).isTrue();
    Files.createSymbolicLink(from.resolve("site/link"), Path.of("index.html"));
    String text =
        """
        name: r
        from: scratch
        files:
          - {path: /srv/site, source: site}
          - {path: /bin/tool, source: tool}
          - {path: /bin/mb, image: other, source: /usr/bin/mb}
          - {path: /etc/passwd, source: ../../etc/passwd}
          - {path: /etc/shadow, source: /etc/shadow}
        """;
    RecipeText sent = RecipeSources.gather("r.yaml", text, from);
    assertThat(sent.sources()).hasSize(5);
    Path recipe = new Uploads(folder.resolve("uploads")).take(sent);
    assertThat(recipe).hasFileName("r.yaml").content().isEqualTo(text);
    assertThat(recipe.resolveSibling("site/index.html")).content().isEqualTo("hello");
    assertThat(recipe.resolveSibling("site/empty")).isDirectory();
    assertThat(recipe.resolveSibling("tool")).isExecutable();
    assertThat(Files.readSymbolicLink(recipe.resolveSibling("site/link")))
        .hasToString("index.html");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../out", "/etc/out", "a/../../out", "", ".."})
  void nothingIsWrittenBesideItsOwnFolder(String path) throws Exception {
    assertThatThrownBy(() -> take(List.of(file("first", "1"), file(path, "bad"))))
        .hasMessageContaining("does not lie beside the recipe");
    assertNothingLeft();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void nothingIsWrittenThroughALink() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    assertThatThrownBy(() ->
            take(List.of(new SourceFile("d", "link", outside.toString()), file("d/f", "bad"))))
        .isInstanceOf(java.io.IOException.class);
    assertThat(outside).isEmptyDirectory();
    assertNothingLeft();
  }

  @Test
  void theRecipeIsNotWrittenThroughALinkOfItsOwnName() throws Exception {
    Path outside = folder.resolve("outside");
    for (String path : List.of("r.yaml", "./r.yaml", "a/../r.yaml")) {
      assertThatThrownBy(() -> take(List.of(new SourceFile(path, "link", outside.toString()))))
          .isInstanceOfSatisfying(ApiException.class, UploadsTest::assertInvalid)
          .hasMessageContaining("has the name of the recipe itself");
      assertThat(outside).doesNotExist();
      assertNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "folder", "link"})
  void nothingIsPutBelowALink(String kind) throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    SourceFile link = new SourceFile("d", "link", outside.toString());
    SourceFile below = new SourceFile("d/x/y", kind, kind.equals("link") ? "/etc/shadow" : "");
    for (List<SourceFile> order : List.of(List.of(link, below), List.of(below, link))) {
      assertThatThrownBy(() -> take(order))
          .isInstanceOfSatisfying(ApiException.class, UploadsTest::assertInvalid)
          .hasMessageContaining("'d/x/y' lies below 'd', which is a link");
      assertThat(outside).isEmptyDirectory();
      assertNothingLeft();
    }
  }

  @Test
  void noTwoSourcesGoToOnePlace() throws Exception {
    assertThatThrownBy(() -> take(List.of(file("a", "1"), file("./a", "2"))))
        .isInstanceOfSatisfying(ApiException.class, UploadsTest::assertInvalid)
        .hasMessageContaining("is there twice");
    assertThatThrownBy(() -> take(List.of(file("a/b", "1"), file("a", "2"))))
        .isInstanceOfSatisfying(ApiException.class, UploadsTest::assertInvalid);
    assertNothingLeft();
  }

  private static void assertInvalid(ApiException refused) {
    assertThat(refused.status()).isEqualTo(400);
  }
}
