package io.shardsum.scan.judge;

import io.shardsum.fleet.Authority;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.checkpoint.CheckpointSource;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.scan.manifest.ManifestResult;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.MisreadHeader;
import io.shardsum.verdict.RankCopy;
import io.shardsum.verdict.ReadBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The copies in files.
 *
 * @param groups with what trusted engines or a baseline say
 * @param metadataRows the rows of {@code sql/forms.sql}
 * @param zeros what is zero
 * @param manifests what publishers say of the files
 * @param brokenHeaders how many headers did not parse at first, by what has read them
 */
public record FileCopies(
    Inventory inventory,
    Dataset<Row> tensors,
    List<RankResult> ranks,
    List<ComparedGroup> groups,
    List<Row> metadataRows,
    ZeroTensors zeros,
    Map<ReadBy, Long> brokenHeaders,
    CheckpointSource checkpoints,
    ManifestResult manifests,
    Optional<SecondReader> secondReader)
    implements CopySource {

  /**
   * Groups the ranks of files.
   *
   * @param baselines by comparison group
   */
  public static List<ComparedGroup> groups(
      Inventory inventory,
      List<RankResult> ranks,
      List<Row> metadataRows,
      Map<String, BaselineReference> baselines) {
    return new ComparedGroups(ranks, metadataRows, baselines).groups(inventory);
  }

  @Override
  public WeightSource source() {
    return WeightSource.FILES;
  }

  @Override
  public List<ComparedGroup> contradictions() {
    Set<String> trusted =
        inventory.engines().stream()
            .filter(engine -> engine.spec().authority() == Authority.REFERENCE)
            .map(engine -> engine.spec().name())
            .collect(Collectors.toSet());
    return groups.stream().flatMap(group -> contradictions(group, trusted)).toList();
  }

  private static Stream<ComparedGroup> contradictions(ComparedGroup group, Set<String> trusted) {
    return group.copies().stream()
        .filter(copy -> trusted.contains(copy.engine()) && copy.content().isPresent())
        .collect(Collectors.groupingBy(RankCopy::rankInReplica))
        .values()
        .stream()
        .filter(copies -> copies.stream().map(RankCopy::content).distinct().count() > 1)
        .map(
            copies ->
                new ComparedGroup(
                    group.label(), group.family(), group.revision(), copies, Optional.empty()));
  }

  @Override
  public Dataset<Row> compared() {
    return tensors;
  }

  @Override
  public Optional<ExpectedComparison.Expected> expected(ComparedGroup group) {
    return checkpoints.expectedOfFiles(group.label());
  }

  @Override
  public Dataset<Row> leftOut() {
    return tensors.sparkSession().createDataFrame(List.<Row>of(), ExpectedComparison.LEFT_OUT);
  }

  @Override
  public boolean holds(Finding finding) {
    return !finding.is(FindingKind.UNVERIFIED) || !isPublished(finding);
  }

  /** Whether it is about engines all of whose files are as their publishers say. */
  private boolean isPublished(Finding finding) {
    List<String> engines =
        inventory.engines().stream()
            .filter(
                of ->
                    finding.engine().isPresent()
                        ? finding.engine().get().equals(of.spec().name())
                        : finding.location().equals(Optional.of(of.group())))
            .map(of -> of.spec().name())
            .toList();
    return !engines.isEmpty() && manifests.verified().containsAll(engines);
  }

  @Override
  public List<Finding> otherFindings(List<ComparedGroup> judged) {
    List<Finding> findings = new ArrayList<>();
    ranks.stream()
        .filter(rank -> rank.checksum().isEmpty())
        .map(RankResult::finding)
        .forEach(findings::add);
    findings.addAll(zeros.findings(groups, ranks));
    findings.addAll(ListingFindings.of(inventory));
    findings.addAll(manifests.findings());
    findings.addAll(checkpoints.misreadFindings());
    brokenHeaders.forEach((by, headers) -> findings.add(MisreadHeader.brokenAtFirst(headers, by)));
    return findings;
  }

  @Override
  public void addTo(DifferingTensors differing) {
    // Files are compared with nothing else.
  }

  @Override
  public List<CoverageCount.Skipped> skipped() {
    return DifferingTensors.skipped(metadataRows);
  }
}
