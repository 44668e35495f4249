package io.shardsum.scan.judge;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.Problem;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.Severity;
import io.shardsum.verdict.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What listing the files found, as findings. */
final class ListingFindings {

  private ListingFindings() {}

  /** What listing the files found. */
  static List<Finding> of(Inventory inventory) {
    List<Finding> findings = new ArrayList<>();
    inventory.problems().forEach(problem -> findings.add(of(Subject.EVERYBODY, problem)));
    for (EngineInventory engine : inventory.engines()) {
      Subject subject = Subject.engine(engine.spec().name());
      engine.problems().forEach(problem -> findings.add(of(subject, problem)));
    }
    return findings;
  }

  private static Finding of(Subject subject, Problem problem) {
    return new Finding(
        subject,
        problem.kind().name(),
        problem.kind().informational() ? Severity.INFO : Severity.WARNING,
        Comparison.NONE,
        Optional.empty(),
        Optional.of(problem.path()),
        problem.detail());
  }
}
