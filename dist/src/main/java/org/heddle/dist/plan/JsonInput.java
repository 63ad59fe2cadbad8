package org.heddle.dist.plan;

import java.util.Set;
import java.util.TreeSet;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InvalidInstance;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;

/** Reads JSON as a stream; what is not as expected is refused with its place in the file. */
final class JsonInput {
  private final JsonParser parser;
  private final String file;

  JsonInput(JsonParser parser, String file) {
    this.parser = parser;
    this.file = file;
  }

  /** What to do with one member of an object; the parser stands on its value. */
  interface Member {
    void read(String key);
  }

  /** The next token, which a value begins with. */
  void next() {
    try {
      parser.nextToken();
    } catch (JacksonException broken) {
      throw broken(broken);
    }
  }

  /** Nothing follows the value that was read. */
  void end() {
    next();
    if (parser.currentToken() != null) {
      throw wrong("there is more after the end", "give one object a file");
    }
  }

  private InvalidInstance broken(JacksonException broken) {
    return broken(file, broken);
  }

  static InvalidInstance broken(String file, JacksonException broken) {
    TokenStreamLocation location = broken.getLocation();
    boolean known = location != null && location.getLineNr() > 0;
    String at = known ? ":" + location.getLineNr() + ":" + location.getColumnNr() : "";
    String why = String.valueOf(broken.getOriginalMessage()).lines().findFirst().orElse("");
    return broken instanceof JacksonIOException
        ? InvalidInstance.invalid(file, "cannot be read to its end: " + why, "copy it again")
        : InvalidInstance.invalid(file + at, "is no JSON: " + why, "correct it there");
  }

  /** Reads the object on which the parser stands, each key once. */
  void object(Member member) {
    expect(JsonToken.START_OBJECT, "an object");
    Set<String> seen = new TreeSet<>();
    members(key -> {
      if (!seen.add(key)) {
        throw wrong("'" + key + "' is there twice", "keep one of them");
      }
      member.read(key);
    });
  }

  /** As object, for very many keys, whose repetition the caller sees. */
  void members(Member member) {
    expect(JsonToken.START_OBJECT, "an object");
    rest(member);
  }

  /** The further members of an object of which one has been read. */
  void rest(Member member) {
    try {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        member.read(key);
      }
    } catch (JacksonException broken) {
      throw broken(broken);
    }
  }

  void array(Runnable element) {
    expect(JsonToken.START_ARRAY, "a list");
    try {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        element.run();
      }
    } catch (JacksonException broken) {
      throw broken(broken);
    }
  }

  int[] ints() {
    IntList list = new IntList();
    array(() -> list.add(number()));
    return list.toArray();
  }

  /** A number of a machine or host. */
  int number() {
    long value = amount();
    if (value > Integer.MAX_VALUE) {
      throw wrong(value + " is too large for a number", "give one below 2^31");
    }
    return (int) value;
  }

  /** A size: a whole number from 0 to {@link Instance#MAX_AMOUNT}. */
  long amount() {
    try {
      if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        long value = parser.getLongValue();
        if (value >= 0 && value <= Instance.MAX_AMOUNT) {
          return value;
        }
      }
    } catch (JacksonException _) {
      // too large for a long: said below
    }
    throw wrong(
        "'" + parser.getString() + "' is not a whole number from 0 to " + Instance.MAX_AMOUNT,
        "give one");
  }

  double decimal() {
    if (parser.currentToken() == null || !parser.currentToken().isNumeric()) {
      throw wrong("'" + parser.getString() + "' is not a number", "give one");
    }
    return parser.getDoubleValue();
  }

  boolean isNumber() {
    return parser.currentToken() != null && parser.currentToken().isNumeric();
  }

  boolean isTrue() {
    return parser.currentToken() == JsonToken.VALUE_TRUE;
  }

  boolean flag() {
    if (parser.currentToken() != JsonToken.VALUE_TRUE
        && parser.currentToken() != JsonToken.VALUE_FALSE) {
      throw wrong("'" + parser.getString() + "' is neither true nor false", "write one of them");
    }
    return isTrue();
  }

  String string() {
    expect(JsonToken.VALUE_STRING, "a text in quotes");
    return parser.getString();
  }

  void skip() {
    try {
      parser.skipChildren();
    } catch (JacksonException broken) {
      throw broken(broken);
    }
  }

  private void expect(JsonToken token, String what) {
    if (parser.currentToken() != token) {
      throw wrong("here is not " + what, "see the description of the format");
    }
  }

  InvalidInstance wrong(String problem, String remedy) {
    String pointer = parser.streamReadContext().pathAsPointer().toString();
    return InvalidInstance.invalid((file + " " + pointer).strip(), problem, remedy);
  }
}
