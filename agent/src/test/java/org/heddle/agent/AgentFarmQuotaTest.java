package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.heddle.agent.AgentOptions.FarmOptions;
import org.heddle.agent.farm.FarmWorkshop;
import org.heddle.agent.farm.NoStore;
import org.heddle.agent.farm.Workshop.Download;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.Json;
import org.heddle.images.Farm;
import org.heddle.images.ImageRecord;
import org.heddle.images.Import;
import org.heddle.images.Limits;
import org.heddle.images.recipe.Library;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Of a farm with a quota those images go that nobody needs. */
@Timeout(600)
final class AgentFarmQuotaTest extends TwoAgents {
  private static final int MIB = 1 << 20;

  private Farm farm;
  private FarmWorkshop workshop;

  @BeforeEach
  void aFarm() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-img")), "no qemu-img here");
    farm = Farm.open(folder.resolve("farm"), Limits.USUAL, Map.of(), InstantSource.system());
    workshop =
        new FarmWorkshop(
            farm,
            new Library(List.of()),
            folder.resolve("uploads"),
            folder.resolve("offered"),
            new NoStore());
  }

  /** A disk of 2 MiB with a kernel beside it, last used long ago. */
  private ImageRecord image(String name) throws Exception {
    ImageRecord disk = disk(name);
    Path description = farm.folder(disk).resolve("build.json");
    ObjectNode image = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(description));
    ((ArrayNode) image.get("files"))
        .addObject()
        .put("name", "vmlinuz")
        .put("sha256", "0".repeat(64))
        .put("size", 0);
    Files.write(description, Json.MAPPER.writeValueAsBytes(image));
    Files.setLastModifiedTime(farm.folder(disk), FileTime.from(Instant.ofEpochSecond(1)));
    return farm.show(name);
  }

  private ImageRecord disk(String name) throws Exception {
    byte[] content = new byte[2 * MIB];
    new Random(name.hashCode()).nextBytes(content);
    content[510] = 0x55; // The end of a boot sector: it is a disk.
    content[511] = (byte) 0xaa;
    Path disk = Files.write(folder.resolve(name + ".raw"), content);
    Farm.Built built = farm.take(new Import.Wish(disk, name, Optional.empty(), Optional.empty()));
    return built.image();
  }

  private String nameForVjobs(String name) throws Exception {
    return FarmWorkshop.nameForVjobs(farm.show(name));
  }

  private List<String> left() throws IOException {
    List<String> names = new ArrayList<>();
    farm.list().forEach(image -> names.add(image.name()));
    return names;
  }

  @Test
  void theAgentKeepsTheQuotaWithWhatVjobsNeed() throws Exception {
    image("needed");
    image("free");
    controller.needed.add(nameForVjobs("needed"));
    FarmOptions.Builder role =
        new FarmOptions.Builder(folder.resolve("farm"), List.of(), 1, 3 * MIB, Map.of());

    host("builder", List.of(), new FarmOptions(List.of(), Optional.of(role)));

    await().until(() -> left().equals(List.of("needed")));
  }

  @Test
  void onlyWhatVjobsCanBootHasANameForThem() throws Exception {
    disk("imported");
    image("built");
    assertThat(workshop.images()).extracting(ImageView::image).as("not offered").containsOnly("");
    String name = nameForVjobs("built");
    Path offered = Files.createDirectories(folder.resolve("offered").resolve(name));
    Files.writeString(offered.resolve("image.json"), "{}");

    assertThat(workshop.images()).extracting(ImageView::image).containsExactly(name, "");
    assertThat(name).startsWith("built-");
    assertThat(nameForVjobs("imported")).isEmpty();
  }

  @Test
  void aNeedThatIsNotKnownIsOne() throws Exception {
    ImageRecord image = image("one");
    assertThat(workshop.release(image, Optional.empty())).isFalse();
    assertThat(workshop.release(image, Optional.of(Set.of(nameForVjobs("one"))))).isFalse();
    assertThat(workshop.release(image, Optional.of(Set.of("another")))).isTrue();
  }

  @Test
  void whatIsBeingDownloadedStays() throws Exception {
    ImageRecord image = image("one");
    try (Download first = workshop.download("one")) {
      try (Download second = workshop.download("one")) {
        assertThat(workshop.downloading()).containsExactly(first.digest());
        assertThat(second.digest()).isEqualTo(first.digest());
      }
      assertThat(workshop.downloading()).containsExactly(first.digest());
      assertThat(workshop.release(image, Optional.of(Set.of()))).isFalse();
    }
    assertThat(workshop.downloading()).isEmpty();
    assertThat(workshop.release(image, Optional.of(Set.of()))).isTrue();
  }
}
