package org.heddle.api;

import java.util.ArrayList;
import java.util.List;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Constraints;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;

/** Constraints in JSON: a list of their texts; none where it is left out. */
final class ConstraintsJson {
  private ConstraintsJson() {}

  static final class Writer extends ValueSerializer<Constraints> {
    @Override
    public void serialize(Constraints value, JsonGenerator out, SerializationContext context) {
      out.writeStartArray();
      value.terms().forEach(term -> out.writeString(term.toString()));
      out.writeEndArray();
    }

    @Override
    public boolean isEmpty(SerializationContext context, Constraints value) {
      return value.isEmpty();
    }
  }

  static final class Reader extends ValueDeserializer<Constraints> {
    @Override
    public Constraints deserialize(JsonParser in, DeserializationContext context) {
      List<ConstraintTerm> terms = new ArrayList<>();
      ConstraintTerm[] read = context.readValue(in, ConstraintTerm[].class);
      terms.addAll(List.of(read));
      try {
        return new Constraints(terms);
      } catch (IllegalArgumentException refused) {
        return context.reportInputMismatch(Constraints.class, "%s", refused.getMessage());
      }
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return Constraints.NONE;
    }

    @Override
    public Object getNullValue(DeserializationContext context) {
      return Constraints.NONE;
    }
  }
}
