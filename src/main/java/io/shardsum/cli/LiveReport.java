package io.shardsum.cli;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.live.LiveEngineResult;
import io.shardsum.scan.live.LiveSummary;
import io.shardsum.text.ForeignText;
import io.shardsum.verdict.AgreementWords;
import io.shardsum.verdict.FindingKind;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What running engines said, for a person. */
final class LiveReport {

  private final List<LiveEngineResult> engines;
  private final Set<String> withFiles;
  private final Map<String, LiveSummary.Beside> besideFiles;
  private final Set<String> unlikeFiles;
  private final AgreementWords agreement;

  LiveReport(ScanSummary summary) {
    this.engines = summary.live().engines();
    this.withFiles =
        summary.request().inventory().engines().stream()
            .map(engine -> engine.spec().name())
            .collect(Collectors.toSet());
    this.besideFiles = summary.live().beside();
    this.agreement = AgreementWords.ofRunning(summary.live().agreements(), summary.findings());
    this.unlikeFiles = new HashSet<>();
    summary.findings().stream()
        .filter(f -> f.source() == WeightSource.LIVE && f.is(FindingKind.LIVE_DIFFERS))
        .forEach(f -> unlikeFiles.add(f.engine().orElseThrow()));
  }

  void print(PrintWriter out) {
    if (engines.isEmpty()) {
      return;
    }
    if (!withFiles.isEmpty()) {
      out.println();
    }
    TextTable table =
        new TextTable("RUNNING", "RANKS", "CHECKSUM (START)", "ITS FILES", "AGREES WITH");
    for (LiveEngineResult engine : engines) {
      table.add(
          ForeignText.name(engine.engine()),
          engine.completeRanks() + "/" + engine.ranks().size(),
          engine.checksum().map(TerminalText::checksum).orElse("INCOMPLETE"),
          files(engine),
          engine.checksum().isPresent() ? agreement.of(engine.engine()) : "-");
    }
    table.print(out);
  }

  private String files(LiveEngineResult engine) {
    if (!withFiles.contains(engine.engine())) {
      return "-";
    }
    if (unlikeFiles.contains(engine.engine())) {
      return "differ";
    }
    if (engine.unknownRanks() == engine.ranks().size()) {
      return "unknown";
    }
    LiveSummary.Beside beside = besideFiles.get(engine.engine());
    if (beside.comparedTensors() == 0) {
      return "not compared";
    }
    if (beside.isWhole()) {
      return "no difference";
    }
    return beside.comparedRanks() < beside.ranks()
        ? partly(beside.comparedRanks(), beside.ranks(), "ranks")
        : partly(beside.comparedTensors(), beside.tensors(), "tensors");
  }

  private static String partly(long some, long all, String what) {
    return String.format(Locale.ROOT, "partly: %,d of %,d %s", some, all, what);
  }
}
