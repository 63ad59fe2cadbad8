package org.heddle.images.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipeFileTest {
  private static List<String> problems(String text) {
    RecipeException wrong =
        catchThrowableOfType(RecipeException.class, () -> RecipeFile.read("r.yaml", text));
    return wrong == null ? List.of() : wrong.problems().stream().map(Problem::toString).toList();
  }

  @Test
  void allKeysAreRead() throws Exception {
    Recipe recipe =
        RecipeFile.read(
            "web.yaml",
            """
            name: web
            from: debian/bookworm
            architecture: i386
            groups: [server, core]
            packages: [nginx, curl, nginx]
            files:
              - {path: /etc/motd, content: hello, mode: 644}
              - {path: /srv, source: site}
              - {path: /usr/bin/mb, image: mrbayes, source: /src/mb}
              - {path: /var/www, owner: www-data:www-data}
              - {path: /etc/link, link: ../run/x}
            users:
              - name: alice
                uid: 1234
                keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 a@b]
                groups: [sudo]
            scripts:
              - echo one
              - {run: echo two, shell: /bin/bash}
            services: {enable: [nginx], mask: [ssh.socket]}
            size: 1.5GiB
            kernelArguments: quiet
            kernel: boot
            format: qcow2
            """);

    assertThat(recipe.groups()).containsExactly("core", "server");
    assertThat(recipe.packages()).containsExactly("curl", "nginx");
    assertThat(recipe.files()).extracting(FileEntry::path).isSorted().hasSize(5);
    assertThat(recipe.files().get(1))
        .isEqualTo(new FileEntry.Content("/etc/motd", "root:root", "0644", "hello"));
    assertThat(recipe.users().getFirst().home()).isEqualTo("/home/alice");
    assertThat(recipe.scripts())
        .containsExactly(new Script("echo one", Script.SHELL), new Script("echo two", "/bin/bash"));
    assertThat(recipe.sizeMiB()).isEqualTo(1536);
    assertThat(recipe.format()).contains(ImageFormat.QCOW2);
  }

  @Test
  void aUserIsGivenOnce() {
    String twice = "name: r\nfrom: debian/bookworm\nusers:\n  - name: ann\n  - name: ann\n";
    assertThat(problems(twice)).singleElement().asString().contains(":5").contains("twice");
  }

  @Test
  void listsThatAreNestedTooDeeplyAreToldWithTheirLine() {
    String deep = "name: r\nfrom: debian/bookworm\npackages: " + "[".repeat(100_000) + "\n";
    assertThat(problems(deep)).singleElement().asString().contains(":3").contains("too deeply");
    String closed = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(problems("name: r\n\npackages: " + closed))
        .singleElement()
        .asString()
        .contains(":3");
  }

  @Test
  void everyProblemIsToldWithItsLineItsFieldAndARemedy() {
    assertThat(
            problems(
                """
                name: Web Server
                from: debian/bookworm
                package: [nginx]
                packages: [a b, good]
                files:
                  - {path: etc/motd, content: x}
                  - {path: /etc/../x, content: x}
                  - {path: /a, content: x, link: y}
                  - {path: /b, mode: 9999}
                  - {path: /b, content: y}
                size: 10MB
                format: qcow
                """))
        .anySatisfy(one -> assertThat(one).startsWith("r.yaml:1: name: 'Web Server': use small"))
        .anySatisfy(one ->
            assertThat(one)
                .isEqualTo("r.yaml:3: package: unknown key 'package'; did you mean 'packages'?"))
        .anySatisfy(one -> assertThat(one).startsWith("r.yaml:4: packages[0]: 'a b'"))
        .anySatisfy(one -> assertThat(one).startsWith("r.yaml:6: files[0].path: 'etc/motd'"))
        .anySatisfy(one -> assertThat(one).startsWith("r.yaml:7: files[1].path: '/etc/../x'"))
        .anySatisfy(one -> assertThat(one).startsWith("r.yaml:8: files[2].path: give one of"))
        .anySatisfy(one -> assertThat(one).startsWith("r.yaml:9: files[3].mode: '9999'"))
        .anySatisfy(one -> assertThat(one).contains("files[4].path: '/b' is given twice"))
        .anySatisfy(one -> assertThat(one).startsWith("r.yaml:11: size: '10MB': write a size"))
        .anySatisfy(one -> assertThat(one).contains("'qcow'; did you mean 'qcow2'?"))
        .hasSize(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|one document",
        "'- a'|write 'key: value' lines",
        "'name: [a'|this is no YAML",
        "'name: a'|from: is missing",
        "'from: b'|name: is missing",
        "'name: a\nname: b\nfrom: c'|given twice",
        "'name: a\nfrom: b\nscripts: {run: x}'|write a list",
        "'name: a\nfrom: b\nsize: 0MiB'|write a size",
        "'name: a\nfrom: b\nsize: 17TiB'|write a size",
        "'name: a\nfrom: ../../etc'|'../../etc'",
      })
  void whatIsNoRecipeIsRefused(String text, String told) {
    assertThat(problems(text)).anySatisfy(one -> assertThat(one).contains(told));
  }

  @Test
  void theOrderOfWhatHasNoOrderDoesNotMatterAndThatOfScriptsDoes() throws Exception {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<String> packages = words(random, "p");
      List<String> groups = words(random, "g");
      List<String> files = words(random, "/f");
      List<String> scripts = new ArrayList<>(List.of("one", "two", "three"));
      Recipe first = recipe(packages, groups, files, scripts);
      Collections.shuffle(packages, random);
      Collections.shuffle(groups, random);
      Collections.shuffle(files, random);
      packages.add(packages.getFirst());

      assertThat(recipe(packages, groups, files, scripts)).as("seed " + seed).isEqualTo(first);
      Collections.rotate(scripts, 1);
      assertThat(recipe(packages, groups, files, scripts)).as("seed " + seed).isNotEqualTo(first);
    }
  }

  private static List<String> words(Random random, String start) {
    List<String> words = new ArrayList<>();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      words.add(start + i + "x" + random.nextInt(1000));
    }
    return words;
  }

  private static Recipe recipe(
      List<String> packages, List<String> groups, List<String> files, List<String> scripts)
      throws RecipeException {
    StringBuilder text = new StringBuilder("name: a\nfrom: b\n");
    text.append("packages: ")
        .append(packages)
        .append("\ngroups: ")
        .append(groups)
        .append("\nfiles:\n");
    files.forEach(path -> text.append("  - {path: ").append(path).append(", content: x}\n"));
    text.append("scripts: ").append(scripts).append('\n');
    return RecipeFile.read("a.yaml", text.toString());
  }

  /** Whatever bytes come: a recipe or problems, never another exception. */
  @Test
  void damagedRecipesAreToldNotThrown() {
    String good =
        "name: a\nfrom: b\npackages: [x, y]\nfiles:\n  - {path: /a, content: c}\nsize: 1GiB\n";
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder(good);
      int changes = 1 + random.nextInt(4);
      for (int i = 0; i < changes; i++) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, "[]{}:-,&*!|>'\"%@\n\t ".charAt(random.nextInt(19)));
          default -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
        }
      }
      try {
        RecipeFile.read("r.yaml", text.toString());
      } catch (RecipeException told) {
        assertThat(told.problems()).as("seed " + seed).isNotEmpty();
      } catch (RuntimeException thrown) {
        throw new AssertionError("seed " + seed + ":\n" + text, thrown);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"nginx, ngnix", "debian/bookworm, debian/bookwrom", "qcow2, qcow", "tar.zst, tar.zs"})
  void theNearestWordIsFound(String right, String typed) {
    List<String> known =
        List.of("nginx", "apache2", "debian/bookworm", "debian/trixie", "qcow2", "raw", "tar.zst");
    assertThat(Nearest.of(typed, known)).contains(right);
    assertThat(Nearest.of("something-else-entirely", known)).isEmpty();
  }

  @Test
  void aClassWithProblemsIsRefusedWithAllOfThem() {
    assertThatThrownBy(() -> ClassFile.read("c.yaml", "name: X!\nfamily: debain\nsuit: y\n"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("c.yaml:1: name")
        .hasMessageContaining("c.yaml:2: family: 'debain': write one of debian")
        .hasMessageContaining("did you mean 'suite'?");
  }
}
