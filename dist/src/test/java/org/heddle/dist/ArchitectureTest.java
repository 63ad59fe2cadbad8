package org.heddle.dist;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Keeps the arrows of ARCHITECTURE.md and the purity of the core. */
final class ArchitectureTest {
  private static final String[] PURE = {
    "org.heddle.model..", "org.heddle.planner..", "org.heddle.network..", "org.heddle.engine.."
  };

  private static final JavaClasses HEDDLE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.heddle");

  @Test
  void everyRoomUsesOnlyTheRoomsThatItMay() {
    var layers = layeredArchitecture().consideringOnlyDependenciesInAnyPackage("org.heddle..");
    for (String room :
        new String[] {
          "model",
          "planner",
          "network",
          "engine",
          "drivers",
          "simulator",
          "wiring",
          "api",
          "agent",
          "controller",
          "cli",
          "store",
          "images",
          "dist"
        }) {
      layers = layers.layer(room).definedBy("org.heddle." + room + "..");
    }
    layers
        .whereLayer("planner")
        .mayOnlyAccessLayers("model")
        .whereLayer("network")
        .mayOnlyAccessLayers("model")
        .whereLayer("engine")
        .mayOnlyAccessLayers("model", "planner", "network")
        .whereLayer("drivers")
        .mayOnlyAccessLayers("model")
        .whereLayer("simulator")
        .mayOnlyAccessLayers("engine", "drivers", "model", "planner", "network")
        .whereLayer("wiring")
        .mayOnlyAccessLayers("network", "model")
        .whereLayer("api")
        .mayOnlyAccessLayers("model")
        .whereLayer("agent")
        .mayOnlyAccessLayers("api", "drivers", "wiring", "store", "images", "model", "network")
        .whereLayer("controller")
        .mayOnlyAccessLayers("api", "engine", "model", "planner", "network")
        .whereLayer("cli")
        .mayOnlyAccessLayers("api", "model")
        .whereLayer("store")
        .mayNotAccessAnyLayer()
        .whereLayer("images")
        .mayOnlyAccessLayers("store")
        .whereLayer("model")
        .mayNotAccessAnyLayer()
        .check(HEDDLE);
  }

  @Test
  void theSimulatorKnowsNoRealDriver() {
    noClasses()
        .that()
        .resideInAPackage("org.heddle.simulator..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.heddle.drivers.qemu..")
        .check(HEDDLE);
  }

  @Test
  void theCoreReadsNoClockFileSocketOrThread() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io..", "java.nio.file..", "java.net..", "java.util.concurrent..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .callMethodWhere(target(name("now")).and(target(owner(name(Instant.class.getName())))))
        .orShould()
        .callMethodWhere(target(name("currentTimeMillis")).or(target(name("nanoTime"))))
        .orShould()
        .callConstructor(Random.class)
        .orShould()
        .callMethod(Math.class, "random")
        .check(HEDDLE);
  }

  /** {@code Set.of} and {@code Map.of} change their order from one run of the JVM to the next. */
  @Test
  void theCoreHasNoCollectionWhoseOrderIsChance() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .callMethodWhere(
            target(name("of").or(name("copyOf")))
                .and(target(owner(name(Set.class.getName()).or(name(Map.class.getName()))))))
        .check(HEDDLE);
  }
}
