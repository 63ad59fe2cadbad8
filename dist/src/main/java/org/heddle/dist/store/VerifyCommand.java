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
import org.heddle.store.Evidence;
import org.heddle.store.IndexReader;
import org.heddle.store.Repairer;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.Verifier;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.PatientSource;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.Traffic;
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
      "With --repair-from an index that is damaged itself is replaced by the one with its id, which"
          + " the damaged file or, with --signed-by, the signed manifest says; if nothing says it, by"
          + " the one that all those stores have under its name.",
      "The exit code is 1 when anything is damaged and was not repaired, or, with --signed-by, when"
          + " an index is not what is signed."
    })
final class VerifyCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();
  @Mixin SignedOptions signed = new SignedOptions();

  @Mixin ConnectOptions connect = new ConnectOptions();

  @Option(
      names = "--repair-from",
      paramLabel = "DIR|URL",
      description =
          "Take what is damaged or missing, chunks and indexes, from this other store; may be"
              + " repeated. A folder, http://HOST:PORT (behind 'heddle store serve') or"
              + " ssh://[USER@]HOST/DIR.")
  List<String> sources = new ArrayList<>();

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
    Answer answer = Work.run(around(), "verifying", this::verify);
    around().print(options.format, answer, () -> text(answer));
    return (answer.sound ? ExitCode.OK : ExitCode.FAILED).number();
  }

  private Answer verify(org.heddle.store.Progress progress) throws IOException {
    Store store = options.open();
    Evidence evidence = signed.asked() ? Evidence.signedBy(signed.keys()) : Evidence.ofFiles();
    try (Others others = new Others(sources, connect.settings(around()))) {
      Verifier.Report found = new Verifier(store, progress).verify();
      if (found.sound() || sources.isEmpty()) {
        return answer(found, unsigned(store), null);
      }
      Repairer.Report repair = new Repairer(store, evidence).repair(found, others.all());
      return answer(new Verifier(store, progress).verify(), unsigned(store), repair);
    }
  }

  /**
   * The stores that a repair may take from; wrong addresses are refused before anything is read.
   */
  private static final class Others implements AutoCloseable {
    private final List<ChunkSource> all = new ArrayList<>();
    private final List<RemoteStore> remote = new ArrayList<>();

    Others(List<String> sources, ConnectSettings settings) throws IOException {
      for (String source : sources) {
        if (source.contains("://")) {
          RemoteStore store = RemoteStore.reading(Address.parse(source), settings, new Traffic());
          remote.add(store);
          all.add(new PatientSource(store));
        } else {
          all.add(Store.open(Path.of(source)));
        }
      }
    }

    List<ChunkSource> all() {
      return all;
    }

    @Override
    public void close() {
      remote.forEach(RemoteStore::close);
    }
  }

  private Environment around() {
    return Objects.requireNonNull(parent).around();
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
      answer.repair.indexes().forEach(index -> text.append(text(index)));
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

  private static String text(Repairer.Mended index) {
    String why =
        switch (index.by()) {
          case ID -> "it has the id of the damaged one";
          case SIGNATURE -> "it is signed";
          case NAME -> "by its name alone: nothing here says whether it is the one that it was";
        };
    return "replaced: %s by that of %s: %s%n".formatted(index.name(), index.from(), why);
  }
}
