package io.shardsum.report;

import io.shardsum.damage.Damage;
import io.shardsum.history.FindingHistory;
import io.shardsum.verdict.Finding;
import java.util.List;
import java.util.Optional;

/**
 * A finding with its evidence.
 *
 * @param number from 1 on, the gravest first
 * @param history the same fault in the scans before
 * @param camps who holds what; empty where it is not about one tensor, or too many findings are
 *     before it
 */
record ReportedFinding(
    int number, Finding finding, Optional<FindingHistory> history, List<Camp> camps) {

  /** The engine that it is about, where it is about one. */
  Optional<EngineKey> key() {
    return finding.engine().map(engine -> new EngineKey(engine, finding.source()));
  }

  /** What is damaged: to the byte where bytes were compared, else by the sums of MiBs. */
  List<DamagedPart> damagedParts() {
    return finding
        .damage()
        .map(
            damage ->
                damage.ranges().stream()
                    .map(range -> new DamagedPart(range.offsetBytes(), range.lengthBytes()))
                    .toList())
        .orElseGet(this::damagedMibs);
  }

  /** How many parts are damaged: of many ranges of bytes only the first are known. */
  long damagedPartCount() {
    return finding.damage().map(Damage::rangeCount).orElseGet(() -> (long) damagedMibs().size());
  }

  private List<DamagedPart> damagedMibs() {
    Optional<Camp> accused = camps.stream().filter(Camp::holdsFinding).findFirst();
    Optional<Camp> expected =
        camps.stream()
            .filter(camp -> camp.checksum().isPresent())
            .filter(camp -> camp.checksum().equals(finding.comparison().expected()))
            .findFirst();
    if (accused.isEmpty() || expected.isEmpty() || !hasFormOf(accused.get(), expected.get())) {
      return List.of();
    }
    return DamagedPart.ofSums(
        expected.get().mibSums(), accused.get().mibSums(), accused.get().bytes());
  }

  private static boolean hasFormOf(Camp accused, Camp expected) {
    return accused.dtype().equals(expected.dtype()) && accused.shape().equals(expected.shape());
  }

  /** The length of the tensor; 0 where it is not known. */
  long tensorBytes() {
    return camps.stream().filter(Camp::holdsFinding).mapToLong(Camp::bytes).findFirst().orElse(0);
  }
}
