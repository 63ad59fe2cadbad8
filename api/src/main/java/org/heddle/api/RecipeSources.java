package org.heddle.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
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
    SequencedMap<String, SourceFile> files = new LinkedHashMap<>();
    long left = MOST_BYTES;
    for (String source : sources(text)) {
      Path own = folder.toRealPath();
      Path start = own.resolve(source).normalize();
      if (Path.of(source).isAbsolute()
          || !start.startsWith(own)
          || !Files.exists(start, LinkOption.NOFOLLOW_LINKS)) {
        continue; // The builder says what is wrong with it, and where.
      }
      checkNoLinkOut(source, start, own);
      left = take(own, start, files, left);
      if (left < 0) {
        throw new IOException(
            "the files that it copies have more than "
                + (MOST_BYTES >> 20)
                + " MiB: build it with 'heddle farm build' on a host of the grid");
      }
    }
    dropRecipe(file, text, files);
    return new RecipeText(file, text, List.copyOf(files.values()));
  }

  /** Whoever writes a recipe gets nothing of its submitter but what lies beside it. */
  private static void checkNoLinkOut(String source, Path start, Path own) throws IOException {
    String why;
    try {
      if (start.toRealPath().startsWith(own)) {
        return;
      }
      why = "it is a link out of the recipe's folder";
    } catch (NoSuchFileException dangling) {
      why = "it is a link to nothing";
    }
    throw new IOException("'" + source + "' beside the recipe cannot be read: " + why);
  }

  /** Who builds it has the recipe itself, under the same name. */
  private static void dropRecipe(String file, String text, Map<String, SourceFile> files) {
    String name = file.substring(file.lastIndexOf('/') + 1);
    SourceFile same = files.get(name);
    String content = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    if (same != null && same.kind().equals("file") && same.content().equals(content)) {
      files.remove(name);
    }
  }

  private static long take(Path folder, Path start, Map<String, SourceFile> files, long room)
      throws IOException {
    long left = room;
    List<Path> all;
    try (Stream<Path> walked = Files.walk(start)) {
      all = walked.sorted().toList();
    }
    for (Path path : all) {
      String name = folder.relativize(path).toString();
      if (files.containsKey(name)) {
        continue; // Another source has it.
      }
      if (Files.isSymbolicLink(path)) {
        files.put(name, new SourceFile(name, "link", Files.readSymbolicLink(path).toString()));
      } else if (Files.isDirectory(path)) {
        if (!name.isEmpty()) {
          files.put(name, new SourceFile(name, "folder", ""));
        }
      } else if (!Files.isRegularFile(path)) {
        throw new IOException(path + " is neither a plain file, a folder nor a link");
      } else {
        left -= Files.size(path);
        if (left < 0) {
          return left;
        }
        String content = Base64.getEncoder().encodeToString(Files.readAllBytes(path));
        String kind = Files.isExecutable(path) ? "program" : "file";
        files.put(name, new SourceFile(name, kind, content));
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
    } catch (YamlEngineException | StackOverflowError broken) {
      return Set.of(); // The same: the builder says it, also that it is nested too deeply.
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
