package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.heddle.api.AgentApi;
import org.heddle.api.FarmApi;
import org.heddle.api.GridApi;
import org.heddle.api.Json;
import org.heddle.model.Constraints;
import org.heddle.model.Host;
import org.heddle.model.MachineGroup;
import org.heddle.model.Resources;
import org.heddle.model.VjobSpec;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The published description says what the program does. */
class OpenApiTest {
  private static final List<Class<?>> RECORDS =
      List.of(
          AgentApi.Hello.class,
          AgentApi.Lease.class,
          AgentApi.Member.class,
          AgentApi.ContentUse.class,
          AgentApi.FarmUse.class,
          AgentApi.ExecRequest.class,
          AgentApi.ExecResponse.class,
          Host.class,
          MachineGroup.class,
          Resources.class,
          VjobSpec.class);

  private static JsonNode document() throws IOException {
    try (InputStream in = OpenApiTest.class.getResourceAsStream("/openapi.json")) {
      return Json.MAPPER.readTree(Objects.requireNonNull(in));
    }
  }

  @Test
  void itsPathsAreTheRoutes() throws IOException {
    Set<String> described = new TreeSet<>();
    document()
        .get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .propertyNames()
                .forEach(method ->
                    described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Set<String> routed = new TreeSet<>();
    for (Web.Route route : routes()) {
      routed.add(route.method() + " " + route.path());
    }
    assertThat(described).isEqualTo(routed);
  }

  /** Routes are only listed here, never called. */
  @SuppressWarnings("NullAway")
  private static List<Web.Route> routes() {
    return ControllerProgram.routes(null, null, null, null, 0);
  }

  @Test
  void itsSchemasAreTheRecords() throws IOException {
    JsonNode schemas = document().at("/components/schemas");
    List<Class<?>> records = new ArrayList<>(RECORDS);
    records.addAll(Arrays.asList(GridApi.class.getDeclaredClasses()));
    records.addAll(Arrays.asList(FarmApi.class.getDeclaredClasses()));
    assertThat(schemas.propertyNames())
        .containsExactlyInAnyOrderElementsOf(records.stream().map(Class::getSimpleName).toList());
    for (Class<?> record : records) {
      JsonNode schema = schemas.get(record.getSimpleName());
      List<String> all = new ArrayList<>();
      List<String> required = new ArrayList<>();
      for (RecordComponent component : record.getRecordComponents()) {
        all.add(component.getName());
        boolean mayLack =
            component.getType() == Optional.class || component.getType() == Constraints.class;
        if (!mayLack) {
          required.add(component.getName());
        }
      }
      assertThat(schema.get("properties").propertyNames())
          .as(record.getSimpleName())
          .containsExactlyInAnyOrderElementsOf(all);
      assertThat(schema.get("required").valueStream().map(JsonNode::asString))
          .as(record.getSimpleName())
          .containsExactlyInAnyOrderElementsOf(required);
    }
  }

  @Test
  void everyReferenceLeadsSomewhere() throws IOException {
    JsonNode document = document();
    List<JsonNode> references = document.findValues("$ref");
    assertThat(references).hasSizeGreaterThan(50);
    for (JsonNode reference : references) {
      String pointer = reference.asString().substring(1);
      assertThat(document.at(pointer).isMissingNode()).as(pointer).isFalse();
    }
  }
}
