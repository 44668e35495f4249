package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FindingLinesTest {

  @Test
  void sayOnceWhatIsTrueOfSeveralRanksAndEngines() {
    List<Finding> findings =
        List.of(
            zero("a", 0, "2 of 5 tensors"),
            zero("a", 1, "2 of 5 tensors"),
            zero("b", 0, "2 of 5 tensors"),
            zero("b", 1, "2 of 5 tensors"),
            zero("c", 0, "2 of 5 tensors"),
            zero("d", 0, "1 of 5 tensors"));

    assertThat(FindingLines.of(findings))
        .containsExactly(
            "a, b, ranks 0 and 1: ALL_ZERO: 2 of 5 tensors",
            "c, rank 0: ALL_ZERO: 2 of 5 tensors",
            "d, rank 0: ALL_ZERO: 1 of 5 tensors");
  }

  @Test
  void nameEnginesOfADirectoryByWhatTheyHaveInCommonAndNotByAFingerprint() {
    Finding undecided =
        Finding.of(
            FindingKind.UNDECIDED,
            Subject.everybodyAt(2, Optional.empty()),
            Comparison.NONE,
            Optional.of("structure ef26fe9b tp4 pp1 dp1 sglang-0.5.20"),
            "no content has a majority");

    assertThat(FindingLines.of(List.of(undecided)))
        .containsExactly(
            "engines with the same tensors (tp 4), rank 2: UNDECIDED: no content has a majority");
  }

  private static Finding zero(String engine, int rank, String detail) {
    return Finding.of(
        FindingKind.ALL_ZERO,
        Subject.rank(engine, rank),
        Comparison.NONE,
        Optional.empty(),
        detail);
  }
}
