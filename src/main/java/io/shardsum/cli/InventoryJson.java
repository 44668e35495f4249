package io.shardsum.cli;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Problem;
import io.shardsum.fleet.ProblemKind;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.RankState;
import io.shardsum.fleet.ShardFile;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** An inventory as JSON; keys are the tables' column names where there are such. */
record InventoryJson(
    String fleet, int exitCode, Iterator<Engine> engines, List<Live> live, List<Fault> problems) {

  static InventoryJson of(Inventory inventory) {
    return new InventoryJson(
        inventory.fleet(),
        InventoryReport.exitCode(inventory).number(),
        inventory.engines().stream().map(Engine::of).iterator(),
        inventory.live().stream().map(Live::of).toList(),
        Fault.of(inventory.problems()));
  }

  private record Engine(
      String engine,
      Optional<String> host,
      String comparisonGroup,
      int expectedRanks,
      long bytes,
      Iterator<Rank> ranks,
      List<Fault> problems) {

    static Engine of(EngineInventory engine) {
      return new Engine(
          engine.spec().name(),
          engine.hostNames(),
          engine.group(),
          engine.expectedRanks(),
          InventoryReport.bytes(InventoryReport.files(engine)),
          engine.ranks().stream().map(Rank::of).iterator(),
          Fault.of(engine.problems()));
    }
  }

  private record Rank(int rank, RankState state, Optional<String> reason, List<File> files) {

    static Rank of(RankInventory rank) {
      return new Rank(
          rank.rank(),
          rank.state(),
          Optional.of(rank.reason()).filter(reason -> !reason.isEmpty()),
          rank.files().stream().map(File::of).toList());
    }
  }

  private record File(String role, int part, String file, long bytes) {

    static File of(ShardFile file) {
      return new File(file.role(), file.part(), file.path(), file.lengthBytes());
    }
  }

  private record Live(String engine, String kind, String host, int expectedRanks) {

    static Live of(LiveSpec engine) {
      return new Live(
          engine.engine(),
          engine.endpoint().kind().word(),
          engine.endpoint().at().shown(),
          engine.parallelism().worldSize());
    }
  }

  private record Fault(ProblemKind kind, String detail, String path) {

    static List<Fault> of(List<Problem> problems) {
      return problems.stream()
          .map(problem -> new Fault(problem.kind(), problem.detail(), problem.path()))
          .toList();
    }
  }
}
