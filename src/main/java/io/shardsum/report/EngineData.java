package io.shardsum.report;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.CoverageState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * An engine of the scan in the page's data.
 *
 * @param ranks the most numerous: an array of rank, rank in replica, state, status, checksum,
 *     tensors, skipped, bytes and, if there is one, the reason
 */
record EngineData(
    String name,
    WeightSource source,
    Optional<String> model,
    Optional<String> revision,
    Optional<String> host,
    int group,
    int expectedRanks,
    int hashedRanks,
    int missingRanks,
    String status,
    CoverageState state,
    int checksum,
    long bytes,
    Optional<Instant> lastVerifiedAt,
    String verifiedWithin,
    Optional<String> agreement,
    Iterator<List<Object>> ranks) {

  static EngineData of(ReportedEngine engine, DataNumbers numbers) {
    return new EngineData(
        ShownText.whole(engine.key().engine()),
        engine.key().source(),
        engine.model().map(ShownText::whole),
        engine.revision().map(ShownText::whole),
        engine.host().map(ShownText::whole),
        numbers.groups().number(engine.group()),
        engine.expectedRanks(),
        engine.hashedRanks(),
        engine.missingRanks(),
        engine.status(),
        engine.state(),
        numbers.checksums().number(engine.checksum()),
        engine.bytes(),
        engine.lastVerifiedAt(),
        engine.verifiedWithin(),
        engine.agreement(), // names in it were escaped when it landed
        engine.ranks().stream().map(rank -> rank(rank, numbers)).iterator());
  }

  private static List<Object> rank(ReportedRank rank, DataNumbers numbers) {
    List<Object> array =
        new ArrayList<>(
            List.of(
                rank.rank(),
                rank.place(),
                rank.state(),
                rank.status(),
                numbers.checksums().number(rank.checksum()),
                rank.tensors(),
                rank.skipped(),
                rank.bytes()));
    rank.reason().map(ShownText::whole).ifPresent(array::add);
    return array;
  }
}
