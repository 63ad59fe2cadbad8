package org.heddle.images.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.heddle.images.recipe.Library.Wish;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

final class LibraryTest {
  @TempDir Path folder;

  private Library library() {
    return new Library(List.of(folder));
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @BeforeEach
  void aClass() throws IOException {
    write(
        "classes/small.yaml",
        """
        name: test/small
        family: debian
        suite: small
        sources: [{suite: small, address: file:/nowhere}]
        architectures: [amd64, i386]
        groups: {web: [nginx, curl], core: [bash]}
        kernelArguments: quiet
        size: 512MiB
        """);
  }

  private Blueprint resolve(String name) throws Exception {
    return library().resolve(name, Wish.NONE);
  }

  @Test
  void aRecipeOfARecipeHasTheStagesOfBoth() throws Exception {
    write("recipes/lower.yaml", "name: lower\nfrom: test/small\npackages: [a]\nsize: 2GiB\n");
    write("recipes/upper.yaml", "name: upper\nfrom: lower\ngroups: [web]\nscripts: [echo]\n");

    Blueprint upper = resolve("upper");

    assertThat(upper.steps())
        .extracting(Step::kind)
        .containsExactly("base", "packages", "groups", "scripts");
    assertThat(upper.sizeMiB()).isEqualTo(2048);
    assertThat(upper.kernelArguments()).isEqualTo("quiet");
    assertThat(((Step.Packages) upper.steps().get(2)).names()).containsExactly("curl", "nginx");
    Blueprint lower = resolve("lower");
    assertThat(upper.steps().subList(0, 2)).isEqualTo(lower.steps());
    assertThat(upper.digest()).isNotEqualTo(lower.digest()).hasSize(64);
  }

  @Test
  void theDigestFollowsTheContentOfFilesAndNotWhenTheyWereWritten() throws Exception {
    write(
        "recipes/r/recipe.yaml", "name: r\nfrom: test/small\nfiles: [{path: /x, source: data}]\n");
    write("recipes/r/data/one", "1");
    String before = resolve("r").digest();
    write("recipes/r/data/one", "1");
    assertThat(resolve("r").digest()).isEqualTo(before);
    write("recipes/r/data/one", "2");
    assertThat(resolve("r").digest()).isNotEqualTo(before);
    write("recipes/r/data/one", "1");
    Files.move(folder.resolve("recipes/r/data/one"), folder.resolve("recipes/r/data/two"));
    assertThat(resolve("r").digest()).isNotEqualTo(before);
  }

  @Test
  void theDigestFollowsAnImageThatFilesComeFrom() throws Exception {
    write("recipes/part.yaml", "name: part\nfrom: test/small\nscripts: [make one]\n");
    write(
        "recipes/whole.yaml",
        "name: whole\nfrom: test/small\nfiles: [{path: /x, image: part, source: /y}]\n");
    String before = resolve("whole").digest();
    write("recipes/part.yaml", "name: part\nfrom: test/small\nscripts: [make two]\n");
    assertThat(resolve("whole").digest()).isNotEqualTo(before);
  }

  /** A recipe of a folder of its own, which copies what lies beside it. */
  private Path copying() throws IOException {
    write(
        "recipes/r/recipe.yaml", "name: r\nfrom: test/small\nfiles: [{path: /x, source: data}]\n");
    return Files.createDirectories(folder.resolve("recipes/r/data"));
  }

  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void whatIsNeitherFileNorFolderNorLinkIsRefusedAtOnce() throws Exception {
    Path pipe = copying().resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> resolve("r"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("recipe.yaml:3: files")
        .hasMessageContaining(pipe + " is neither a plain file");
    assertThatThrownBy(() -> resolve(pipe.toString()))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(pipe + ": this is no plain file");
  }

  /** More than the tests' memory has room for. */
  @Test
  void aFileBesideARecipeMayBeLarge() throws Exception {
    try (var file = new RandomAccessFile(copying().resolve("large").toFile(), "rw")) {
      file.setLength(1100L << 20);
    }
    assertThat(resolve("r").steps()).hasSize(2);
  }

  @Test
  void recipesThatAreNoTextsAreRefusedWithTheirNames() throws Exception {
    Path recipe = folder.resolve("odd.yaml");
    Files.write(recipe, "name: r\n# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> resolve(recipe.toString()))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(recipe + ":2: this is no UTF-8");
    assertThatThrownBy(() -> resolve(folder + "/"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(folder + ": this is a folder");
    try (var file = new RandomAccessFile(recipe.toFile(), "rw")) {
      file.setLength(5 << 20);
    }
    assertThatThrownBy(() -> resolve(recipe.toString()))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(recipe + ": it has more than 4194304 bytes");
    assertThatThrownBy(() -> resolve("no\0name")).isInstanceOf(RecipeException.class);
    assertThatThrownBy(() -> resolve("x".repeat(1 << 20))).isInstanceOf(RecipeException.class);
  }

  @Test
  void wishesChangeTheImageButShareItsStages() throws Exception {
    write("recipes/r.yaml", "name: r\nfrom: test/small\npackages: [a]\n");
    Blueprint plain = resolve("r");
    Blueprint tar =
        library().resolve("r", new Wish(Optional.empty(), Optional.of(ImageFormat.TAR)));
    Blueprint other = library().resolve("r", new Wish(Optional.of("i386"), Optional.empty()));
    assertThat(tar.digest()).isNotEqualTo(plain.digest());
    assertThat(tar.tree()).isEqualTo(plain.tree());
    assertThat(other.tree()).isNotEqualTo(plain.tree());
  }

  @Test
  void cyclesAreRefusedWithTheirPath() throws Exception {
    write("recipes/a.yaml", "name: a\nfrom: b\n");
    write(
        "recipes/b.yaml", "name: b\nfrom: test/small\nfiles: [{path: /x, image: c, source: /x}]\n");
    write("recipes/c.yaml", "name: c\nfrom: a\n");
    assertThatThrownBy(() -> resolve("a"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("a -> b -> c -> a");
  }

  @Test
  void whatIsNotThereIsToldWithTheNearestNames() throws Exception {
    write("recipes/r.yaml", "name: r\nfrom: test/smal\n");
    write("recipes/g.yaml", "name: g\nfrom: test/small\ngroups: [we]\n");
    write("recipes/arch.yaml", "name: arch\nfrom: test/small\narchitecture: sparc\n");
    assertThatThrownBy(() -> resolve("r")).hasMessageContaining("did you mean test/small?");
    assertThatThrownBy(() -> resolve("g")).hasMessageContaining("no group 'we'; did you mean web?");
    assertThatThrownBy(() -> resolve("arch")).hasMessageContaining("it has amd64, i386");
    assertThatThrownBy(() -> resolve("rr")).hasMessageContaining("no recipe 'rr'");
    assertThatThrownBy(() -> resolve("no/file.yaml")).hasMessageContaining("no such file");
  }

  @Test
  void aSourceThatLeadsOutOfTheRecipesFolderIsRefused() throws Exception {
    write("recipes/r/recipe.yaml", "name: r\nfrom: test/small\nfiles: [{path: /x, source: out}]\n");
    Files.createSymbolicLink(folder.resolve("recipes/r/out"), Path.of("/etc/passwd"));
    assertThatThrownBy(() -> resolve("r")).hasMessageContaining("link out of the recipe's folder");
  }

  @Test
  void theClassesAndRecipesThatComeWithHeddleAreRight() throws Exception {
    Library own = new Library(List.of(Path.of("..", "images"), Path.of("..", "examples", "farm")));
    assertThat(own.classes().keySet())
        .contains("debian/bookworm", "debian/trixie", "debian/bullseye", "debian/sid", "scratch")
        .contains("ubuntu/noble", "redhat/el9");
    for (String name : own.recipes()) {
      Blueprint image = own.resolve(name, Wish.NONE);
      assertThat(image.name()).isEqualTo(name);
      assertThat(image.digest()).isEqualTo(own.resolve(name, Wish.NONE).digest());
    }
  }
}
