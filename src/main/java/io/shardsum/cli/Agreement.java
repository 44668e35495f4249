package io.shardsum.cli;

import static java.util.stream.Collectors.groupingBy;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.EngineResult;
import io.shardsum.scan.ScanSummary;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who agrees with whom: engines of a comparison group by equal checksum. */
final class Agreement {

  private final Map<String, List<EngineResult>> byGroup;
  private final List<Finding> findings;

  Agreement(ScanSummary summary) {
    byGroup = summary.engines().stream().collect(groupingBy(EngineResult::group));
    findings = summary.findings().stream().filter(f -> f.source() == WeightSource.FILES).toList();
  }

  /** The engines that have the same checksum, and other files. */
  List<String> peers(EngineResult engine) {
    return names(equal(engine, others(engine)));
  }

  /** The engines that read the same files: together with this one, they are one copy. */
  List<String> sameFiles(EngineResult engine) {
    return names(
        byGroup.get(engine.group()).stream()
            .filter(other -> !other.engine().equals(engine.engine()))
            .filter(other -> isOneCopy(engine, other))
            .toList());
  }

  /** What it agrees with, in words. */
  String of(EngineResult engine) {
    if (!engine.isComplete()) {
      return "-";
    }
    List<String> words = new ArrayList<>();
    Optional<String> reference = reference(engine);
    reference.ifPresent(words::add);
    List<String> sameFiles = sameFiles(engine);
    if (!sameFiles.isEmpty()) {
      words.add("same files as " + TerminalText.list(sameFiles));
    }
    List<EngineResult> others = copies(others(engine));
    List<EngineResult> peers = equal(engine, others);
    if (!peers.isEmpty()) {
      words.add(
          "%s of %s: %s"
              .formatted(
                  Integer.toString(peers.size()),
                  Integer.toString(others.size()),
                  TerminalText.list(names(peers))));
    } else if (!others.isEmpty()) {
      words.add("none of " + others.size());
    } else if (reference.isEmpty()) {
      words.add("no other complete copy to compare with");
    }
    return String.join("; ", words);
  }

  /** Empty: none decides for its group. */
  private Optional<String> reference(EngineResult engine) {
    boolean none =
        findings.stream()
            .filter(f -> f.is(FindingKind.REFERENCE))
            .noneMatch(f -> f.location().equals(Optional.of(engine.group())));
    if (none) {
      return Optional.empty();
    }
    List<Finding> its =
        findings.stream()
            .filter(f -> f.engine().equals(Optional.of(engine.engine())))
            .filter(f -> !f.isInformational())
            .toList();
    if (its.stream().anyMatch(Finding::isDifference)) {
      return Optional.of("not the reference");
    }
    return Optional.of(its.isEmpty() ? "the reference" : "the reference, in part");
  }

  private List<EngineResult> others(EngineResult engine) {
    return byGroup.get(engine.group()).stream()
        .filter(other -> other.isComplete() && !isOneCopy(engine, other))
        .toList();
  }

  private static boolean isOneCopy(EngineResult one, EngineResult other) {
    return one.engine().equals(other.engine()) || one.storages().equals(other.storages());
  }

  /** Of engines that read the same files the first. */
  private static List<EngineResult> copies(List<EngineResult> engines) {
    Set<Optional<String>> seen = new HashSet<>();
    return engines.stream().filter(engine -> seen.add(engine.storages())).toList();
  }

  private static List<EngineResult> equal(EngineResult engine, List<EngineResult> others) {
    return others.stream().filter(other -> other.checksum().equals(engine.checksum())).toList();
  }

  private static List<String> names(List<EngineResult> engines) {
    return engines.stream().map(EngineResult::engine).toList();
  }
}
