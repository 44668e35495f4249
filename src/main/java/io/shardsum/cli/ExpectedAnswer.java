package io.shardsum.cli;

import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedRank;
import io.shardsum.expect.model.Topology;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An expectation as SGLang 0.5.23 answers to {@code /weights_checker}: the first pipeline stage
 * alone, and its ranks once for each attention group.
 */
final class ExpectedAnswer {

  private ExpectedAnswer() {}

  /** Whether everything that the answer holds is predicted. */
  static boolean isPossible(HashedExpectation expectation) {
    return firstStage(expectation).stream().allMatch(rank -> rank.refused().isEmpty());
  }

  private static List<HashedRank> firstStage(HashedExpectation expectation) {
    return expectation.ranks().subList(0, expectation.topology().tp());
  }

  static void print(HashedExpectation expectation, PrintWriter out) {
    int replies = expectation.topology().attentionDp();
    try (WeightsCheckerJson json = WeightsCheckerJson.begin(out, replies)) {
      for (int reply = 0; reply < replies; reply++) {
        for (HashedRank rank : firstStage(expectation)) {
          json.write(
              new WeightsCheckerJson.Rank(
                  tensors(rank),
                  rank.checksum().orElseThrow(),
                  List.of(place(expectation.topology(), rank.rank()))));
        }
      }
      json.end();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the expectation", e);
    }
  }

  private static Map<String, String> tensors(HashedRank rank) {
    Map<String, String> tensors = new LinkedHashMap<>();
    for (HashedRank.HashedTensor tensor : rank.tensors()) {
      tensors.put(tensor.tensor().name(), tensor.digests().checksum().orElseThrow());
    }
    return tensors;
  }

  private static WeightsCheckerJson.Place place(Topology topology, int rank) {
    return new WeightsCheckerJson.Place(
        "target",
        topology.tpRankOf(rank),
        topology.tp(),
        topology.attentionDpRankOf(rank),
        topology.attentionDp(),
        topology.stageOf(rank),
        topology.pp(),
        rank,
        topology.worldSize());
  }
}
