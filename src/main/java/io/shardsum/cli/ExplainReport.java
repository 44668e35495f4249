package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.FinishedScan.Copy;
import io.shardsum.tables.FinishedScan.DifferingTensor;
import io.shardsum.tables.FinishedScan.TensorCopy;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that a finished scan knows of an engine, a rank or a tensor. */
final class ExplainReport {

  private static final int LINES_OF_A_LIST = 40;
  private static final String ABSENT = "absent";

  private final FinishedScan scan;
  private final Explained asked;
  private final EngineResult engine;
  private final WeightSource source;
  private final List<Copy> copies;
  private final PrintWriter out;

  private ExplainReport(
      FinishedScan scan,
      Explained asked,
      EngineResult engine,
      WeightSource source,
      PrintWriter out) {
    this.scan = scan;
    this.asked = asked;
    this.engine = engine;
    this.source = source;
    this.copies = scan.copies(engine.engine(), source);
    this.out = out;
  }

  /** Prints what is known of the files, and then what the engine itself has reported. */
  static void print(FinishedScan scan, Explained asked, PrintWriter out) {
    out.printf(
        "Fleet %s, scan %s of %s UTC%n",
        ForeignText.name(scan.fleet()), scan.scanId(), TerminalText.minute(scan.startedAt()));
    List<ExplainReport> reports = new ArrayList<>();
    for (WeightSource source : List.of(WeightSource.FILES, WeightSource.LIVE)) {
      scan.engines(source).stream()
          .filter(engine -> engine.engine().equals(asked.engine().engine()))
          .forEach(engine -> reports.add(new ExplainReport(scan, asked, engine, source, out)));
    }
    if (asked.tensor().isPresent()
        && reports.stream().allMatch(r -> r.copiesOfTensor().isEmpty())) {
      throw new UsageException(
          "--explain: no copy of rank %s has a tensor %s"
              .formatted(
                  Integer.toString(asked.rank().orElseThrow()),
                  ForeignText.name(asked.tensor().get())));
    }
    for (ExplainReport report : reports) {
      if (report != reports.get(0)) {
        out.println();
      }
      report.print();
    }
  }

  private List<TensorCopy> copiesOfTensor() {
    return scan.tensor(
        engine.engine(),
        source,
        rankInReplicaOf(asked.rank().orElseThrow()),
        asked.tensor().orElseThrow());
  }

  private void print() {
    out.printf(
        "%s %s%s: %s%n",
        source == WeightSource.LIVE ? "Running engine" : "Engine",
        ForeignText.name(engine.engine()),
        group(),
        engine.checksum().orElse("INCOMPLETE"));
    printFindings();
    if (asked.tensor().isPresent()) {
      printTensor(rankInReplicaOf(asked.rank().orElseThrow()));
    } else if (asked.rank().isPresent()) {
      printCopies(rankInReplicaOf(asked.rank().get()));
      printDiffering(rankInReplicaOf(asked.rank().get()));
    } else {
      printRanks();
    }
  }

  private String group() {
    String label = engine.group();
    if (ComparisonGroup.isOfStructure(label)) {
      return ", one of the " + ComparisonGroup.words(label);
    }
    return ComparisonGroup.isOfEngine(label) ? "" : " of " + TerminalText.line(label);
  }

  private int rankInReplicaOf(int rank) {
    return copies.stream()
        .filter(copy -> copy.engine().equals(engine.engine()) && copy.rank() == rank)
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--explain: the tables have no row of rank %s of engine %s: expected one of scan %s"
                        .formatted(
                            Integer.toString(rank),
                            ForeignText.name(engine.engine()),
                            scan.scanId())))
        .rankInReplica();
  }

  private void printFindings() {
    List<Finding> findings =
        scan.findings().stream()
            .filter(f -> f.source() == source)
            .filter(f -> f.engine().map(engine.engine()::equals).orElse(false) || isOfGroup(f))
            .toList();
    out.println();
    out.println(findings.isEmpty() ? "No findings" : "Findings");
    FindingLines.of(findings).forEach(line -> out.println("  " + line));
    out.println();
  }

  /** Of all copies: what nobody in particular is blamed for, and what decides instead of a vote. */
  private boolean isOfGroup(Finding finding) {
    return (finding.engine().isEmpty() || finding.is(FindingKind.REFERENCE))
        && finding.location().equals(Optional.of(engine.group()));
  }

  /** Where a reference decides, it only counts who holds the same. */
  private String vote() {
    return scan.findings().stream().anyMatch(f -> f.is(FindingKind.REFERENCE) && isOfGroup(f))
        ? "EQUAL"
        : "VOTE";
  }

  private void printRanks() {
    TextTable table = new TextTable("RANK", "STATUS", "CHECKSUM (START)", vote());
    for (Copy copy : copies) {
      if (copy.engine().equals(engine.engine())) {
        table.add(Integer.toString(copy.rank()), copy.status(), checksum(copy), vote(copy));
      }
    }
    table.print(out);
  }

  private void printCopies(int rankInReplica) {
    TextTable table =
        new TextTable("ENGINE", "RANK", "STATUS", "CHECKSUM (START)", vote(), "TENSORS");
    for (Copy copy : copies) {
      if (copy.rankInReplica() == rankInReplica) {
        table.add(
            ForeignText.name(copy.engine()),
            Integer.toString(copy.rank()),
            copy.status(),
            checksum(copy),
            vote(copy),
            Long.toString(copy.tensors()));
      }
    }
    table.print(out);
  }

  private static String checksum(Copy copy) {
    return copy.checksum().map(TerminalText::checksum).orElse("-");
  }

  private String vote(Copy copy) {
    List<Copy> ofRank =
        copies.stream().filter(c -> c.rankInReplica() == copy.rankInReplica()).toList();
    long same = votes(ofRank.stream().filter(copy::isEqualTo));
    return copy.checksum().isEmpty() ? "none" : of(same, votes(ofRank.stream()));
  }

  private static long votes(Stream<Copy> copies) {
    return copies.map(Copy::voter).distinct().count();
  }

  private static String of(long same, long all) {
    return String.format(Locale.ROOT, "%d of %d", same, all);
  }

  private void printDiffering(int rankInReplica) {
    List<DifferingTensor> differing = scan.differing(engine.engine(), source, rankInReplica);
    out.println();
    out.println(NumberWords.count(differing.size(), "differing tensor"));
    for (DifferingTensor tensor :
        differing.subList(0, Math.min(LINES_OF_A_LIST, differing.size()))) {
      out.printf(
          Locale.ROOT,
          "  %s: %s in %s%n",
          ForeignText.name(tensor.key()),
          NumberWords.count(tensor.contents(), "content"),
          tensor.copies() == 1 ? "1 copy" : tensor.copies() + " copies");
    }
    if (differing.size() > LINES_OF_A_LIST) {
      out.printf(
          Locale.ROOT,
          "  and %d more: see the table tensors%n",
          differing.size() - LINES_OF_A_LIST);
    }
  }

  private void printTensor(int rankInReplica) {
    List<TensorCopy> found = copiesOfTensor();
    Map<List<Object>, TensorCopy> byCopy =
        found.stream()
            .collect(Collectors.toMap(t -> List.of(t.engine(), t.rank()), t -> t, (a, b) -> a));
    String role = found.isEmpty() ? ShardFile.TARGET : found.get(0).role();
    Map<String, Set<String>> voters = new HashMap<>();
    List<Copy> ofRank =
        copies.stream().filter(copy -> copy.rankInReplica() == rankInReplica).toList();
    for (Copy copy : ofRank) {
      voters.computeIfAbsent(content(byCopy, copy), any -> new HashSet<>()).add(copy.voter(role));
    }
    long all = ofRank.stream().map(copy -> copy.voter(role)).distinct().count();
    TextTable table =
        new TextTable(
            "ENGINE",
            "RANK",
            "CONTENT",
            vote(),
            source == WeightSource.LIVE ? "ANSWER FROM" : "FILE",
            "OFFSET",
            "READ BY");
    for (Copy copy : ofRank) {
      Optional<TensorCopy> tensor = tensor(byCopy, copy);
      String content = content(byCopy, copy);
      table.add(
          ForeignText.name(copy.engine()),
          Integer.toString(copy.rank()),
          TerminalText.line(content),
          copy.checksum().isEmpty() ? "none" : of(voters.get(content).size(), all),
          tensor.map(t -> TerminalText.line(t.location())).orElse("-"),
          tensor.flatMap(TensorCopy::offsetBytes).map(String::valueOf).orElse("-"),
          tensor.flatMap(TensorCopy::readBy).map(ForeignText::name).orElse("-"));
    }
    table.print(out);
    for (TensorCopy tensor : found) {
      tensor
          .renamed()
          .ifPresent(
              name ->
                  out.printf(
                      Locale.ROOT,
                      "%s, rank %d: %s%n",
                      ForeignText.name(tensor.engine()),
                      tensor.rank(),
                      TerminalText.line(name)));
    }
  }

  private static Optional<TensorCopy> tensor(Map<List<Object>, TensorCopy> byCopy, Copy copy) {
    return Optional.ofNullable(byCopy.get(List.<Object>of(copy.engine(), copy.rank())));
  }

  /** A rank that was not read as a whole says nothing of a tensor that is not there. */
  private static String content(Map<List<Object>, TensorCopy> byCopy, Copy copy) {
    return tensor(byCopy, copy)
        .map(TensorCopy::content)
        .orElse(copy.checksum().isPresent() ? ABSENT : copy.status());
  }
}
