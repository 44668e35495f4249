package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Problem;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.RankState;
import io.shardsum.fleet.ShardFile;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a scan would read, and what is missing, for a person. */
final class InventoryReport {

  private static final String NOTHING = "nothing";

  private final Inventory inventory;

  InventoryReport(Inventory inventory) {
    this.inventory = inventory;
  }

  /** INCOMPLETE if a scan could not check everything. */
  static ExitCode exitCode(Inventory inventory) {
    boolean allFound =
        inventory.engines().stream()
            .flatMap(engine -> engine.ranks().stream())
            .allMatch(rank -> rank.state() == RankState.FOUND);
    boolean noProblem = problems(inventory).allMatch(problem -> problem.kind().informational());
    return allFound && noProblem ? ExitCode.EQUAL : ExitCode.INCOMPLETE;
  }

  static List<ShardFile> files(EngineInventory engine) {
    return engine.ranks().stream().flatMap(rank -> rank.files().stream()).toList();
  }

  static long bytes(List<ShardFile> files) {
    return files.stream().mapToLong(ShardFile::lengthBytes).sum();
  }

  private static Stream<Problem> problems(Inventory inventory) {
    return Stream.concat(
        inventory.problems().stream(),
        inventory.engines().stream().flatMap(engine -> engine.problems().stream()));
  }

  void print(PrintWriter out) {
    List<ShardFile> all =
        inventory.engines().stream().flatMap(engine -> files(engine).stream()).toList();
    out.printf(
        Locale.ROOT,
        "Fleet %s: %s, %s, %s; nothing was read%n%n",
        ForeignText.name(inventory.fleet()),
        NumberWords.count(inventory.engines().size(), "engine"),
        NumberWords.count(all.size(), "file"),
        TerminalText.bytes(bytes(all)));
    TextTable table = new TextTable("ENGINE", "RANKS", "FILES", "BYTES", "COMPARED WITH");
    for (EngineInventory engine : inventory.engines()) {
      List<ShardFile> files = files(engine);
      long found = engine.ranks().stream().filter(rank -> rank.state() == RankState.FOUND).count();
      table.add(
          ForeignText.name(engine.spec().name()),
          found + "/" + engine.expectedRanks(),
          Integer.toString(files.size()),
          TerminalText.bytes(bytes(files)),
          comparedWith(engine));
    }
    if (!inventory.engines().isEmpty()) {
      table.print(out);
      out.println();
    }
    printLive(out);
    for (EngineInventory engine : inventory.engines()) {
      String name = ForeignText.name(engine.spec().name());
      for (RankInventory rank : engine.ranks()) {
        if (rank.state() != RankState.FOUND) {
          out.printf(
              Locale.ROOT,
              "%s, rank %d: %s: %s%n",
              name,
              rank.rank(),
              rank.state(),
              TerminalText.line(rank.reason()));
        }
      }
      engine.problems().forEach(problem -> print(name, problem, out));
    }
    inventory.problems().forEach(problem -> print("fleet", problem, out));
  }

  private String comparedWith(EngineInventory engine) {
    if (ComparisonGroup.isOfEngine(engine.group())) {
      return NOTHING;
    }
    if (!ComparisonGroup.isOfStructure(engine.group())) {
      return ForeignText.name(engine.group());
    }
    return inventory.engines().stream()
        .filter(other -> other.group().equals(engine.group()))
        .filter(other -> !other.spec().name().equals(engine.spec().name()))
        .findFirst()
        .map(other -> "same tensors as " + ForeignText.name(other.spec().name()))
        .orElse(NOTHING);
  }

  private void printLive(PrintWriter out) {
    if (inventory.live().isEmpty()) {
      return;
    }
    TextTable table = new TextTable("RUNNING", "RANKS", "KIND", "WOULD BE ASKED AT");
    for (LiveSpec engine : inventory.live()) {
      table.add(
          ForeignText.name(engine.engine()),
          Integer.toString(engine.parallelism().worldSize()),
          engine.endpoint().kind().word(),
          TerminalText.line(engine.endpoint().at().shown()));
    }
    table.print(out);
    out.println();
  }

  private static void print(String whose, Problem problem, PrintWriter out) {
    out.printf(
        Locale.ROOT, "%s: %s: %s%n", whose, problem.kind(), TerminalText.line(problem.detail()));
  }
}
