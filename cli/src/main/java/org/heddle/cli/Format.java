package org.heddle.cli;

import java.util.Locale;
import org.heddle.api.Json;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** How an answer is printed. */
public enum Format {
  TABLE,
  JSON,
  YAML;

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The value as the API writes it, or as YAML of the same form; not for {@link #TABLE}. */
  public String write(Object value) {
    return switch (this) {
      case TABLE -> throw new IllegalStateException("tables are drawn, not written");
      case JSON -> Json.pretty(value) + "\n";
      case YAML -> new YAMLMapper().writeValueAsString(Json.MAPPER.valueToTree(value));
    };
  }
}
