package io.shardsum.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The numbers that stand for texts and engines in the page's data. */
final class DataNumbers {

  private final Numbering checksums = new Numbering();
  private final Numbering groups = new Numbering();
  private final Numbering revisions = new Numbering();
  private final Map<EngineKey, Integer> engines = new HashMap<>();

  DataNumbers(List<ReportedEngine> engines) {
    engines.forEach(engine -> this.engines.put(engine.key(), this.engines.size()));
  }

  Numbering checksums() {
    return checksums;
  }

  /** Of comparison groups. */
  Numbering groups() {
    return groups;
  }

  /** Of revisions of models. */
  Numbering revisions() {
    return revisions;
  }

  /** The position of an engine among those of the scan; -1 where it is not one of them. */
  int number(EngineKey engine) {
    return engines.getOrDefault(engine, -1);
  }
}
