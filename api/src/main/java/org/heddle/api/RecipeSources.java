package org.heddle.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.FarmApi.SourceFile;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What of a recipe is sent to who builds it: its text, and the files beside it that it copies.
 * Whether it is right is for the builder to say, who knows classes and recipes.
 */
public final class RecipeSources {
  /** All files together; in base64 they fit a request. */
  public static final long MOST_BYTES = 8L << 20;

  private RecipeSources() {}

  /**
   * Gathers what a recipe copies.
   *
   * @param file its name, for messages
   * @param folder where its sources lie
   * @throws IOException when they are too much to be sent, or cannot be read
   */
  public static RecipeText gather(String file, String text, Path folder) throws IOException {
    List<SourceFile> files = new ArrayList<>();
    long left = MOST_BYTES;
    for (String source : sources(text)) {
      Path start = folder.resolve(source).normalize();
      if (Path.of(source).isAbsolute()
          || !start.startsWith(folder.normalize())
          || !Files.exists(start, LinkOption.NOFOLLOW_LINKS)) {
        continue; // The builder says what is wrong with it, and where.
      }
      left = take(folder.normalize(), start, files, left);
      if (left < 0) {
        throw new IOException(
            "the files that it copies have more than "
                + (MOST_BYTES >> 20)
                + " MiB: build it with 'heddle farm build' on a host of the grid");
      }
    }
    return new RecipeText(file, text, files);
  }

  private static long take(Path folder, Path start, List<SourceFile> files, long room)
      throws IOException {
    long left = room;
    List<Path> all;
    try (Stream<Path> walked = Files.walk(start)) {
      all = walked.sorted().toList();
    }
    for (Path path : all) {
      String name = folder.relativize(path).toString();
      if (Files.isSymbolicLink(path)) {
        files.add(new SourceFile(name, "link", Files.readSymbolicLink(path).toString()));
      } else if (Files.isDirectory(path)) {
        if (!name.isEmpty()) {
          files.add(new SourceFile(name, "folder", ""));
        }
      } else {
        left -= Files.size(path);
        if (left < 0) {
          return left;
        }
        String content = Base64.getEncoder().encodeToString(Files.readAllBytes(path));
        files.add(new SourceFile(name, Files.isExecutable(path) ? "program" : "file", content));
      }
    }
    return left;
  }

  /** The values of {@code source} in {@code files} that do not name another image's tree. */
  private static Set<String> sources(String text) {
    Set<String> sources = new LinkedHashSet<>();
    try {
      for (Node document : new Compose(LoadSettings.builder().build()).composeAllFromString(text)) {
        if (value(document, "files") instanceof SequenceNode entries) {
          for (Node entry : entries.getValue()) {
            if (value(entry, "image") == null
                && value(entry, "source") instanceof ScalarNode source
                && !source.getValue().isBlank()) {
              sources.add(source.getValue());
            }
          }
        }
      }
    } catch (YamlEngineException broken) {
      return Set.of(); // The same: the builder says it.
    }
    return sources;
  }

  private static @org.jspecify.annotations.Nullable Node value(Node node, String key) {
    if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key)) {
          return entry.getValueNode();
        }
      }
    }
    return null;
  }
}
