package io.shardsum.cli;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.judge.SourceResult.WithFiles;
import io.shardsum.tables.EngineResult;
import io.shardsum.text.ForeignText;
import io.shardsum.verdict.AgreementWords;
import io.shardsum.verdict.FindingKind;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What running engines said, for a person. */
final class LiveReport {

  private final SourceResult running;
  private final Set<String> withFiles;
  private final Set<String> unlikeFiles;
  private final AgreementWords agreement;

  LiveReport(ScanSummary summary) {
    this.running = summary.live();
    this.withFiles =
        summary.request().inventory().engines().stream()
            .map(engine -> engine.spec().name())
            .collect(Collectors.toSet());
    this.agreement = AgreementWords.of(WeightSource.LIVE, running.agreements(), summary.findings());
    this.unlikeFiles = new HashSet<>();
    summary.findings().stream()
        .filter(f -> f.source() == WeightSource.LIVE && f.is(FindingKind.LIVE_DIFFERS))
        .forEach(f -> unlikeFiles.add(f.engine().orElseThrow()));
  }

  void print(PrintWriter out) {
    if (running.engines().isEmpty()) {
      return;
    }
    if (!withFiles.isEmpty()) {
      out.println();
    }
    TextTable table =
        new TextTable("RUNNING", "RANKS", "CHECKSUM (START)", "ITS FILES", "AGREES WITH");
    for (EngineResult engine : running.engines()) {
      table.add(
          ForeignText.name(engine.engine()),
          engine.hashedRanks() + "/" + engine.expectedRanks(),
          engine.checksum().map(TerminalText::checksum).orElse("INCOMPLETE"),
          files(engine),
          engine.checksum().isPresent() ? agreement.words(engine.engine()) : "-");
    }
    table.print(out);
  }

  private String files(EngineResult engine) {
    if (!withFiles.contains(engine.engine())) {
      return "-";
    }
    if (unlikeFiles.contains(engine.engine())) {
      return "differ";
    }
    if (engine.missingRanks() == engine.expectedRanks()) {
      return "unknown";
    }
    WithFiles compared = running.withFiles().get(engine.engine());
    if (compared.comparedTensors() == 0) {
      return "not compared";
    }
    if (compared.isWhole()) {
      return "no difference";
    }
    return compared.comparedRanks() < compared.ranks()
        ? partly(compared.comparedRanks(), compared.ranks(), "ranks")
        : partly(compared.comparedTensors(), compared.tensors(), "tensors");
  }

  private static String partly(long some, long all, String what) {
    return String.format(Locale.ROOT, "partly: %,d of %,d %s", some, all, what);
  }
}
