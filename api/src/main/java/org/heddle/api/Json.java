package org.heddle.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Constraints;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * The one way in which this project writes and reads JSON: records as objects, sealed sums with a
 * property {@code type}, ids and constraints as plain strings, enums by name, empty Optionals and
 * constraints absent. Unknown properties, missing ones and trailing text are refused with a {@link
 * JacksonException}. Safe for use by several threads.
 *
 * <p>A collection written by itself has lost its element type, and with it the {@code type} of sums
 * in it: put it into a record.
 */
public final class Json {
  public static final JsonMapper MAPPER = mapper();

  private Json() {}

  public static String write(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  public static byte[] bytes(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** Indented, for people. */
  public static String pretty(Object value) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  public static <T> T read(String json, Class<T> type) {
    return present(MAPPER.readValue(json, type), type);
  }

  public static <T> T read(byte[] json, Class<T> type) {
    return present(MAPPER.readValue(json, type), type);
  }

  public static <T> List<T> readList(byte[] json, Class<T> element) {
    return MAPPER.readerForListOf(element).readValue(json);
  }

  /** Where in the document it went wrong, such as {@code machines[0].demand}; empty at the top. */
  public static String field(JacksonException failure) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference part : failure.getPath()) {
      if (part.getPropertyName() == null) {
        path.append('[').append(part.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(part.getPropertyName());
      }
    }
    return path.toString();
  }

  /** {@code null} is JSON, but never one of our documents. */
  private static <T> T present(T value, Class<T> type) {
    if (value == null) {
      throw new JacksonException("null where a " + type.getSimpleName() + " belongs") {
        private static final long serialVersionUID = 1;
      };
    }
    return value;
  }

  private static JsonMapper mapper() {
    SimpleModule ids = new SimpleModule("ids");
    asString(ids, HostId.class, HostId::new);
    asString(ids, SiteId.class, SiteId::new);
    asString(ids, VjobId.class, VjobId::new);
    asString(ids, MachineId.class, MachineId::parse);
    asString(ids, ConstraintTerm.class, ConstraintTerm::parse);
    ids.addSerializer(Constraints.class, new ConstraintsJson.Writer());
    ids.addDeserializer(Constraints.class, new ConstraintsJson.Reader());
    return JsonMapper.builder()
        .addModule(ids)
        .annotationIntrospector(
            tools.jackson.databind.AnnotationIntrospector.pair(
                new RecordRules(), new JacksonAnnotationIntrospector()))
        .changeDefaultPropertyInclusion(
            was -> was.withValueInclusion(JsonInclude.Include.NON_ABSENT))
        .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  private static <T> void asString(SimpleModule module, Class<T> type, Function<String, T> parse) {
    module.addSerializer(type, new TextSerializer<>());
    module.addDeserializer(type, new TextDeserializer<>(type, parse));
    module.addKeySerializer(type, new KeySerializer<>());
    module.addKeyDeserializer(type, new TextKeyDeserializer<>(type, parse));
  }

  private static final class TextSerializer<T> extends ValueSerializer<T> {
    @Override
    public void serialize(T value, JsonGenerator out, SerializationContext context) {
      out.writeString(value.toString());
    }
  }

  private static final class KeySerializer<T> extends ValueSerializer<T> {
    @Override
    public void serialize(T value, JsonGenerator out, SerializationContext context) {
      out.writeName(value.toString());
    }
  }

  private static final class TextDeserializer<T> extends ValueDeserializer<T> {
    private final Class<T> type;
    private final Function<String, T> parse;

    TextDeserializer(Class<T> type, Function<String, T> parse) {
      this.type = type;
      this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) {
      String text = in.getValueAsString();
      if (text == null) {
        return context.reportInputMismatch(type, "a string is wanted here");
      }
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException refused) {
        return context.reportInputMismatch(type, "%s", refused.getMessage());
      }
    }
  }

  private static final class TextKeyDeserializer<T> extends KeyDeserializer {
    private final Class<T> type;
    private final Function<String, T> parse;

    TextKeyDeserializer(Class<T> type, Function<String, T> parse) {
      this.type = type;
      this.parse = parse;
    }

    @Override
    public Object deserializeKey(String key, DeserializationContext context) {
      try {
        return parse.apply(key);
      } catch (IllegalArgumentException refused) {
        return context.reportInputMismatch(type, "%s", refused.getMessage());
      }
    }
  }
}
