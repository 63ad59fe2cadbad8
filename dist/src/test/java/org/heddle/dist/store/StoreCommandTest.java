package org.heddle.dist.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.heddle.api.Json;
import org.heddle.cli.Environment;
import org.heddle.cli.HeddleCommand;
import org.heddle.cli.Terminal;
import org.heddle.store.Store;
import org.heddle.store.transfer.HttpStoreServer;
import org.heddle.store.transfer.ServeSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class StoreCommandTest {
  @TempDir Path folder;
  private byte[] contents = new byte[0];

  private record Run(int exit, String out, String err) {}

  @BeforeEach
  void aFile() throws IOException {
    contents = new byte[300_000];
    new Random(1).nextBytes(contents);
    Files.write(folder.resolve("disk.raw"), contents);
  }

  private Run heddle(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment around =
        new Environment(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.NONE,
            Terminal.NONE,
            false,
            Map.of(),
            folder,
            InstantSource.system());
    String[] all = new String[words.length + 1];
    all[0] = "store";
    for (int i = 0; i < words.length; i++) {
      all[i + 1] =
          words[i].startsWith("@") ? folder.resolve(words[i].substring(1)).toString() : words[i];
    }
    int exit = HeddleCommand.run(around, StoreCommand.programs(around), all);
    return new Run(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aFileGoesInAndComesOut() {
    Run made = heddle("make", "@disk.raw", "--store", "@s", "-o", "json");
    assertThat(made.err()).isEmpty();
    JsonNode told = Json.MAPPER.readTree(made.out());
    assertThat(told.propertyNames())
        .contains(
            "index",
            "bytesIn",
            "bytesStored",
            "bytesSent",
            "bytesSaved",
            "chunks",
            "seconds",
            "virtualSpeed");
    assertThat(told.get("index").asString()).isEqualTo("disk.raw");
    assertThat(told.get("bytesIn").asLong()).isEqualTo(contents.length);
    assertThat(heddle("extract", "disk.raw", "@out", "--store", "@s").exit()).isZero();
    assertThat(folder.resolve("out")).hasBinaryContent(contents);
    Run again = heddle("extract", "disk.raw", "@out", "--in-place", "--store", "@s", "-o", "json");
    assertThat(Json.MAPPER.readTree(again.out()).get("bytesStored").asLong()).isZero();
    assertThat(heddle("ls", "--store", "@s").out()).contains("INDEX", "disk.raw", "300.0 kB");
    assertThat(heddle("stat", "--store", "@s").out()).contains("indexes   1");
    assertThat(heddle("stat", "disk.raw", "--store", "@s").out()).contains("0 of them missing");
    assertThat(heddle("verify", "--store", "@s").out()).startsWith("sound");
  }

  @Test
  void aFileIsMadeBesideAnOldOne() throws IOException {
    heddle("make", "@disk.raw", "--store", "@s");
    Files.write(folder.resolve("old"), Arrays.copyOf(contents, 200_000));
    Run made =
        heddle("extract", "disk.raw", "@out", "--like", "@old", "--store", "@s", "-o", "json");
    assertThat(folder.resolve("out")).hasBinaryContent(contents);
    JsonNode told = Json.MAPPER.readTree(made.out());
    assertThat(told.get("bytesStored").asLong() + told.get("bytesCloned").asLong())
        .isEqualTo(contents.length);
    Run none = heddle("extract", "disk.raw", "@out", "--like", "@none", "--store", "@s");
    assertThat(none.err()).contains("there is no file").contains("none");
    Run both =
        heddle("extract", "disk.raw", "@out", "--in-place", "--like", "@old", "--store", "@s");
    assertThat(both.err()).contains("leave --like");
    assertThat(both.exit()).isEqualTo(2);
  }

  @Test
  void aDryCollectionChangesNothingAndARealOneDoes() {
    heddle("make", "@disk.raw", "--store", "@s");
    heddle("make", "@disk.raw", "--name", "copy", "--store", "@s");
    assertThat(heddle("diff", "disk.raw", "copy", "--store", "@s", "-o", "yaml").out())
        .contains("onlyFirst:\n  chunks: 0");
    assertThat(heddle("rm", "disk.raw", "copy", "--store", "@s").exit()).isZero();
    assertThat(heddle("gc", "--dry-run", "--store", "@s").out()).startsWith("would free 30");
    assertThat(heddle("stat", "--store", "@s").out()).contains("packs     1");
    assertThat(heddle("gc", "--store", "@s").out()).startsWith("freed 30");
    assertThat(heddle("stat", "--store", "@s").out()).contains("packs     0");
  }

  @Test
  void failuresHaveOneLineAndACode() throws IOException {
    assertThat(heddle("ls", "--store", "@none").exit()).isEqualTo(3);
    assertThat(heddle("make", "@none", "--store", "@s").err()).contains("there is no file");
    heddle("make", "@disk.raw", "--store", "@s");
    assertThat(heddle("extract", "other", "@out", "--store", "@s").exit()).isEqualTo(3);
    assertThat(heddle("extract", "../s", "@out", "--store", "@s").exit()).isEqualTo(2);
    Files.write(folder.resolve("disk.raw"), new byte[] {1});
    Run taken = heddle("make", "@disk.raw", "--store", "@s", "-o", "json");
    assertThat(taken.exit()).isEqualTo(4);
    assertThat(Json.MAPPER.readTree(taken.err()).get("type").asString()).isEqualTo("conflict");
    assertThat(heddle("make", "@disk.raw", "--replace", "--store", "@s").exit()).isZero();
    Run full = heddle("make", "@disk.raw", "--store", "@tiny", "--quota", "10");
    assertThat(full.exit()).isEqualTo(4);
    assertThat(full.err()).contains("may take 10 bytes").hasLineCount(1);
  }

  @Test
  void aQuotaTakesThePlaceOfTheOneBefore() throws IOException {
    Files.createDirectory(folder.resolve("s"));
    assertThat(heddle("make", "@disk.raw", "--store", "@s", "--quota", "10").exit()).isEqualTo(4);
    assertThat(heddle("make", "@disk.raw", "--store", "@s").exit()).isEqualTo(4);
    assertThat(heddle("make", "@disk.raw", "--store", "@s", "--quota", "0").exit()).isZero();
    assertThat(heddle("make", "@disk.raw", "--name", "b", "--store", "@s").exit()).isZero();
    assertThat(heddle("make", "@disk.raw", "--store", "@disk.raw").err()).contains("is a file");
  }

  @Test
  void whatIsWrongIsSaidBeforeAnythingIsDone() throws IOException {
    heddle("make", "@disk.raw", "--store", "@s");
    Run none = heddle("rm", "disk.raw", "nosuch", "--store", "@s");
    assertThat(none.exit()).isEqualTo(3);
    assertThat(none.err()).contains("nosuch");
    assertThat(heddle("ls", "--store", "@s").out()).contains("disk.raw");
    Files.write(folder.resolve("disk.raw"), new byte[] {1});
    assertThat(heddle("make", "@disk.raw", "--store", "@s").exit()).isEqualTo(4);
    assertThat(heddle("stat", "--store", "@s").out()).contains("packs     1");
    heddle("key", "@key");
    String long125 = "x".repeat(125);
    Run longName =
        heddle("make", "@disk.raw", "--name", long125, "--sign", "@key", "--store", "@s");
    assertThat(longName.exit()).isEqualTo(2);
    assertThat(heddle("ls", "--store", "@s").out()).doesNotContain("xxx");
    heddle("key", "@other");
    Files.copy(
        folder.resolve("other.pub"),
        folder.resolve("key.pub"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Run mixed = heddle("make", "@disk.raw", "--name", "n", "--sign", "@key", "--store", "@s");
    assertThat(mixed.exit()).isEqualTo(2);
    assertThat(mixed.err()).contains("is not the public key of");
  }

  @Test
  void aDamagedIndexIsNamedByTheList() throws IOException {
    heddle("make", "@disk.raw", "--store", "@s");
    heddle("make", "@disk.raw", "--name", "b", "--store", "@s");
    Files.write(folder.resolve("s/indexes/b.hix"), new byte[0]);
    Run list = heddle("ls", "--store", "@s");
    assertThat(list.out()).contains("disk.raw");
    assertThat(list.err()).contains("index 'b'", "damaged");
    assertThat(heddle("gc", "--store", "@s").err()).contains("heddle store rm b");
  }

  @Test
  void whatIsNotPossibleIsSaidBeforeAnythingIsDone() throws IOException {
    heddle("make", "@disk.raw", "--store", "@s");
    for (String port : new String[] {"99999", "-1"}) {
      Run wrong = heddle("nbd", "disk.raw", "--port=" + port, "--store", "@s");
      assertThat(wrong.exit()).as(wrong.err()).isEqualTo(2);
    }
    Run fast =
        heddle("push", "disk.raw", "http://h:1", "--limit", "999999999999GiB/s", "--store", "@s");
    assertThat(fast.exit()).as(fast.err()).isEqualTo(2);
    assertThat(heddle("verify", "--repair-from", "@nosuch", "--store", "@s").exit()).isEqualTo(3);
    for (String wrong : new String[] {"\"mbit\": 0,", "\"mbit\": 1, \"site\": \"nowhere\","}) {
      Files.writeString(
          folder.resolve("group.json"),
          GROUP
              .replace("HOSTS", hosts())
              .replace(
                  "\"site\": \"here\", \"mbit\": 100, \"url\": \"http://10.0.0.1:",
                  wrong.contains("site")
                      ? wrong + " \"url\": \"http://10.0.0.1:"
                      : "\"site\": \"here\", " + wrong + " \"url\": \"http://10.0.0.1:"));
      Run gather = heddle("gather", "@group.json", "--dry-run");
      assertThat(gather.exit()).as(gather.err()).isEqualTo(2);
    }
  }

  @Test
  void whereThereIsNothingToPullNoStoreIsMade() throws IOException {
    heddle("make", "@disk.raw", "--store", "@s");
    try (HttpStoreServer server =
        HttpStoreServer.start(
            Store.open(folder.resolve("s")),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            ServeSettings.open())) {
      String url = "http://127.0.0.1:" + server.address().getPort();
      assertThat(heddle("pull", url + "/nosuch", "--store", "@t").exit()).isEqualTo(3);
      assertThat(folder.resolve("t")).doesNotExist();
      assertThat(heddle("pull", url + "/disk.raw", "--store", "@t").exit()).isZero();
      Files.write(folder.resolve("hole"), new byte[1 << 20]);
      Run made = heddle("make", "@hole", "--store", "@s", "-o", "json");
      Run pulled = heddle("pull", url + "/hole", "--store", "@t", "-o", "json");
      for (Run run : new Run[] {made, pulled}) {
        assertThat(Json.MAPPER.readTree(run.out()).get("chunks").asLong()).isZero();
      }
    }
  }

  @Test
  void damageIsNamedAndRepaired() throws IOException {
    heddle("make", "@disk.raw", "--store", "@s");
    heddle("make", "@disk.raw", "--store", "@good");
    Path pack;
    try (var packs = Files.list(folder.resolve("s/packs"))) {
      pack = packs.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(pack);
    bytes[5000] ^= 4;
    Files.write(pack, bytes);
    Run found = heddle("verify", "--store", "@s");
    assertThat(found.exit()).isEqualTo(1);
    assertThat(found.out()).contains("hurt: disk.raw");
    assertThat(heddle("verify", "--repair-from", "@good", "--store", "@s").out())
        .contains("0 are still missing", "sound");
    assertThat(heddle("extract", "disk.raw", "@out", "--store", "@s").exit()).isZero();
    assertThat(folder.resolve("out")).hasBinaryContent(contents);
  }

  @Test
  void aDamagedIndexComesFromAServedStoreAndTheAnswerSaysWhyItIsBelieved() throws IOException {
    heddle("make", "@disk.raw", "--store", "@s");
    heddle("make", "@disk.raw", "--store", "@good");
    Path index = folder.resolve("s/indexes/disk.raw.hix");
    byte[] whole = Files.readAllBytes(index);
    try (HttpStoreServer server =
        HttpStoreServer.start(
            Store.open(folder.resolve("good")),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            ServeSettings.open())) {
      String url = "http://127.0.0.1:" + server.address().getPort();
      for (int length : new int[] {0, whole.length - 1}) {
        Files.write(index, java.util.Arrays.copyOf(whole, length));
        Run mended =
            heddle("verify", "--repair-from", "@s2/..", "--repair-from", url, "--store", "@s");
        assertThat(mended.exit()).as(mended.err()).isEqualTo(3);
        mended = heddle("verify", "--repair-from", url, "--store", "@s");
        assertThat(mended.exit()).as(mended.err()).isZero();
        assertThat(mended.out())
            .contains("replaced: disk.raw by that of " + url, "sound")
            .contains(length == 0 ? "by its name alone" : "it has the id");
        assertThat(index).hasBinaryContent(whole);
      }
    }
    assertThat(heddle("verify", "--repair-from", "ftp://x", "--store", "@s").exit()).isEqualTo(2);
  }

  private static final String GROUP =
      """
      {"sites": [{"name": "here", "mbit": 100}, {"name": "there", "mbit": 50, "latencyMs": 20}],
       "repository": {"name": "repo", "site": "here", "mbit": 100, "url": "http://10.0.0.1:8750"},
       "index": "image", "mib": 64, "startSeconds": 0, "hopSeconds": 0.5,
       "hosts": [HOSTS]}
      """;

  private static String hosts() {
    StringBuilder hosts = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      hosts.append(i == 0 ? "" : ",\n");
      hosts.append(
          """
          {"name": "h%d", "site": "%s", "mbit": 100, "url": "http://10.0.0.1%d:8750",
           "store": "/srv/store", "index": "snap%d", "mib": 64}\
          """
              .formatted(i, i < 5 ? "here" : "there", i, i));
    }
    return hosts.toString();
  }

  @Test
  void schedulesAreShownBeforeTheyAreRun() throws IOException {
    Files.writeString(folder.resolve("group.json"), GROUP.replace("HOSTS", hosts()));
    Run gather = heddle("gather", "@group.json", "--dry-run", "-o", "json");
    JsonNode told = Json.MAPPER.readTree(gather.out());
    assertThat(told.get("chosen").get("meanSeconds").asDouble())
        .isLessThan(told.get("naive").get("meanSeconds").asDouble() * 0.6);
    assertThat(heddle("gather", "@group.json", "--dry-run").out())
        .contains("halving", "queue", "naive", "MOVE");
    Run scatter = heddle("scatter", "@group.json", "--dry-run", "-o", "json");
    JsonNode spread = Json.MAPPER.readTree(scatter.out());
    assertThat(spread.get("chosen").get("name").asString()).isEqualTo("chain");
    assertThat(spread.get("chosen").get("totalSeconds").asDouble()).isBetween(10.0, 16.0);
    assertThat(spread.get("moves").size()).isEqualTo(8);
    Files.writeString(folder.resolve("group.json"), "{\"sites\": []}");
    assertThat(heddle("gather", "@group.json", "--dry-run").exit()).isEqualTo(2);
  }

  @Test
  void onlyWhatIsSignedComesOutWhenSignaturesAreAskedFor() throws IOException {
    assertThat(heddle("key", "@key").exit()).isZero();
    assertThat(heddle("key", "@other").exit()).isZero();
    assertThat(heddle("key", "@key").err()).contains("not replaced");
    heddle("make", "@disk.raw", "--sign", "@key", "--store", "@s");
    assertThat(heddle("verify", "--signed-by", "@key.pub", "--store", "@s").exit()).isZero();
    assertThat(
            heddle("extract", "disk.raw", "@out", "--signed-by", "@key.pub", "--store", "@s")
                .exit())
        .isZero();
    Run stranger =
        heddle("extract", "disk.raw", "@bad", "--signed-by", "@other.pub", "--store", "@s");
    assertThat(stranger.exit()).isEqualTo(1);
    assertThat(stranger.err()).contains("not trusted");
    Files.write(folder.resolve("disk.raw"), new byte[] {1, 2, 3});
    heddle("make", "@disk.raw", "--replace", "--store", "@s");
    Run slipped = heddle("extract", "disk.raw", "@bad", "--signed-by", "@key.pub", "--store", "@s");
    assertThat(slipped.exit()).isEqualTo(1);
    assertThat(slipped.err()).contains("and signed was");
    assertThat(folder.resolve("bad")).doesNotExist();
    heddle("make", "@disk.raw", "--name", "plain", "--store", "@s");
    Run verified = heddle("verify", "--signed-by", "@key.pub", "--store", "@s");
    assertThat(verified.exit()).isEqualTo(1);
    assertThat(verified.out()).contains("not signed: disk.raw", "not signed: plain");
    assertThat(heddle("make", "@disk.raw", "--sign", "@none", "--store", "@s").exit()).isEqualTo(3);
  }
}
