package org.heddle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.heddle.model.ConstraintTerm.Argument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConstraintTermTest {
  private static final int RUNS = 2000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spread(vm[1-3])                             | spread(vm[1-3])",
        "always  spread( vm1, vm2 ,vm3 )             | always spread(vm[1-3])",
        "spread({vm3,vm1})                           | spread({vm3,vm1})",
        "fence(vm1, host[1-4])                       | fence(vm1, host[1-4])",
        "among(vm[1-6], {host[1-4], host[5-8]})      | among(vm[1-6], {host[1-4], host[5-8]})",
        "among(vm1, {{a,b}, c})                      | among(vm1, {{a,b}, c})",
        "split(vm[1-2], {vm3,vm7})                   | split({vm[1-2], vm[3,7]})",
        "splitAmong({vm1, vm2}, {host1, host[2-3]})  | splitAmong({vm1, vm2}, {host1, host[2-3]})",
        "resourceCapacity(host[1-2], memory, 4096)   | resourceCapacity(host[1-2], memory, 4096)",
        "overbook(*, uCpu, 1.50)                     | overbook(*, uCpu, 1.5)",
        "deadline(vm1, 2min)                         | deadline(vm1, 120s)",
        "deadline(vm1, 1500ms)                       | deadline(vm1, 1500ms)",
        "precedence(vm1, vm2)                        | precedence(vm1, vm2)",
      })
  void whatIsReadIsPrintedInOneForm(String text, String printed) {
    assertThat(ConstraintTerm.parse(text)).hasToString(printed);
    assertThat(ConstraintTerm.parse(printed)).isEqualTo(ConstraintTerm.parse(text));
  }

  @Test
  void bracesAreNotFollowedIntoTheDepth() {
    assertThatThrownBy(() -> ConstraintTerm.parse("spread(" + "{".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column 18: braces do not belong here; nest them twice at most");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spred(vm1)                    | column 1: there is no constraint 'spred'; write one of",
        "always root(vm1)              | root cannot hold always",
        "spread(vm[1-3]                | column 15: ')' is missing",
        "spread vm1                    | column 8: '(' is missing",
        "spread(vm1) ban(vm1, h)       | column 13: there is more after the end",
        "fence(vm1)                    | fence has 1 arguments, not 2; give machines",
        "fence(vm[3-1], h)             | column 7: names 'vm[3-1]': range 3-1 runs backwards",
        "maxOnline(h, -1)              | column 14: '-1' is not a whole number",
        "maxOnline(h, 99999999999999999999) | is not a whole number",
        "overbook(h, cpu, 0)           | column 18: '0' is not a ratio",
        "deadline(vm1, 5)              | column 15: '5' is not a time",
        "spread(vm1,,vm2)              | column 12: a name is missing",
        "among(vm1, {{{a}}})           | braces do not belong here",
      })
  void whatIsWrongIsRefusedWithPlaceAndRemedy(String text, String message) {
    assertThatThrownBy(() -> ConstraintTerm.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("constraint '" + text + "', column ")
        .hasMessageContaining(message)
        .hasMessageContaining(";");
  }

  @Test
  void everyFormSurvivesPrintingAndReading() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<ConstraintForm> forms = List.of(ConstraintForm.values());
    for (int run = 0; run < RUNS; run++) {
      ConstraintForm form = forms.get(random.nextInt(forms.size()));
      List<Argument> arguments = form.kinds().stream().map(kind -> argument(random, kind)).toList();
      ConstraintTerm term =
          new ConstraintTerm(form, form.lasting() && random.nextBoolean(), arguments);
      assertThat(ConstraintTerm.parse(term.toString()))
          .as("seed %d, %s", seed, term)
          .isEqualTo(term);
    }
  }

  private static Argument argument(Random random, ConstraintForm.Kind kind) {
    return switch (kind) {
      case MACHINES, HOSTS -> new Argument.Names(names(random));
      case MACHINE_GROUPS, HOST_GROUPS -> new Argument.Groups(groups(random));
      case RESOURCE -> new Argument.Resource("memory");
      case AMOUNT -> new Argument.Amount(random.nextLong(1L << 40));
      case RATIO -> new Argument.Ratio(1 + random.nextInt(100) / 8.0);
      case TIME -> new Argument.Time(random.nextInt(5) * 500L);
    };
  }

  private static List<List<String>> groups(Random random) {
    List<List<String>> groups = new ArrayList<>();
    int size = random.nextInt(1, 4);
    for (int i = 0; i < size; i++) {
      groups.add(names(random));
    }
    return groups;
  }

  private static List<String> names(Random random) {
    List<String> names = new ArrayList<>();
    int size = random.nextInt(5);
    for (int i = 0; i < size; i++) {
      String name =
          List.of("vm", "@N", "clients.c7.VM").get(random.nextInt(3)) + random.nextInt(12);
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }
}
