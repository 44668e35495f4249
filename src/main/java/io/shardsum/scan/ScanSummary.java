package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.files.ReadTimes;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.Verdict;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.ReadShare;
import io.shardsum.verdict.TensorName;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a scan found, as it stands in the tables.
 *
 * @param request what was asked for
 * @param results by source: files, and running engines
 * @param findings everything that is wrong, or was compared with nothing
 * @param readTimes when the weights were read
 * @param judging how long it took to judge: from the last stage of the reduce to findings and
 *     coverage
 * @param canaries what became of the shards that the scan made for itself
 * @param accelerator what the plans ran on, as executed: {@code gpu}, {@code cpu}, or {@code gpu
 *     (partly: what fell back)}; empty where no GPU was asked for
 * @param resumed what an earlier run of the scan has left; empty where it began anew
 */
public record ScanSummary(
    ScanRequest request,
    List<SourceResult> results,
    List<Finding> findings,
    ReadTimes readTimes,
    Duration judging,
    CanaryResult canaries,
    Optional<String> accelerator,
    Optional<Resumed> resumed) {

  /** Copies the lists, in the order of the fleet's description. */
  public ScanSummary {
    Map<String, Integer> order = new HashMap<>();
    request.inventory().engines().forEach(e -> order.put(e.spec().name(), order.size()));
    request.inventory().live().forEach(e -> order.putIfAbsent(e.engine(), order.size()));
    results = results.stream().map(result -> result.inOrder(order)).toList();
    findings =
        findings.stream()
            .sorted(
                Comparator.comparing(
                        (Finding f) -> f.engine().map(order::get).orElse(Integer.MAX_VALUE))
                    .thenComparing(f -> f.rank().orElse(-1))
                    .thenComparing(Finding::kind)
                    .thenComparing(
                        f -> f.tensor().orElse(null),
                        Comparator.nullsFirst(Comparator.<TensorName>naturalOrder()))
                    .thenComparing(Finding::detail))
            .toList();
  }

  /** What was found of one source. */
  public SourceResult result(WeightSource source) {
    return results.stream()
        .filter(result -> result.source() == source)
        .findFirst()
        .orElseGet(() -> SourceResult.none(source));
  }

  /** What was found in files. */
  public SourceResult files() {
    return result(WeightSource.FILES);
  }

  /** What running engines answered. */
  public SourceResult live() {
    return result(WeightSource.LIVE);
  }

  /** What the findings say of the fleet. */
  public Verdict verdict() {
    return Verdict.of(findings);
  }

  /** How many bytes of tensors were hashed. */
  public long bytes() {
    return files().ranks().stream().mapToLong(RankResult::bytes).sum();
  }

  /** How many of these bytes were read in this scan; the digests of others are reused. */
  public long readBytes() {
    return files().ranks().stream().mapToLong(RankResult::readBytes).sum();
  }

  /** When the scan began that computed the oldest digest; empty: there is none. */
  public Optional<Instant> hashedAt() {
    return files().ranks().stream()
        .map(RankResult::hashedAt)
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  /** How much of what is said of files this scan has read itself. */
  public ReadShare readShare() {
    Instant now = request.startedAt();
    return new ReadShare(readBytes(), bytes(), Duration.between(hashedAt().orElse(now), now));
  }

  /** How many tensors were hashed. */
  public long tensors() {
    return files().ranks().stream().mapToLong(RankResult::tensors).sum();
  }
}
