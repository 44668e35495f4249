package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.AnsweredRank;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.FinishedScan;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;

/**
 * An engine that was scanned from files, as SGLang 0.5.23 would answer for it to {@code
 * /weights_checker}: with several pipeline stages the first alone, and plain replicas in order.
 */
final class ScannedAnswer {

  private final FinishedScan scan;
  private final EngineResult engine;

  /**
   * Finds the engine.
   *
   * @throws UsageException if its files were not scanned, not with SGLang's checksum, or are those
   *     of an engine of another kind
   */
  ScannedAnswer(FinishedScan scan, String name) {
    this.scan = scan;
    List<EngineResult> engines = scan.engines(WeightSource.FILES);
    this.engine =
        engines.stream()
            .filter(e -> e.engine().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new UsageException(
                        "--engine: no files of engine %s in scan %s; it has those of: %s"
                            .formatted(
                                ForeignText.name(name),
                                scan.scanId(),
                                ForeignText.list(
                                    engines.stream().map(EngineResult::engine).toList()))));
    requireSglang(scan.hashing(name));
  }

  private void requireSglang(String hashing) {
    if (hashing.matches("\\S+ vllm-.*")) {
      throw new UsageException(
          "--format sglang: engine %s is one of vLLM: expected a profile of SGLang, found '%s'"
              .formatted(ForeignText.name(engine.engine()), TerminalText.line(hashing)));
    }
    if (hashing.startsWith("sha256")) {
      throw new UsageException(
          "--format sglang: scan %s has only SHA-256 of engine %s: expected --digest sglang or both"
              .formatted(scan.scanId(), ForeignText.name(engine.engine())));
    }
  }

  /**
   * Prints the answer, or on {@code err} why there is none.
   *
   * @return whether there is one
   */
  boolean print(PrintWriter out, PrintWriter err) {
    if (!engine.isComplete()) {
      List<String> why = scan.incomplete(engine.engine());
      err.println(
          "fleet-scan: engine %s has no checksum in scan %s: %s of %s ranks were hashed; %s"
              .formatted(
                  ForeignText.name(engine.engine()),
                  scan.scanId(),
                  engine.hashedRanks(),
                  engine.expectedRanks(),
                  TerminalText.line(why.get(0))));
      return false;
    }
    AnsweredRank first = scan.answer(engine.engine()).next();
    try (WeightsCheckerJson json = WeightsCheckerJson.begin(out, first.dpSize())) {
      if (engine.expectedRanks() > first.replicaSize()) {
        write(json, OptionalInt.empty());
      } else {
        for (int replica = 0; replica < first.dpSize(); replica++) {
          write(json, OptionalInt.of(replica));
        }
      }
      json.end();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the answer", e);
    }
    return true;
  }

  /**
   * Writes the ranks that have files.
   *
   * @param replica which of those that have loaded the same files; empty: each has its own
   */
  private void write(WeightsCheckerJson json, OptionalInt replica) throws IOException {
    Iterator<AnsweredRank> ranks = scan.answer(engine.engine());
    while (ranks.hasNext()) {
      AnsweredRank rank = ranks.next();
      json.write(
          new WeightsCheckerJson.Rank(
              rank.tensors(),
              rank.checksum(),
              rank.roles().stream()
                  .map(role -> place(role, rank, replica.orElse(rank.dpRank())))
                  .toList()));
    }
  }

  /** The width of attention DP, which files do not show, is 1. */
  private static WeightsCheckerJson.Place place(String role, AnsweredRank rank, int replica) {
    return new WeightsCheckerJson.Place(
        role,
        rank.tpRank(),
        rank.tpSize(),
        replica,
        1,
        rank.ppRank(),
        rank.ppSize(),
        rank.rank(),
        rank.replicaSize());
  }
}
