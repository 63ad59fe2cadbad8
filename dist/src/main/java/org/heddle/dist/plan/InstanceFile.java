package org.heddle.dist.plan;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InvalidInstance;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads instances, whatever their form: Heddle's JSON begins with {@code "format"}, BtrPlace's has
 * {@code "model"}; both may be compressed by gzip. Of a BtrPlace plan, the origin is read.
 */
public final class InstanceFile {
  private static final int BUFFER = 1 << 16;

  /** Names of machines are keys, and each comes once: to keep them all would only take memory. */
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();

  private InstanceFile() {}

  /**
   * Only the instance.
   *
   * @throws InvalidInstance with place and remedy
   */
  public static Instance instance(Path file) throws IOException {
    return read(file, Additions.NONE).instance();
  }

  static LoadedInstance read(Path file, Additions more) throws IOException {
    long start = System.nanoTime();
    try (InputStream in = open(file);
        JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in)) {
      JsonInput input = new JsonInput(parser, String.valueOf(file.getFileName()));
      String key = firstKey(parser, input);
      LoadedInstance read =
          switch (key) {
            case "format" -> new HeddleInstanceReader(input, more).read();
            case "model", "constraints", "objective", "origin", "actions" ->
                new BtrPlaceReader(input, more).read(key);
            default ->
                throw input.wrong(
                    "'" + key + "' begins neither Heddle's nor BtrPlace's instances",
                    "begin with \"format\": \"" + HeddleInstanceReader.FORMAT + "\"");
          };
      input.end();
      long ms = (System.nanoTime() - start) / 1_000_000;
      return new LoadedInstance(read.instance(), read.numbering(), read.btrPlace(), ms);
    } catch (JacksonException broken) {
      throw JsonInput.broken(file.toString(), broken);
    }
  }

  private static String firstKey(JsonParser parser, JsonInput input) {
    input.next();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw input.wrong("is no JSON object", "give an instance");
    }
    input.next();
    if (parser.currentToken() != JsonToken.PROPERTY_NAME) {
      throw input.wrong("is empty", "give an instance");
    }
    String key = parser.currentName();
    input.next();
    return key;
  }

  /** The file's content, uncompressed. */
  static InputStream open(Path file) throws IOException {
    try {
      BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return gzip ? new GZIPInputStream(in, BUFFER) : in;
    } catch (NoSuchFileException _) {
      throw InvalidInstance.invalid(file.toString(), "is not there", "give the path of a file");
    } catch (ZipException broken) {
      throw InvalidInstance.invalid(
          file.toString(), "is broken gzip: " + broken.getMessage(), "copy it again");
    }
  }
}
