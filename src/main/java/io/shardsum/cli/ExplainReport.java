package io.shardsum.cli;

import io.shardsum.scan.FinishedScan;
import io.shardsum.scan.FinishedScan.Copy;
import io.shardsum.scan.FinishedScan.DifferingTensor;
import io.shardsum.scan.FinishedScan.TensorCopy;
import io.shardsum.verdict.Finding;
import java.io.PrintWriter;
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
  private final List<Copy> copies;
  private final PrintWriter out;

  ExplainReport(FinishedScan scan, Explained asked, PrintWriter out) {
    this.scan = scan;
    this.asked = asked;
    this.copies = scan.copies(asked.engine().engine());
    this.out = out;
  }

  void print() {
    out.printf(
        "Fleet %s, scan %s of %s%n",
        TerminalText.name(scan.fleet()), scan.scanId(), scan.startedAt());
    out.printf(
        "Engine %s of %s: %s%n",
        TerminalText.name(asked.engine().engine()),
        TerminalText.line(asked.engine().group()),
        asked.engine().checksum().orElse("INCOMPLETE"));
    printFindings();
    if (asked.tensor().isPresent()) {
      printTensor(asked.rank().orElseThrow(), asked.tensor().get());
    } else if (asked.rank().isPresent()) {
      printCopies(placeOf(asked.rank().get()));
      printDiffering(placeOf(asked.rank().get()));
    } else {
      printRanks();
    }
  }

  private int placeOf(int rank) {
    return copies.stream()
        .filter(copy -> copy.engine().equals(asked.engine().engine()) && copy.rank() == rank)
        .findFirst()
        .orElseThrow()
        .place();
  }

  private void printFindings() {
    List<Finding> findings =
        scan.findings().stream()
            .filter(
                f ->
                    f.engine()
                        .map(asked.engine().engine()::equals)
                        .orElse(f.location().equals(Optional.of(asked.engine().group()))))
            .toList();
    out.println();
    out.println(findings.isEmpty() ? "No findings" : "Findings");
    FindingLines.of(findings).forEach(line -> out.println("  " + line));
    out.println();
  }

  private void printRanks() {
    TextTable table = new TextTable("RANK", "STATUS", "CHECKSUM (START)", "VOTE");
    for (Copy copy : copies) {
      if (copy.engine().equals(asked.engine().engine())) {
        table.add(Integer.toString(copy.rank()), copy.status(), checksum(copy), vote(copy));
      }
    }
    table.print(out);
  }

  private void printCopies(int place) {
    TextTable table =
        new TextTable("ENGINE", "RANK", "STATUS", "CHECKSUM (START)", "VOTE", "TENSORS");
    for (Copy copy : copies) {
      if (copy.place() == place) {
        table.add(
            TerminalText.name(copy.engine()),
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
    List<Copy> ofPlace = copies.stream().filter(c -> c.place() == copy.place()).toList();
    long same = votes(ofPlace.stream().filter(c -> c.checksum().equals(copy.checksum())));
    return copy.checksum().isEmpty() ? "none" : of(same, votes(ofPlace.stream()));
  }

  /** Engines that read the same files have one vote. */
  private static long votes(Stream<Copy> copies) {
    return copies
        .map(copy -> copy.storage().orElse(copy.engine() + " rank " + copy.rank()))
        .distinct()
        .count();
  }

  private static String of(long same, long all) {
    return String.format(Locale.ROOT, "%d of %d", same, all);
  }

  private void printDiffering(int place) {
    List<DifferingTensor> differing = scan.differing(asked.engine().engine(), place);
    out.println();
    out.println(TerminalText.count(differing.size(), "differing tensor"));
    for (DifferingTensor tensor :
        differing.subList(0, Math.min(LINES_OF_A_LIST, differing.size()))) {
      out.printf(
          Locale.ROOT,
          "  %s: %s in %s%n",
          TerminalText.name(tensor.key()),
          TerminalText.count(tensor.contents(), "content"),
          tensor.copies() == 1 ? "1 copy" : tensor.copies() + " copies");
    }
    if (differing.size() > LINES_OF_A_LIST) {
      out.printf(Locale.ROOT, "  and %d more%n", differing.size() - LINES_OF_A_LIST);
    }
  }

  private void printTensor(int rank, String key) {
    int place = placeOf(rank);
    List<TensorCopy> found = scan.tensor(asked.engine().engine(), place, key);
    if (found.isEmpty()) {
      throw new UsageException(
          "--explain: no copy of rank %s has a tensor %s"
              .formatted(Integer.toString(rank), TerminalText.name(key)));
    }
    Map<List<Object>, TensorCopy> byCopy =
        found.stream()
            .collect(Collectors.toMap(t -> List.of(t.engine(), t.rank()), t -> t, (a, b) -> a));
    Map<String, Set<String>> voters = new HashMap<>();
    List<Copy> ofPlace = copies.stream().filter(copy -> copy.place() == place).toList();
    for (Copy copy : ofPlace) {
      voters
          .computeIfAbsent(content(byCopy, copy), any -> new HashSet<>())
          .add(voter(byCopy, copy));
    }
    long all = ofPlace.stream().map(copy -> voter(byCopy, copy)).distinct().count();
    TextTable table =
        new TextTable("ENGINE", "RANK", "CONTENT", "VOTE", "FILE", "OFFSET", "READ BY");
    for (Copy copy : ofPlace) {
      Optional<TensorCopy> tensor = tensor(byCopy, copy);
      String content = content(byCopy, copy);
      table.add(
          TerminalText.name(copy.engine()),
          Integer.toString(copy.rank()),
          TerminalText.line(content),
          copy.checksum().isEmpty() ? "none" : of(voters.get(content).size(), all),
          tensor.map(t -> TerminalText.line(t.file())).orElse("-"),
          tensor.map(t -> Long.toString(t.offsetBytes())).orElse("-"),
          tensor.map(t -> TerminalText.name(t.readBy())).orElse("-"));
    }
    table.print(out);
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

  /** Engines that read one file have one vote. */
  private static String voter(Map<List<Object>, TensorCopy> byCopy, Copy copy) {
    return tensor(byCopy, copy)
        .map(TensorCopy::file)
        .orElse(copy.engine() + " rank " + copy.rank());
  }
}
