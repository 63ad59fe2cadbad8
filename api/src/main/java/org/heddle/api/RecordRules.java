package org.heddle.api;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.model.Constraints;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Version;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.jsontype.NamedType;

/**
 * Makes every sealed interface whose permitted classes are records a sum in JSON: an object with a
 * property {@code type} that holds the record's name in camelCase, beside the record's components.
 * The records need no annotation, so that the modules they come from need no JSON library. Also
 * makes every component of a record required, but for Optional ones.
 */
final class RecordRules extends AnnotationIntrospector {
  private static final long serialVersionUID = 1;
  private static final JsonTypeInfo.Value BY_TYPE =
      JsonTypeInfo.Value.construct(
          JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "type", null, false, true, true);

  @Override
  public Version version() {
    return Version.unknownVersion();
  }

  @Override
  public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
      MapperConfig<?> config, Annotated annotated) {
    return annotated instanceof AnnotatedClass && sum(annotated.getRawType()).isPresent()
        ? BY_TYPE
        : null;
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
    Class<?> type = annotated.getRawType();
    return isSum(type) ? named(type) : null;
  }

  @Override
  public @Nullable String findTypeName(MapperConfig<?> config, AnnotatedClass annotated) {
    Class<?> type = annotated.getRawType();
    return type.isRecord() && sum(type).isPresent() ? name(type) : null;
  }

  /** Every component of a record is required but for Optional ones and constraints. */
  @Override
  public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
    boolean component = member.getDeclaringClass().isRecord();
    Class<?> type = member.getRawType();
    return component ? type != Optional.class && type != Constraints.class : null;
  }

  private static List<NamedType> named(Class<?> sum) {
    List<NamedType> types = new ArrayList<>();
    for (Class<?> permitted : sum.getPermittedSubclasses()) {
      types.add(new NamedType(permitted, name(permitted)));
    }
    return types;
  }

  /** The sum that a type is, or is a case of. */
  private static Optional<Class<?>> sum(Class<?> type) {
    if (isSum(type)) {
      return Optional.of(type);
    }
    if (type.isRecord()) {
      for (Class<?> parent : type.getInterfaces()) {
        if (isSum(parent)) {
          return Optional.of(parent);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isSum(Class<?> type) {
    if (!type.isInterface() || !type.isSealed()) {
      return false;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (!permitted.isRecord()) {
        return false;
      }
    }
    return true;
  }

  static String name(Class<?> type) {
    String simple = type.getSimpleName();
    return Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
  }
}
