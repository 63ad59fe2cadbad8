package org.heddle.planner.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.heddle.planner.instance.InvalidInstance.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InstanceBuilderTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "running(a)    | killed(a)      | machine a: shall be both running and killed",
        "online(host1) | offline(host1) | host host1: shall be both online and offline",
        "sleeping(r)   | spread(a,b)    | machine r: is ready and shall be sleeping",
        "ready(s)      | spread(a,b)    | machine s: is sleeping and shall be ready",
      })
  void whatContradictsItselfIsRefused(String one, String other, String words) {
    assertThatThrownBy(() -> new Small().with(one, other).instance())
        .asInstanceOf(InstanceOfAssertFactories.type(InvalidInstance.class))
        .matches(refusal -> refusal.kind() == Kind.CONTRADICTION)
        .extracting(InvalidInstance::words)
        .asString()
        .startsWith(words + "; ");
  }

  @Test
  void halfAVjobCannotSleep() {
    Small small = new Small().with("sleeping(a)");
    small.builder().vjob("job", Indices.of(0, 1));
    assertThatThrownBy(small::instance).hasMessageContaining("b shall run and a shall sleep");
  }

  @Test
  void sizesAreInRange() {
    InstanceBuilder builder = new Small().builder();
    assertThatThrownBy(() -> builder.demand(0, 0, -1))
        .hasMessageStartingWith("machine a: cpu is -1;");
    assertThatThrownBy(() -> builder.capacity(0, 1, Long.MAX_VALUE))
        .hasMessageStartingWith("host host1: memory is 9223372036854775807; give");
    assertThatThrownBy(() -> builder.attribute(0, Attribute.BOOT, Double.NaN))
        .hasMessageContaining("attribute boot is NaN");
    assertThatThrownBy(() -> builder.link("link", 0)).hasMessageContaining("bandwidth is 0");
  }

  @Test
  void namesAreThereOnceAndCanBeWritten() {
    InstanceBuilder builder = new Small().builder();
    assertThatThrownBy(() -> builder.host("host1"))
        .hasMessageStartingWith("host host1: is there twice");
    assertThatThrownBy(() -> builder.machine("a b")).hasMessageContaining("is no name");
    assertThatThrownBy(() -> builder.machine("a[1]")).hasMessageContaining("is no name");
  }

  @Test
  void machinesAreOnHostsThatAreThere() {
    Small off = new Small();
    off.builder().running(0, 4);
    assertThatThrownBy(off::instance).hasMessageContaining("host5, which is off line");
    Small gone = new Small();
    gone.builder().running(0, 7);
    assertThatThrownBy(gone::instance).hasMessageContaining("a host that is not in the instance");
  }

  @Test
  void constraintsNameWhatIsThere() {
    InstanceBuilder builder = new Small().builder();
    builder.constraint(new Constraint.Spread(Indices.of(0, 9), false));
    assertThatThrownBy(builder::build)
        .hasMessageStartingWith("constraint 1 (spread): there is no machine number 9;");
    ConstraintText text = new ConstraintText(new Small().instance());
    assertThatThrownBy(() -> text.parseLines("rules.txt", List.of("# all", "", "spread(a, x)")))
        .hasMessageStartingWith(
            "rules.txt:3: constraint 'spread': the instance has no machine 'x';");
  }

  @Test
  void wishesAreFoldedIntoColumns() {
    Instance instance =
        new Small()
            .with(
                "preserve(a, cpu, 5)",
                "preserve(a, cpu, 4)",
                "overbook(*, cpu, 1.5)",
                "overbook(host1, cpu, 1.25)",
                "running(s,r)",
                "offline(host4)")
            .instance();
    assertThat(instance.next(0, 0)).isEqualTo(5);
    assertThat(instance.next(0, 1)).isEqualTo(20);
    assertThat(instance.usable(0, 0)).isEqualTo(12);
    assertThat(instance.usable(1, 0)).isEqualTo(15);
    assertThat(instance.wanted(Small.S)).isEqualTo(MachineState.RUNNING);
    assertThat(instance.hostWish(3)).isEqualTo(HostWish.OFFLINE);
    assertThat(instance.memoryResource()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "overbook(host1, cpu, 1)    | overbook(host1, cpu, 1.5)",
        "overbook(host1, cpu, 1.5)  | overbook(host1, cpu, 1)",
        "overbook(host1, cpu, 1.09) | overbook(host1, cpu, 1.5)",
      })
  void theSmallestRatioCountsWhateverTheirOrder(String one, String other) {
    assertThat(new Small().with(one, other).instance().usable(0, 0)).isEqualTo(10);
  }

  @Test
  void ratiosAreExactByTheirDigits() {
    Small small = new Small().with("overbook(host1, cpu, 1.15)");
    small.builder().capacity(0, 0, 100);
    assertThat(small.instance().usable(0, 0)).isEqualTo(115);
  }

  @Test
  void manyLinksSitesAndVjobsAreAllKept() {
    InstanceBuilder builder = new InstanceBuilder();
    int many = 100;
    for (int i = 0; i < many; i++) {
      builder.machine("vm" + i);
      builder.site("site" + i, builder.link("link" + i, i + 1));
      builder.vjob("job" + i, Indices.of(i));
      assertThat(builder.draft().vjobs()).isEqualTo(i + 1);
    }
    assertThatThrownBy(() -> builder.vjob("job7", Indices.NONE)).hasMessageContaining("is there");
    assertThatThrownBy(() -> builder.site("site7", -1)).hasMessageContaining("is there twice");
    assertThatThrownBy(() -> builder.link("link7", 1)).hasMessageContaining("is there twice");
    Instance instance = builder.build();
    assertThat(instance.links()).isEqualTo(many);
    assertThat(instance.sites()).isEqualTo(many);
    assertThat(instance.vjobs()).isEqualTo(many);
    assertThat(instance.siteLink(99)).isEqualTo(99);
    assertThat(instance.linkMbitPerS(99)).isEqualTo(100);
    assertThat(instance.vjobMachines(99)).isEqualTo(Indices.of(99));
  }

  @Test
  void aSetOfManyConstraintsIsReadOnce() {
    ConstraintText text = new ConstraintText(new Small().instance());
    Constraint.Fence one = (Constraint.Fence) text.parse("fence(a, host[1-3])");
    Constraint.Ban other = (Constraint.Ban) text.parse("ban({a,b}, host[1-3])");
    assertThat(other.hosts()).isSameAs(one.hosts()).isEqualTo(Indices.of(0, 1, 2));
    assertThat(other.machines()).isEqualTo(Indices.of(0, 1));
  }

  @Test
  void aCopyIsEqual() {
    Small small = new Small().with("always spread(a,c)", "preserve(a, cpu, 5)");
    small.builder().attribute(1, Attribute.DIRTY_RATE, 2.5);
    small.builder().vjob("job", Indices.of(0, 1));
    Instance instance = small.instance();
    Instance copy = instance.toBuilder().build();
    assertThat(copy.constraints()).isEqualTo(instance.constraints());
    assertThat(copy.attribute(1, Attribute.DIRTY_RATE)).isEqualTo(2.5);
    assertThat(copy.attribute(0, Attribute.DIRTY_RATE)).isNaN();
    assertThat(copy.vjobMachines(0)).isEqualTo(Indices.of(0, 1));
    assertThat(copy.next(0, 0)).isEqualTo(5);
    assertThat(copy.host(Small.S)).isEqualTo(1);
  }
}
