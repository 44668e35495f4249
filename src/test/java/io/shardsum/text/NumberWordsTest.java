package io.shardsum.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberWordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2                | rank 2
          1 0              | ranks 0 and 1
          0 1 2            | ranks 0, 1 and 2
          3 2 1 0 3        | ranks 0 to 3
          0 1 2 3 7        | ranks 0 to 3 and 7
          0 4 5 6 7 8 12   | ranks 0, 4 to 8 and 12
          """)
  void namesRanksAsAPersonDoes(String numbers, String words) {
    List<Integer> ranks = Arrays.stream(numbers.split(" ")).map(Integer::valueOf).toList();
    assertThat(NumberWords.ranks(ranks)).isEqualTo(words);
  }
}
