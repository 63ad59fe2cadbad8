package org.heddle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NodeSetTest {
  private static final int RUNS = 2000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host1                 | host1",
        "a,b                   | a b",
        "b,a,b                 | b a",
        "host[1-4]             | host1 host2 host3 host4",
        "host[1,3-4]           | host1 host3 host4",
        "n[08-11]              | n08 n09 n10 n11",
        "n[8-11]               | n8 n9 n10 n11",
        "node[1-3,7].mrbayes   | node1.mrbayes node2.mrbayes node3.mrbayes node7.mrbayes",
        "n[1-2].v[1-2]         | n1.v1 n1.v2 n2.v1 n2.v2",
        "a[1-2],b[3,4],c       | a1 a2 b3 b4 c",
        "a , b                 | a b",
        "h[0-1]                | h0 h1",
      })
  void aSetIsItsNamesInTheOrderWritten(String text, String names) {
    assertThat(NodeSet.parse(text)).containsExactly(names.split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "a,,b",
        "a[1",
        "a]1",
        "a[[1]]",
        "a[]",
        "a[x]",
        "a[1-]",
        "a[-1]",
        "a[3-1]",
        "a[1-02]",
        "a[1,]",
        "a[1-9999999999]",
        "a[1-999999]",
        "a[1-2000][1-2000]"
      })
  void whatIsNoSetIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> NodeSet.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("names '" + text + "': ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host2 host1 host4 host3          | host[1-4]",
        "host1                            | host1",
        "host9 host10 host11              | host[9-11]",
        "a b                              | a,b",
        "n01 n02 n1 n2                    | n[1-2,01-02]",
        "node1.v node2.v node7.v other.v  | node[1-2,7].v,other.v",
        "n1.v1 n1.v2 n2.v1 n2.v2          | n[1-2].v[1-2]",
        "n1.v1 n1.v2 n2.v1                | n1.v[1-2],n2.v1",
      })
  void namesAreFoldedSortedByNumber(String names, String text) {
    assertThat(NodeSet.fold(List.of(names.split(" ", -1)))).isEqualTo(text);
  }

  @Test
  void nothingFoldsToNothing() {
    assertThat(NodeSet.fold(List.of())).isEmpty();
  }

  @Test
  void whatIsFoldedUnfoldsToTheSameNames() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < RUNS; run++) {
      Set<String> names = new TreeSet<>();
      int size = 1 + random.nextInt(30);
      for (int i = 0; i < size; i++) {
        names.add(name(random));
      }
      String folded = NodeSet.fold(names);
      assertThat(new TreeSet<>(NodeSet.parse(folded)))
          .as("seed %d, run %d, %s", seed, run, folded)
          .isEqualTo(names);
    }
  }

  /** Few stems and small numbers, so that they collide; widths of every kind. */
  private static String name(Random random) {
    String stem = List.of("n", "host", "x-").get(random.nextInt(3));
    String number = NodeSet.padded(random.nextInt(13), random.nextInt(4));
    String tail = List.of("", ".v", ".v" + random.nextInt(3), "-b0").get(random.nextInt(4));
    return stem + number + tail;
  }
}
