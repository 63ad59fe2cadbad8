package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.store.ChunkSource;
import org.heddle.store.IndexReader;
import org.heddle.store.Repairer;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.Verifier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store verify}. */
@Command(
    name = "verify",
    description = {
      "Read all of a store and check every bit of it; say which indexes are hurt by what is"
          + " damaged.",
      "The exit code is 1 when anything is damaged and was not repaired, or, with --signed-by, when"
          + " an index is not what is signed."
    })
final class VerifyCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();
  @Mixin SignedOptions signed = new SignedOptions();

  @Option(
      names = "--repair-from",
      paramLabel = "DIR",
      description = "Take damaged and missing chunks from this other store; may be repeated.")
  List<Path> sources = new ArrayList<>();

  /** What is printed. */
  record Answer(
      boolean sound,
      long blocks,
      long bytes,
      List<String> damage,
      List<Verifier.Hurt> hurt,
      List<String> unsigned,
      Repairer.@Nullable Report repair) {}

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Answer answer = Work.run(around, "verifying", this::verify);
    around.print(options.format, answer, () -> text(answer));
    return (answer.sound ? ExitCode.OK : ExitCode.FAILED).number();
  }

  private Answer verify(org.heddle.store.Progress progress) throws IOException {
    Store store = options.open();
    List<ChunkSource> others = new ArrayList<>();
    for (Path source : sources) {
      others.add(Store.open(source));
    }
    Verifier.Report found = new Verifier(store, progress).verify();
    if (found.sound() || sources.isEmpty()) {
      return answer(found, unsigned(store), null);
    }
    Repairer.Report repair = new Repairer(store).repair(found, others);
    return answer(new Verifier(store, progress).verify(), unsigned(store), repair);
  }

  private static Answer answer(
      Verifier.Report found, List<String> unsigned, Repairer.@Nullable Report repair) {
    boolean sound = found.sound() && unsigned.isEmpty();
    return new Answer(
        sound, found.blocks(), found.bytes(), found.damage(), found.hurt(), unsigned, repair);
  }

  /** Indexes that none of the keys has signed, each with the reason. */
  private List<String> unsigned(Store store) throws IOException {
    List<String> unsigned = new ArrayList<>();
    List<PublicKey> keys = signed.keys();
    for (String name : signed.asked() ? store.names() : List.<String>of()) {
      if (!name.endsWith(SignedImages.SUFFIX)) {
        refusal(store, name, keys).ifPresent(why -> unsigned.add(name + ": " + why));
      }
    }
    return unsigned;
  }

  private static Optional<String> refusal(Store store, String name, List<PublicKey> keys)
      throws IOException {
    try (IndexReader _ = SignedImages.index(store, name, keys)) {
      return Optional.empty();
    } catch (StoreException refused) {
      return Optional.ofNullable(refused.getMessage());
    }
  }

  private static String text(Answer answer) {
    StringBuilder text = new StringBuilder();
    if (answer.repair != null) {
      text.append(
          "repaired: %d chunks came from elsewhere, %d are still missing, %d damaged packs are gone%n"
              .formatted(
                  answer.repair.chunks(), answer.repair.stillMissing(), answer.repair.packs()));
      answer.repair.failures().forEach(line -> text.append("gave up ").append(line).append('\n'));
    }
    answer.damage.forEach(line -> text.append("damaged: ").append(line).append('\n'));
    for (Verifier.Hurt hurt : answer.hurt) {
      text.append("hurt: ").append(hurt.name()).append(": ").append(hurt.reason());
      if (hurt.chunks() > 0) {
        text.append(" (%d chunks, %s)".formatted(hurt.chunks(), Amounts.bytes(hurt.bytes())));
      }
      text.append('\n');
    }
    answer.unsigned.forEach(line -> text.append("not signed: ").append(line).append('\n'));
    if (answer.sound) {
      text.append(
          "sound: %d blocks, %s read%n".formatted(answer.blocks, Amounts.bytes(answer.bytes)));
    }
    return text.toString();
  }
}
